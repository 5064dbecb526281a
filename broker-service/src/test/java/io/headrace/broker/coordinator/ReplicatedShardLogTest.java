package io.headrace.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.coordinator.ShardLog.ReadStep;
import io.headrace.broker.coordinator.ShardLog.Written;
import io.headrace.broker.disk.DiskWatch;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.WatchedDisk;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.replica.FollowingListener;
import io.headrace.broker.replica.InSyncRules;
import io.headrace.broker.replica.LeadershipListener;
import io.headrace.broker.replica.LocalReplicas;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.replica.ReplicaThreads;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A coordinator's log is a partition that this broker leads. */
class ReplicatedShardLogTest {

    private static final int ID = 1;
    private static final TopicPartition NAME = new TopicPartition("shards", 0);
    private static final TopicId TOPIC = new TopicId(3, 4);
    private static final TopicConfig CONFIG = TopicConfig.of(Map.of());

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final List<Path> doubtful = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private ShardLog log;

    @BeforeEach
    void lead() throws IOException {
        LogDirectory directory =
                LogDirectory.open(
                        LogDirectorySettings.of(Path.of("/data"), "c", ID).withReserveBytes(0),
                        new WatchedDisk(disk, new Watch()),
                        LogClock.system(),
                        (path, failure) -> {});
        ReplicaManager replicas =
                new ReplicaManager(
                        ID,
                        new ReplicaManager.Limits(new Partition.Bounds(10, 10), 10),
                        () -> null,
                        new ReplicaThreads(timer, Runnable::run),
                        new InSyncRules(
                                Duration.ofSeconds(30), System::nanoTime, (change, then) -> {}));
        LocalReplicas local =
                new LocalReplicas(
                        replicas, directory, LeadershipListener.NONE, FollowingListener.NONE);
        LocalReplica replica = new LocalReplica(NAME, TOPIC);
        local.open(replica, CONFIG);
        local.lead(
                replica,
                new TopicImage(
                        NAME.topic(),
                        TOPIC,
                        Map.of(),
                        List.of(List.of(ID)),
                        List.of(new PartitionState(ID, 1, List.of(ID), 1))),
                CONFIG);
        log = new ReplicatedShardLog(replicas, NAME.topic(), 1 << 20);
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private final class Watch implements DiskWatch {
        @Override
        public Force begins(Path file) {
            return () -> {};
        }

        @Override
        public void readFailed(Path file, IOException cause) {
            doubtful.add(file);
        }

        @Override
        public void sendFailed(Path file, IOException cause) {
            doubtful.add(file);
        }
    }

    private void append(String value) {
        RecordBatchBuilder batch = new RecordBatchBuilder(Compression.NONE, 1024);
        batch.append(
                1,
                "key".getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8),
                List.of());
        List<Written> outcome = new ArrayList<>();
        log.append(0, 1, batch.build(), outcome::add);
        assertThat(outcome).containsExactly(new Written.Committed());
    }

    @Test
    void nothingIsLoadedFromDamagedRecords() throws IOException {
        append("first");
        append("second");
        assertThat(log.read(0, 0))
                .isInstanceOfSatisfying(
                        ReadStep.Batches.class,
                        read -> assertThat(read.bytes().remaining()).isPositive());
        Path file = Path.of("/data/shards-0/00000000000000000000.log");
        int last = disk.bytes(file).length - 2;
        disk.flipBit(file, last, 3);
        assertThat(log.read(0, 0))
                .isInstanceOfSatisfying(
                        ReadStep.Failed.class,
                        failed ->
                                assertThat(failed.code()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR));
        assertThat(doubtful).containsExactly(file);
        disk.flipBit(file, last, 3);
        assertThat(log.read(0, 0)).isInstanceOf(ReadStep.Batches.class);
    }
}
