package io.headrace.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cluster as {@code ./headrace up --brokers} starts it: ZooKeeper, admin and gateway in one
 * process, each broker in its own, ids from 1.
 *
 * <p>Errors: what is not ready in time is an {@link AssertionError} with its output.
 */
public final class HeadraceCluster implements BrokerProcesses {

    private final int gatewayPort;
    private final ChildJvm control;
    private final HeadraceBrokers brokers;

    private HeadraceCluster(Path root, HeadraceProgram program) {
        List<Integer> controlPorts = FreePorts.some(2);
        this.gatewayPort = controlPorts.getFirst();
        this.control =
                program.main("io.headrace.standalone.Standalone")
                        .args(
                                "--parts",
                                "control",
                                "--data",
                                root.toString(),
                                "--port",
                                controlPorts.get(0).toString(),
                                "--admin-port",
                                controlPorts.get(1).toString())
                        .start();
        boolean isReady = false;
        try {
            HeadraceBrokers.awaitReady(control);
            this.brokers = new HeadraceBrokers(root, zooKeeperOf(root), program, List.of());
            isReady = true;
        } finally {
            if (!isReady) {
                control.close();
            }
        }
    }

    /**
     * Returns when all are ready.
     *
     * @param root data of all of them
     * @param program of each process
     */
    public static HeadraceCluster up(Path root, int brokers, HeadraceProgram program) {
        HeadraceCluster cluster = new HeadraceCluster(root, program);
        boolean isReady = false;
        try {
            cluster.brokers.startAll(brokers);
            isReady = true;
            return cluster;
        } finally {
            if (!isReady) {
                cluster.close();
            }
        }
    }

    private static String zooKeeperOf(Path root) {
        try (Stream<String> lines = Files.lines(root.resolve("headrace.run"))) {
            return lines.filter(line -> line.startsWith("zookeeper="))
                    .map(line -> line.substring("zookeeper=".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start(int id) {
        brokers.start(id);
    }

    @Override
    public void kill9(int id) {
        brokers.kill9(id);
    }

    @Override
    public int stop(int id) {
        return brokers.stop(id);
    }

    /** Of the brokers; the last is that of ZooKeeper, admin and gateway. */
    @Override
    public List<Long> pids() {
        List<Long> pids = new ArrayList<>(brokers.pids());
        pids.add(control.pid());
        return pids;
    }

    /** Where a broker keeps a partition. */
    public Path partition(int id, String topic, int partition) {
        return brokers.partition(id, topic, partition);
    }

    public String gateway() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    @Override
    public String bootstrapServers() {
        return brokers.bootstrapServers();
    }

    @Override
    public void close() {
        brokers.close();
        control.close();
    }
}
