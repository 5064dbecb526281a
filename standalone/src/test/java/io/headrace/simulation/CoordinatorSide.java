package io.headrace.simulation;

import io.headrace.broker.coordinator.ReplicatedShardLog;
import io.headrace.broker.coordinator.ShardLog;
import io.headrace.broker.coordinator.ShardRuntime;
import io.headrace.broker.coordinator.ShardTimer;
import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.GroupSettings;
import io.headrace.broker.group.MemberCall;
import io.headrace.broker.group.Offsets;
import io.headrace.broker.group.TopicIds;
import io.headrace.broker.replica.LeadershipListener;
import io.headrace.broker.replica.Partition;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The group coordinator of one run of a broker, put together as {@code Coordination} does. */
final class CoordinatorSide implements LeadershipListener {

    static final int SESSION_MS = 1_500;
    static final int REBALANCE_MS = 2_500;

    private static final GroupSettings SETTINGS =
            new GroupSettings(
                    200,
                    SESSION_MS,
                    SESSION_MS,
                    3_000,
                    100,
                    100,
                    100,
                    1_500,
                    604_800_000L,
                    600_000L);
    private static final ShardRuntime.Limits LIMITS = new ShardRuntime.Limits(1_000, 1 << 20, 100);

    private final World world;
    private final BrokerRun run;
    private final GroupCoordinator groups;

    CoordinatorSide(World world, BrokerRun run) {
        this.world = world;
        this.run = run;
        ShardLog log =
                new ReplicatedShardLog(
                        run.replicas, GroupCoordinator.TOPIC, world.plan.options().fetchBytes());
        this.groups =
                new GroupCoordinator(
                        SETTINGS,
                        new ShardRuntime.Environment(
                                world.bug == Bug.LOADING_SKIPS_THE_LAST_BATCH
                                        ? new ForgetfulLog(log)
                                        : log,
                                task -> run.program.in(0, task),
                                timer(run.program),
                                () -> Instant.ofEpochMilli(run.millis())),
                        LIMITS,
                        () ->
                                run.zk
                                        .image()
                                        .topic(GroupCoordinator.TOPIC)
                                        .map(topic -> topic.partitionCount())
                                        .orElse(0),
                        topicIds(run),
                        new SplittableRandom(world.random.nextLong()));
    }

    private static TopicIds topicIds(BrokerRun run) {
        return new TopicIds() {
            @Override
            public TopicId idOf(String topic) {
                return run.zk.image().topic(topic).map(TopicImage::id).orElse(Offsets.ANY_ID);
            }

            @Override
            public boolean isDeleted(TopicId id) {
                return run.zk.image().deletedTopics().containsKey(id);
            }
        };
    }

    private static ShardTimer timer(Program program) {
        return (delayMs, task) -> {
            AtomicBoolean isCancelled = new AtomicBoolean();
            program.in(
                    TimeUnit.MILLISECONDS.toNanos(delayMs),
                    () -> {
                        if (!isCancelled.get()) {
                            task.run();
                        }
                    });
            return () -> isCancelled.set(true);
        };
    }

    @Override
    public void leads(TopicPartition partition, int leaderEpoch) {
        if (partition.topic().equals(GroupCoordinator.TOPIC)) {
            groups.begin(partition.partition(), leaderEpoch);
        }
    }

    @Override
    public void leadsNoMore(TopicPartition partition) {
        if (partition.topic().equals(GroupCoordinator.TOPIC)) {
            groups.end(partition.partition());
        }
    }

    static <R> void tell(CompletableFuture<R> answer, Consumer<R> reply) {
        var _ = answer.thenAccept(reply);
    }

    GroupCoordinator groups() {
        return groups;
    }

    void close() {
        groups.close();
    }

    void commit(Offsets.Commit request, Consumer<Offsets.CommitReply> reply) {
        CompletableFuture<Offsets.CommitReply> answer =
                groups.commit(
                        world.bug == Bug.COMMIT_WITHOUT_GENERATION
                                ? uncheckable(request)
                                : request);
        var _ =
                answer.thenAccept(
                        its -> {
                            world.judge.look(run); // what made it committed may be this very event
                            for (int i = 0; i < its.results().size(); i++) {
                                if (its.results().get(i) == ErrorCode.NONE) {
                                    Offsets.Entry entry = request.entries().get(i);
                                    acknowledging(entry.partition().partition(), entry.metadata());
                                }
                            }
                            reply.accept(its);
                        });
    }

    private void acknowledging(int partition, String metadata) {
        boolean isReadable =
                run.replicas.partitions().stream()
                        .noneMatch(
                                each ->
                                        each.name().equals(World.OFFSETS)
                                                && each.log().isOffline());
        if (isReadable) {
            world.judge.groups.acknowledging(partition, metadata);
        } else {
            world.judge.groups.acknowledgingUnread(partition, metadata);
        }
    }

    /** As if whoever commits were a member of the generation that is. */
    private Offsets.Commit uncheckable(Offsets.Commit request) {
        var now = world.judge.groups.generation();
        return now.assignments().isEmpty()
                ? request
                : new Offsets.Commit(
                        request.groupId(),
                        new MemberCall.Identity(now.assignments().keySet().iterator().next(), null),
                        now.number(),
                        request.retentionMs(),
                        request.isGenerationEpoch(),
                        request.entries());
    }

    /**
     * Shows offsets. What a coordinator shows that was deposed and does not know it yet is left
     * out: as with Kafka, nobody promises that it is the newest.
     */
    void fetch(Offsets.Fetch request, Consumer<Offsets.FetchReply> reply) {
        Map<Integer, Integer> atLeast = world.judge.groups.asked();
        var _ =
                groups.fetch(request)
                        .thenAccept(
                                its -> {
                                    if (its.error() != ErrorCode.NONE) {
                                        reply.accept(its);
                                    } else if (isNewest()) {
                                        world.judge.groups.shown(metadata(its), atLeast);
                                        reply.accept(its);
                                    }
                                });
    }

    static Map<Integer, String> metadata(Offsets.FetchReply reply) {
        Map<Integer, String> shown = new HashMap<>();
        reply.offsets()
                .forEach((partition, its) -> shown.put(partition.partition(), its.metadata()));
        return shown;
    }

    private boolean isNewest() {
        Partition led = run.replicas.led(GroupCoordinator.TOPIC, 0);
        return led != null
                && led.servedLeaderEpoch()
                        == world.stateNode(World.OFFSETS).orElseThrow().leaderEpoch();
    }

    /** Loses the end of a log that is loaded: what the last read brings. */
    private record ForgetfulLog(ShardLog log) implements ShardLog {

        @Override
        public long start(int partition) {
            return log.start(partition);
        }

        @Override
        public ReadStep read(int partition, long offset) {
            ReadStep step = log.read(partition, offset);
            return step instanceof ReadStep.Batches(var _, long next)
                            && log.read(partition, next) instanceof ReadStep.End
                    ? new ReadStep.End()
                    : step;
        }

        @Override
        public int batchBytesMax(int partition) {
            return log.batchBytesMax(partition);
        }

        @Override
        public void append(
                int partition, int leaderEpoch, java.nio.ByteBuffer batch, Consumer<Written> then) {
            log.append(partition, leaderEpoch, batch, then);
        }
    }
}
