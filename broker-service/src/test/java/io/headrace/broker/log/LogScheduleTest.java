package io.headrace.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a log directory does on its own, step by step without its threads, and once with them. */
class LogScheduleTest {

    private static final LogConfig SMALL = TestLog.SMALL;

    private final SimulatedDisk disk = new SimulatedDisk(1);

    private TestLog open(long flushMessages, long flushMs) throws Exception {
        LogConfig.Flush flush = new LogConfig.Flush(flushMessages, flushMs, false);
        return new TestLog(disk, Path.of("/data"), SMALL.withFlush(flush));
    }

    @Test
    void flushesAfterSoManyRecords() throws Exception {
        TestLog test = open(3, Long.MAX_VALUE);
        test.append("a", "b");
        test.directory.runFlushes();
        assertThat(test.log.recoveryPoint()).isZero();
        test.append("c");
        test.directory.runFlushes();
        assertThat(test.log.recoveryPoint()).isEqualTo(3);
        test.append("d", "e");
        test.directory.flushDue();
        test.directory.runFlushes();
        assertThat(test.log.recoveryPoint()).as("counted from the last flush").isEqualTo(3);
    }

    @Test
    void flushesAfterSoMuchTime() throws Exception {
        TestLog test = open(Long.MAX_VALUE, 1000);
        test.append("a");
        test.clock.advance(Duration.ofMillis(999));
        test.directory.flushDue();
        test.directory.runFlushes();
        assertThat(test.log.recoveryPoint()).isZero();
        test.clock.advance(Duration.ofMillis(1));
        test.directory.flushDue();
        test.directory.runFlushes();
        assertThat(test.log.recoveryPoint()).isEqualTo(1);
    }

    @Test
    void checkpointsOutliveACrashAndSpareTheNextStartWhatWasFlushed() throws Exception {
        TestLog test = open(Long.MAX_VALUE, Long.MAX_VALUE);
        test.append("a", "b", "c");
        test.log.flush();
        test.log.highWatermark(() -> 2);
        test.log.deleteRecordsBefore(1);
        test.directory.saveHighWatermarks();
        test.directory.saveCheckpoints();
        assertThat(
                        new String(
                                disk.bytes(test.path.resolve(OffsetCheckpoint.RECOVERY_POINT)),
                                UTF_8))
                .isEqualTo("0\n1\norders 0 3\n");
        test.append("d");
        test.killAndReopen();
        assertThat(test.directory.checkpointedHighWatermark(TestLog.PARTITION)).isEqualTo(2);
        assertThat(test.log.logStartOffset()).isEqualTo(1);
        assertThat(test.values()).endsWith("b", "c", "d");
    }

    @Test
    void itsThreadsFlushAndCheckpointWithoutBeingAsked() throws Exception {
        TestLog test = open(Long.MAX_VALUE, 1);
        LogDirectorySettings often =
                new LogDirectorySettings(
                        Path.of("/often"),
                        "cluster",
                        1,
                        0,
                        1,
                        1,
                        1,
                        1,
                        1,
                        1,
                        1,
                        new LogDirectorySettings.Producers(1000, 1, 100));
        LogDirectory directory =
                LogDirectory.open(often, disk, test.clock.clock(), (p, e) -> test.failures.add(e));
        directory.open(new LogSpec(TestLog.PARTITION, TestLog.TOPIC, test.config));
        PartitionLog log = directory.log(TestLog.PARTITION).orElseThrow();
        log.append(TestBatches.one(test.clock.nowMs(), "a"), 0);
        test.clock.advance(Duration.ofMillis(10));
        directory.start();
        Path file = often.path().resolve(OffsetCheckpoint.RECOVERY_POINT);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(new String(disk.bytes(file), UTF_8))
                                        .isEqualTo("0\n1\norders 0 1\n"));
        directory.close(1);
        assertThat(test.failures).isEmpty();
    }
}
