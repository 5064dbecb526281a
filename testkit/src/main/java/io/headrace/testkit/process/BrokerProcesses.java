package io.headrace.testkit.process;

import java.util.List;

/** A cluster whose brokers are processes that can be killed, stopped and started, by their ids. */
public interface BrokerProcesses extends AutoCloseable {

    /** Starts a broker that was killed or stopped, or a new one, and waits until it is ready. */
    void start(int id);

    /** SIGKILL. */
    void kill9(int id);

    /**
     * SIGTERM; waits for its end.
     *
     * @return the exit code
     */
    int stop(int id);

    /** Of all processes that serve the cluster. */
    List<Long> pids();

    /** As {@code bootstrap.servers} takes it, all brokers. */
    String bootstrapServers();

    @Override
    void close();
}
