package io.headrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.LogSpec;
import io.headrace.broker.log.OpenOutcome;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One fetch that waits on several partitions is woken once, and is gone from all of them. */
class ParkedFetchTest {

    private static final long LONG_MS = 60_000;
    private static final int BATCH_BYTES = RunningBroker.batch("v").length;

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private ReplicaManager replicas = manager(10);
    private LogDirectory directory;
    private Partition first;
    private Partition second;

    @BeforeEach
    void leadTwoPartitions() throws Exception {
        directory =
                LogDirectory.open(
                        LogDirectorySettings.of(Path.of("/data"), "cluster", 1).withReserveBytes(0),
                        new SimulatedDisk(1),
                        LogClock.system(),
                        (path, failure) -> {});
        first = lead(0);
        second = lead(1);
    }

    @AfterEach
    void stop() throws Exception {
        replicas.close();
        directory.close(1);
        timer.shutdownNow();
    }

    private ReplicaManager manager(int parkedMax) {
        return new ReplicaManager(
                1,
                new ReplicaManager.Limits(new Partition.Bounds(100, 100), parkedMax),
                () -> null,
                new ReplicaThreads(timer, Runnable::run),
                new InSyncRules(Duration.ofSeconds(30), System::nanoTime, (change, then) -> {}));
    }

    private Partition lead(int index) throws Exception {
        TopicPartition name = new TopicPartition("t", index);
        TopicId id = new TopicId(1, 1);
        OpenOutcome.Opened opened =
                (OpenOutcome.Opened) directory.open(new LogSpec(name, id, LogConfig.DEFAULTS));
        Partition partition = replicas.add(new LocalReplica(name, id), opened.log(), 0);
        partition.lead(
                Leadership.of(new PartitionState(1, 0, List.of(1), 0), List.of(1), List.of(1), 1));
        return partition;
    }

    private static void append(Partition partition) {
        partition.append(
                new ProduceRequest(ByteBuffer.wrap(RunningBroker.batch("v")), 1, -1, LONG_MS) {
                    @Override
                    protected void complete(ProduceOutcome result) {
                        assertThat(result).isInstanceOf(ProduceOutcome.Done.class);
                    }
                });
    }

    /** Notes why it was woken. */
    private static final class Fetch extends ParkedFetch {

        final Queue<ErrorCode> woken = new ConcurrentLinkedQueue<>();

        Fetch(long bytesMissing) {
            super(bytesMissing);
        }

        @Override
        protected void wake(ErrorCode reason) {
            woken.add(reason);
        }
    }

    private Fetch onBoth(long bytesMissing) {
        Fetch fetch = new Fetch(bytesMissing);
        fetch.watch(first, first.highWatermark());
        fetch.watch(second, second.highWatermark());
        return fetch;
    }

    private Fetch park(long bytesMissing, long waitMs) {
        Fetch fetch = onBoth(bytesMissing);
        assertThat(replicas.park(fetch, waitMs)).isEqualTo(ErrorCode.NONE);
        return fetch;
    }

    private void assertOver(Fetch fetch, ErrorCode reason) {
        assertThat(fetch.woken).containsExactly(reason);
        assertThat(first.parkedCount()).isZero();
        assertThat(second.parkedCount()).isZero();
        assertThat(replicas.parkedCount()).isZero();
    }

    @Test
    void anAppendToEitherWakesItOnce() {
        Fetch fetch = park(1, LONG_MS);
        assertThat(first.parkedCount()).isOne();
        assertThat(second.parkedCount()).isOne();
        append(second);
        assertOver(fetch, ErrorCode.NONE);
        append(first);
        append(second);
        assertOver(fetch, ErrorCode.NONE);
    }

    @Test
    void bytesOfAllPartitionsCountTogether() {
        Fetch fetch = park(3L * BATCH_BYTES, LONG_MS);
        append(first);
        append(second);
        assertThat(fetch.woken).isEmpty();
        append(first);
        assertOver(fetch, ErrorCode.NONE);
    }

    @Test
    void theDeadlineEndsIt() {
        Fetch fetch = park(1, 1);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !fetch.woken.isEmpty());
        assertOver(fetch, ErrorCode.NONE);
    }

    @Test
    void theLossOfOnePartitionEndsItWithTheReason() {
        Fetch resigned = park(1, LONG_MS);
        second.resign(1);
        assertOver(resigned, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void aClosedPartitionEndsItWithTheReason() {
        Fetch closed = park(1, LONG_MS);
        first.close(ErrorCode.KAFKA_STORAGE_ERROR);
        assertOver(closed, ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Test
    void whatHappenedBeforeTheWatchIsNotMissed() {
        Fetch fetch = onBoth(1);
        append(second);
        assertThat(replicas.park(fetch, LONG_MS)).isEqualTo(ErrorCode.NONE);
        assertOver(fetch, ErrorCode.NONE);
    }

    @Test
    void aCancelledOneIsNeverWoken() {
        Fetch fetch = park(1, LONG_MS);
        fetch.cancel();
        append(first);
        append(second);
        assertThat(fetch.woken).isEmpty();
        assertThat(first.parkedCount()).isZero();
        assertThat(second.parkedCount()).isZero();
        assertThat(replicas.parkedCount()).isZero();
    }

    @Test
    void oneWakesWithoutTheOthersOfItsPartition() {
        Fetch few = park(1, LONG_MS);
        Fetch many = park(2L * BATCH_BYTES, LONG_MS);
        append(first);
        assertThat(few.woken).containsExactly(ErrorCode.NONE);
        assertThat(many.woken).isEmpty();
        assertThat(replicas.parkedCount()).isOne();
        append(second);
        assertOver(many, ErrorCode.NONE);
    }

    @Test
    void moreThanMayParkAreRefusedAndAStoppingBrokerRefusesAll() {
        for (int i = 0; i < 10; i++) {
            park(1, LONG_MS);
        }
        Fetch tooMany = onBoth(1);
        assertThat(replicas.park(tooMany, LONG_MS)).isEqualTo(ErrorCode.OVERLOADED);
        append(first);
        assertThat(tooMany.woken).isEmpty();
        Fetch last = park(1, LONG_MS);
        replicas.quiesce();
        assertOver(last, ErrorCode.SHUTTING_DOWN);
        assertThat(replicas.park(onBoth(1), LONG_MS)).isEqualTo(ErrorCode.SHUTTING_DOWN);
    }
}
