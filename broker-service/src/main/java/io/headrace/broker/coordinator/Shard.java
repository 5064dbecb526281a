package io.headrace.broker.coordinator;

import io.headrace.broker.coordinator.ShardLog.ReadStep;
import io.headrace.broker.coordinator.ShardLog.Written;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.record.RecordReader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One leadership of one partition: its queue, its state machine and its writes in flight.
 *
 * <pre>
 *   loading --log replayed--------------> active
 *   loading, active --end---------------> over
 *   active --write of unknown outcome,
 *            or the machine threw-------> over, and another shard loads
 * </pre>
 *
 * <p>Owner: the thread that runs it; {@link #end} and {@link #submit} are for any thread.
 */
final class Shard<S extends ShardState> implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Shard.class);

    /** Tasks in one turn, so that shards share the threads fairly. */
    private static final int TURN_MAX = 128;

    record Name(String topic, int partition, int leaderEpoch) {}

    private enum Phase {
        LOADING,
        ACTIVE,
        OVER
    }

    private static final class Write {
        final Consumer<ErrorCode> then;
        @Nullable Written outcome;

        Write(Consumer<ErrorCode> then) {
            this.then = then;
        }
    }

    private final Name name;
    private final ShardRuntime.Environment environment;
    private final ShardRuntime.Limits limits;
    private final ShardLoads loads;
    private final Consumer<Shard<S>> again;
    private final long beginMs;
    private final S state;
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger eventCount = new AtomicInteger();
    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private final Deque<Write> writes = new ArrayDeque<>();
    private volatile Phase phase = Phase.LOADING;
    private final RecordReader reader;
    private long nextOffset = -1;
    private boolean hasWarned;

    /**
     * @param again asked for another shard in place of this one
     */
    Shard(
            Name name,
            Function<ShardContext, S> machines,
            ShardRuntime.Environment environment,
            ShardRuntime.Limits limits,
            ShardLoads loads,
            Consumer<Shard<S>> again) {
        this.name = name;
        this.environment = environment;
        this.limits = limits;
        this.loads = loads;
        this.again = again;
        this.beginMs = environment.clock().millis();
        this.reader = new RecordReader(limits.inflatedBytesMax());
        this.state = machines.apply(new Context());
    }

    int partition() {
        return name.partition();
    }

    int leaderEpoch() {
        return name.leaderEpoch();
    }

    void start() {
        enqueue(this::load);
    }

    void end(ErrorCode why) {
        enqueue(() -> finish(why));
    }

    void submit(ShardRuntime.Event<S> event) {
        Phase now = phase;
        if (now != Phase.ACTIVE) {
            event.refuse(refusal(now));
            return;
        }
        if (eventCount.incrementAndGet() > limits.eventCountMax()) {
            eventCount.decrementAndGet();
            // Clients come back to this broker after a pause, as while it loads.
            event.refuse(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
            return;
        }
        enqueue(
                () -> {
                    eventCount.decrementAndGet();
                    if (phase == Phase.ACTIVE) {
                        event.run(state);
                    } else {
                        event.refuse(refusal(phase));
                    }
                });
    }

    private static ErrorCode refusal(Phase phase) {
        return phase == Phase.LOADING
                ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
                : ErrorCode.NOT_COORDINATOR;
    }

    private void enqueue(Runnable task) {
        queue.add(task);
        wake();
    }

    private void wake() {
        if (isScheduled.compareAndSet(false, true)) {
            try {
                environment.executor().execute(this);
            } catch (RejectedExecutionException e) {
                // The process is stopping, and its connections with it: nobody waits for replies.
                LOG.debug("Shard {} has no thread any more", name);
            }
        }
    }

    @Override
    public void run() {
        for (int done = 0; done < TURN_MAX; done++) {
            Runnable task = queue.poll();
            if (task == null) {
                break;
            }
            guarded(task);
        }
        isScheduled.set(false);
        if (!queue.isEmpty()) {
            wake();
        }
    }

    /** A machine that throws has a bug; its state is given up and made anew from the log. */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            line().setCause(e).log("A coordinator broke an invariant; its shard is loaded again");
            restart();
        }
    }

    private org.slf4j.spi.LoggingEventBuilder line() {
        return LOG.atError()
                .addKeyValue("topic", name.topic())
                .addKeyValue("partition", name.partition())
                .addKeyValue("leaderEpoch", name.leaderEpoch());
    }

    // ---- loading

    private void load() {
        if (phase != Phase.LOADING) {
            return;
        }
        if (nextOffset < 0) {
            nextOffset = environment.log().start(name.partition());
        }
        switch (environment.log().read(name.partition(), nextOffset)) {
            case ReadStep.Batches(ByteBuffer bytes, long next) -> {
                replay(bytes);
                nextOffset = next;
                enqueue(this::load);
            }
            case ReadStep.End end -> loaded();
            case ReadStep.NotCommitted notYet -> later();
            case ReadStep.Failed(ErrorCode code, String text) -> {
                warnOnce(code, text);
                later();
            }
        }
    }

    /** It is tried again several times a second. */
    private void warnOnce(ErrorCode code, String text) {
        if (!hasWarned) {
            hasWarned = true;
            LOG.atWarn()
                    .addKeyValue("topic", name.topic())
                    .addKeyValue("partition", name.partition())
                    .addKeyValue("offset", nextOffset)
                    .log("A coordinator cannot load its shard yet: {} {}", code, text);
        }
    }

    private void later() {
        environment.timer().schedule(limits.retryMs(), () -> enqueue(this::load));
    }

    private void replay(ByteBuffer batches) {
        reader.wrap(batches, batches.position(), batches.limit(), nextOffset);
        while (reader.next()) {
            if (reader.keyLength() >= 0) {
                ByteBuffer bytes = reader.bytes();
                state.replay(
                        bytes.slice(reader.keyAt(), reader.keyLength()),
                        reader.valueLength() < 0
                                ? null
                                : bytes.slice(reader.valueAt(), reader.valueLength()));
            }
        }
    }

    private void loaded() {
        phase = Phase.ACTIVE;
        loads.loaded(environment.clock().millis() - beginMs);
        LOG.atInfo()
                .addKeyValue("topic", name.topic())
                .addKeyValue("partition", name.partition())
                .addKeyValue("leaderEpoch", name.leaderEpoch())
                .addKeyValue("offset", nextOffset)
                .log("Coordinates");
        state.loaded();
    }

    // ---- the end

    private void finish(ErrorCode why) {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        for (Write write = writes.poll(); write != null; write = writes.poll()) {
            refused(write, why);
        }
        state.unloaded(why);
    }

    /** One that throws keeps nobody else from hearing of it. */
    private void refused(Write write, ErrorCode why) {
        try {
            write.then.accept(why);
        } catch (RuntimeException e) {
            line().setCause(e).log("A coordinator could not even refuse a write");
        }
    }

    private void restart() {
        if (phase == Phase.OVER) {
            return;
        }
        boolean wasLoading = phase == Phase.LOADING;
        try {
            finish(ErrorCode.NOT_COORDINATOR);
        } catch (RuntimeException e) {
            line().setCause(e).log("A coordinator could not even be ended");
        }
        environment.timer().schedule(wasLoading ? limits.retryMs() : 0, () -> again.accept(this));
    }

    // ---- writes

    private void append(List<CoordinatorRecord> records, Consumer<ErrorCode> then) {
        if (phase != Phase.ACTIVE) {
            throw new IllegalStateException(name + " appends after its end");
        }
        Write write = new Write(then);
        writes.add(write);
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 512);
        long now = environment.clock().millis();
        for (CoordinatorRecord record : records) {
            builder.append(now, record.key(), record.value(), List.of());
        }
        if (builder.sizeInBytes() > environment.log().batchBytesMax(name.partition())) {
            written(write, new Written.NotDone(ErrorCode.MESSAGE_TOO_LARGE, "too many records"));
            return;
        }
        environment
                .log()
                .append(
                        name.partition(),
                        name.leaderEpoch(),
                        builder.build(),
                        outcome -> written(write, outcome));
    }

    /** Completions may overtake each other on their way here; they are passed on in order. */
    private void written(Write write, Written outcome) {
        enqueue(
                () -> {
                    write.outcome = outcome;
                    settle();
                });
    }

    private void settle() {
        while (phase == Phase.ACTIVE) {
            Write oldest = writes.peek();
            if (oldest == null || oldest.outcome == null) {
                return;
            }
            switch (oldest.outcome) {
                // Taken out afterwards: if this throws, who waits for it is told with the others.
                case Written.Committed done -> {
                    oldest.then.accept(ErrorCode.NONE);
                    writes.remove(oldest);
                }
                case Written.NotDone(ErrorCode code, String text) -> {
                    oldest.then.accept(code);
                    writes.remove(oldest);
                }
                case Written.Unknown(ErrorCode code, String text) -> {
                    LOG.atWarn()
                            .addKeyValue("topic", name.topic())
                            .addKeyValue("partition", name.partition())
                            .log("Whether a write is in the log is not known ({}): {}", code, text);
                    restart();
                }
            }
        }
    }

    private final class Context implements ShardContext {

        @Override
        public long nowMs() {
            return environment.clock().millis();
        }

        @Override
        public ShardTimer.Pending schedule(long delayMs, Runnable task) {
            AtomicBoolean isCancelled = new AtomicBoolean();
            ShardTimer.Pending pending =
                    environment
                            .timer()
                            .schedule(
                                    delayMs,
                                    () ->
                                            enqueue(
                                                    () -> {
                                                        if (phase == Phase.ACTIVE
                                                                && !isCancelled.get()) {
                                                            task.run();
                                                        }
                                                    }));
            return () -> {
                isCancelled.set(true);
                pending.cancel();
            };
        }

        @Override
        public void append(List<CoordinatorRecord> records, Consumer<ErrorCode> then) {
            Shard.this.append(records, then);
        }
    }
}
