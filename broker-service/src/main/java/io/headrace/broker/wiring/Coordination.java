package io.headrace.broker.wiring;

import io.headrace.broker.coordinator.ReplicatedShardLog;
import io.headrace.broker.coordinator.ShardRuntime;
import io.headrace.broker.coordinator.ShardTimer;
import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.GroupSettings;
import io.headrace.broker.group.Offsets;
import io.headrace.broker.group.TopicIds;
import io.headrace.broker.replica.LeadershipListener;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The coordinators of this broker, told what it leads. */
final class Coordination implements LeadershipListener, AutoCloseable {

    private static final int READ_BYTES_MAX = 1 << 20;
    private static final ShardRuntime.Limits LIMITS =
            new ShardRuntime.Limits(10_000, 64 << 20, 200);

    private final GroupCoordinator groups;

    /** The cluster watch's thread only. */
    private Set<TopicId> deletedTopics = Set.of();

    Coordination(GroupCoordinator groups) {
        this.groups = groups;
    }

    static Coordination of(
            GroupSettings settings,
            ReplicaManager replicas,
            BrokerThreads threads,
            Supplier<@Nullable ClusterImage> image,
            RandomGenerator random) {
        return new Coordination(
                new GroupCoordinator(
                        settings,
                        new ShardRuntime.Environment(
                                new ReplicatedShardLog(
                                        replicas, GroupCoordinator.TOPIC, READ_BYTES_MAX),
                                threads.coordinators(),
                                timer(threads.timer()),
                                InstantSource.system()),
                        LIMITS,
                        () -> partitionCount(image.get()),
                        topicIds(image),
                        random));
    }

    private static TopicIds topicIds(Supplier<@Nullable ClusterImage> image) {
        return new TopicIds() {
            @Override
            public TopicId idOf(String topic) {
                ClusterImage now = image.get();
                TopicImage known = now == null ? null : now.topics().get(topic);
                return known == null ? Offsets.ANY_ID : known.id();
            }

            @Override
            public boolean isDeleted(TopicId id) {
                ClusterImage now = image.get();
                return now != null && now.deletedTopics().containsKey(id);
            }
        };
    }

    private static int partitionCount(@Nullable ClusterImage image) {
        return image == null
                ? 0
                : image.topic(GroupCoordinator.TOPIC)
                        .map(topic -> topic.partitionCount())
                        .orElse(0);
    }

    private static ShardTimer timer(ScheduledExecutorService timer) {
        return (delayMs, task) -> {
            try {
                Future<?> pending = timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
                return () -> pending.cancel(false);
            } catch (RejectedExecutionException e) {
                // The process is stopping; nothing is due any more.
                return () -> {};
            }
        };
    }

    GroupCoordinator groups() {
        return groups;
    }

    /** Takes a newer image; on one thread. */
    void accept(ClusterImage image) {
        Set<TopicId> deleted = image.deletedTopics().keySet();
        boolean isNews = !deletedTopics.containsAll(deleted);
        deletedTopics = deleted;
        if (isNews) {
            groups.topicsDeleted();
        }
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

    /** Whoever waits is told to look for the coordinator elsewhere. */
    @Override
    public void close() {
        groups.close();
    }
}
