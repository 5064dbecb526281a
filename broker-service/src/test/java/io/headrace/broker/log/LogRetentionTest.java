package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.RealDisk;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What makes a segment end, and what makes it go, by age and by size. */
class LogRetentionTest {

    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final String LONG = "x".repeat(100);

    private static TestLog open(LogConfig config) throws IOException {
        return new TestLog(new SimulatedDisk(1), Path.of("/data"), config);
    }

    private static LogConfig retention(long ageMsMax, long bytesMax) {
        return TestLog.SMALL.withRetention(new LogConfig.Retention(true, ageMsMax, bytesMax));
    }

    private static LogConfig rolling(long ageMsMax, long jitterMs) {
        return TestLog.SMALL.withSegments(
                new LogConfig.Segments(1 << 20, ageMsMax, jitterMs, 200, 1 << 20));
    }

    private static void append(TestLog test, long timestampMs, String value) {
        assertThat(test.log.append(TestBatches.one(timestampMs, value), 0))
                .isInstanceOf(AppendOutcome.Appended.class);
    }

    @Test
    void rollsWhenARecordIsMoreThanTheAgeYoungerThanTheSegmentsFirst() throws Exception {
        TestLog test = open(rolling(DAY, 0));
        long first = test.clock.nowMs();
        append(test, first, "a");
        append(test, first + DAY, "as old as it may be");
        assertThat(test.log.segmentCount()).isEqualTo(1);
        append(test, first + DAY + 1, "b");
        assertThat(test.log.segmentCount()).isEqualTo(2);
        assertThat(test.log.segments().getLast().baseOffset()).isEqualTo(2);
    }

    @Test
    void rollsASegmentWithoutTimestampsByTheTimeSinceItBegan() throws Exception {
        TestLog test = open(rolling(DAY, 0));
        append(test, RecordBatch.NO_TIMESTAMP, "a");
        test.clock.advance(Duration.ofDays(1));
        append(test, RecordBatch.NO_TIMESTAMP, "b");
        assertThat(test.log.segmentCount()).isEqualTo(1);
        test.closeAndReopen();
        test.clock.advance(Duration.ofDays(1));
        append(test, RecordBatch.NO_TIMESTAMP, "counted from the restart");
        assertThat(test.log.segmentCount()).isEqualTo(1);
        test.clock.advance(Duration.ofMillis(1));
        append(test, RecordBatch.NO_TIMESTAMP, "c");
        assertThat(test.log.segmentCount()).isEqualTo(2);
    }

    @Test
    void jitterRollsEarlierByLessThanItselfAndNotForAllLogsAtOnce() throws Exception {
        TestLog test = open(rolling(DAY, DAY / 2));
        Set<Long> rolledAt = new HashSet<>();
        long step = DAY / 100;
        for (int p = 1; p <= 10; p++) {
            TopicPartition partition = new TopicPartition("jitter", p);
            LogSpec spec = new LogSpec(partition, new TopicId(1, p), test.config);
            assertThat(test.directory.open(spec)).isInstanceOf(OpenOutcome.Opened.class);
            PartitionLog log = test.directory.log(partition).orElseThrow();
            long age = 0;
            while (log.segmentCount() == 1) {
                log.append(TestBatches.one(test.clock.nowMs() + age, "v"), 0);
                age += step;
            }
            long rolled = age - step;
            assertThat(rolled).isGreaterThan(DAY / 2).isLessThanOrEqualTo(DAY + step);
            rolledAt.add(rolled);
        }
        assertThat(rolledAt).hasSizeGreaterThan(3);
    }

    @Test
    void deletesSegmentsThatAreTooOldTheActiveOneIncluded() throws Exception {
        TestLog test = open(retention(DAY, -1));
        for (int i = 0; i < 20; i++) {
            test.append("old" + LONG);
        }
        int oldSegments = test.log.segmentCount();
        assertThat(oldSegments).isGreaterThan(1);
        test.clock.advance(Duration.ofDays(1));
        assertThat(test.log.retain()).as("exactly as old as it may be").isZero();
        test.clock.advance(Duration.ofMillis(1));
        assertThat(test.log.retain()).isEqualTo(oldSegments);
        assertThat(test.log.logStartOffset()).isEqualTo(20);
        assertThat(test.log.logEndOffset()).isEqualTo(20);
        assertThat(test.append("new")).isEqualTo(20);
        test.killAndReopen();
        assertThat(test.values()).containsExactly("new");
    }

    @Test
    void keepsOldSegmentsWithRecordsAboveTheHighWatermark() throws Exception {
        TestLog test = open(retention(DAY, -1));
        for (int i = 0; i < 40; i++) {
            test.append("old" + LONG);
        }
        long secondBase = test.log.segments().get(1).baseOffset();
        test.log.highWatermark(() -> secondBase);
        test.clock.advance(Duration.ofDays(2));
        assertThat(test.log.retain()).isEqualTo(1);
        assertThat(test.log.logStartOffset()).isEqualTo(secondBase);
    }

    @Test
    void deletesOnlyWhatIsTooMuchBySize() throws Exception {
        TestLog test = open(retention(-1, 5000));
        for (int i = 0; i < 100; i++) {
            test.append(LONG);
        }
        long first = test.log.segments().getFirst().sizeInBytes();
        assertThat(test.log.retain()).isPositive();
        assertThat(test.log.sizeInBytes()).isBetween(5000L, 5000 + first);
        assertThat(test.log.retain()).isZero();
        test.log.configure(retention(-1, 0));
        test.log.retain();
        assertThat(test.log.sizeInBytes()).isZero();
        assertThat(test.append("next")).isEqualTo(100);
    }

    @Test
    void segmentsWithoutTimestampsAgeByWhenTheirFileLastChanged() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(1);
        TestLog test = new TestLog(disk, Path.of("/data"), retention(DAY, -1));
        disk.clock(test.clock::nowMs);
        append(test, RecordBatch.NO_TIMESTAMP, "a");
        test.clock.advance(Duration.ofHours(23));
        append(test, RecordBatch.NO_TIMESTAMP, "b");
        test.clock.advance(Duration.ofHours(23));
        assertThat(test.log.retain()).isZero();
        test.clock.advance(Duration.ofHours(2));
        assertThat(test.log.retain()).isEqualTo(1);
        assertThat(test.log.logStartOffset()).isEqualTo(2);
    }

    @Test
    void theFilesTimeOutlivesARestartOnARealDisk(@TempDir Path home) throws Exception {
        TestLog test = new TestLog(new RealDisk(), home.resolve("log"), retention(DAY, -1));
        append(test, RecordBatch.NO_TIMESTAMP, "a");
        test.closeAndReopen();
        Path file = test.file(0, SegmentName.LOG);
        Files.setLastModifiedTime(file, FileTime.fromMillis(test.clock.nowMs() - DAY));
        assertThat(test.log.retain()).isZero();
        Files.setLastModifiedTime(file, FileTime.fromMillis(test.clock.nowMs() - DAY - 1));
        assertThat(test.log.retain()).isEqualTo(1);
        test.directory.close(1);
    }
}
