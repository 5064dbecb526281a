package io.headrace.broker.replication;

import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.disk.Disk;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.replica.FollowOutcome;
import io.headrace.broker.replica.Follower;
import io.headrace.broker.replica.FollowingListener;
import io.headrace.broker.replica.InSyncRules;
import io.headrace.broker.replica.LeadershipListener;
import io.headrace.broker.replica.LocalReplicas;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.replica.ReplicaThreads;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** A broker's replica and its fetches without threads: the test is the network and the clock. */
final class CopyingBroker {

    static final Path ROOT = Path.of("/data");
    static final int ID = 2;
    private static final LocalReplica REPLICA = new LocalReplica(LogLeader.NAME, LogLeader.TOPIC);
    private static final TopicConfig CONFIG =
            TopicConfig.of(Map.of("segment.bytes", "1500", "retention.ms", "-1"));

    final LogDirectory directory;
    final FetchCounters counters = new FetchCounters();
    final LeaderFetches fetches =
            new LeaderFetches(FetchSettings.DEFAULTS, counters, CopyLimit.NONE, this::forced);

    /** The highest position that the leader was told. */
    long told;

    final Partition partition;
    private final LocalReplicas replicas;
    private long now;

    CopyingBroker(Disk disk) throws IOException {
        this(disk, CONFIG);
    }

    CopyingBroker(Disk disk, TopicConfig config) throws IOException {
        directory =
                LogDirectory.open(
                        LogDirectorySettings.of(ROOT, "c", ID).withReserveBytes(0),
                        disk,
                        LogClock.system(),
                        (path, failure) -> {});
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        timer.shutdown();
        ReplicaManager manager =
                new ReplicaManager(
                        ID,
                        new ReplicaManager.Limits(new Partition.Bounds(10, 10), 10),
                        () -> null,
                        new ReplicaThreads(timer, Runnable::run),
                        new InSyncRules(
                                Duration.ofSeconds(30), System::nanoTime, (change, then) -> {}));
        replicas = new LocalReplicas(manager, directory, LeadershipListener.NONE, new Taken());
        replicas.open(REPLICA, config);
        partition = manager.partitions().getFirst();
    }

    private final class Taken implements FollowingListener {
        @Override
        public void follows(Follower follower, int leaderId) {
            fetches.follow(follower);
        }

        @Override
        public void followsNoMore(LocalReplica replica) {
            fetches.leave(new FetchKey(replica.topicId(), replica.partition().partition()));
        }
    }

    PartitionLog log() {
        return partition.log();
    }

    void follow(int leaderEpoch) {
        fetches.disconnected();
        replicas.follow(REPLICA, new PartitionState(1, leaderEpoch, List.of(1), leaderEpoch));
    }

    /** Fetches until there is no more to get, and the leader's high watermark is known. */
    void copy(LogLeader leader, int bytesMax) throws IOException {
        for (int round = 0; round < 200; round++) {
            now += 2_000_000_000L;
            FetchRequest request = next();
            boolean isNews = !request.positions().isEmpty();
            if (!isNews) {
                fetches.answered(request, new FetchAnswer(1, "", List.of()), now);
                return;
            }
            long end = request.positions().getFirst().offset();
            told = Math.max(told, end);
            long committed = Math.min(end, leader.log.logEndOffset());
            fetches.answered(
                    request,
                    new FetchAnswer(
                            1,
                            "",
                            List.of(
                                    leader.answer(
                                            request.positions().getFirst(), committed, bytesMax))),
                    now);
        }
        throw new AssertionError("no end after 200 rounds: " + log().logEndOffset());
    }

    private void forced(FollowedPartition followed, FollowOutcome outcome) {
        fetches.forced(followed, outcome, now);
    }

    /** The next request, after what it waits for was forced. */
    FetchRequest next() throws IOException {
        Optional<FetchRequest> next = fetches.next(ID, 5, now);
        if (next.isEmpty()) {
            runFlushes();
            next = fetches.next(ID, 5, now);
        }
        return next.orElseThrow();
    }

    void runFlushes() {
        try {
            directory.runFlushes();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes over what one answer brings. */
    void take(FetchRequest request, LogLeader leader, int bytesMax) throws IOException {
        FetchPosition asked = request.positions().getFirst();
        fetches.answered(
                request,
                new FetchAnswer(1, "", List.of(leader.answer(asked, asked.offset(), bytesMax))),
                now);
    }

    /** Whether the leader is asked for anything, now or after the longest pause. */
    boolean asks() {
        boolean asksNow = fetches.next(ID, 5, now).isPresent();
        now += 2_000_000_000L;
        return asksNow || fetches.next(ID, 5, now).isPresent();
    }

    void delete() throws IOException {
        replicas.setAside(REPLICA, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
}
