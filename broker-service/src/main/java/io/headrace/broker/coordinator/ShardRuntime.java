package io.headrace.broker.coordinator;

import io.headrace.model.error.ErrorCode;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * All shards of one coordinator on this broker, by partition of its internal topic.
 *
 * <p>Owner: any thread; see the door sign.
 *
 * <p>Bounds: {@link Limits#eventCountMax} events wait per shard, more are refused. Leadership
 * changes, timers and write completions always fit: each has a cause that is bounded itself.
 *
 * @param <S> the state machine
 */
public final class ShardRuntime<S extends ShardState> implements AutoCloseable {

    /**
     * @param eventCountMax events that wait at one shard
     * @param inflatedBytesMax largest batch that is replayed, decompressed
     * @param retryMs pause before a load that failed, or met uncommitted records, goes on
     */
    public record Limits(int eventCountMax, int inflatedBytesMax, long retryMs) {}

    /** What shards run on. */
    public record Environment(
            ShardLog log, Executor executor, ShardTimer timer, InstantSource clock) {}

    /** Something to do on a shard. Exactly one of the two is called, once. */
    public interface Event<S> {

        /** On the shard's thread. */
        void run(S state);

        /** On any thread: the shard is loading, over, or has too many events. */
        void refuse(ErrorCode why);
    }

    private final String topic;
    private final Function<ShardContext, S> machines;
    private final Environment environment;
    private final Limits limits;
    private final ConcurrentHashMap<Integer, Shard<S>> shards = new ConcurrentHashMap<>();
    private final ShardLoads loads = new ShardLoads();
    private volatile boolean closed;

    /**
     * @param topic for log lines
     * @param machines makes the empty state machine of a shard
     */
    public ShardRuntime(
            String topic,
            Function<ShardContext, S> machines,
            Environment environment,
            Limits limits) {
        this.topic = topic;
        this.machines = machines;
        this.environment = environment;
        this.limits = limits;
    }

    /** This broker leads the partition; an epoch that is not newer changes nothing. */
    public void begin(int partition, int leaderEpoch) {
        shards.compute(
                partition,
                (p, before) -> {
                    if (closed || (before != null && before.leaderEpoch() >= leaderEpoch)) {
                        return before;
                    }
                    if (before != null) {
                        before.end(ErrorCode.NOT_COORDINATOR);
                    }
                    return started(partition, leaderEpoch);
                });
    }

    /** This broker leads the partition no more. */
    public void end(int partition) {
        shards.computeIfPresent(
                partition,
                (p, shard) -> {
                    shard.end(ErrorCode.NOT_COORDINATOR);
                    return null;
                });
    }

    public void submit(int partition, Event<S> event) {
        Shard<S> shard = shards.get(partition);
        if (shard == null) {
            event.refuse(ErrorCode.NOT_COORDINATOR);
        } else {
            shard.submit(event);
        }
    }

    public ShardLoads loads() {
        return loads;
    }

    /** The partitions that this broker leads. */
    public List<Integer> partitions() {
        return List.copyOf(shards.keySet());
    }

    /** Ends all shards; whoever waits is told to look for the coordinator elsewhere. */
    @Override
    public void close() {
        closed = true;
        for (Integer partition : partitions()) {
            end(partition);
        }
    }

    private Shard<S> started(int partition, int leaderEpoch) {
        Shard<S> shard =
                new Shard<>(
                        new Shard.Name(topic, partition, leaderEpoch),
                        machines,
                        environment,
                        limits,
                        loads,
                        this::again);
        shard.start();
        return shard;
    }

    /** A shard no longer knows whether its state is that of its log: it is loaded anew. */
    private void again(Shard<S> broken) {
        shards.computeIfPresent(
                broken.partition(),
                (p, current) ->
                        current == broken && !closed
                                ? started(broken.partition(), broken.leaderEpoch())
                                : current);
    }
}
