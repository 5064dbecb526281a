package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.broker.log.TestBatches.Written;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProduceCheckTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void openALog() throws IOException {
        disk = new SimulatedDisk(1);
        test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
    }

    private ErrorCode append(ByteBuffer batch) {
        return test.log.append(batch, 0) instanceof AppendOutcome.Refused refused
                ? refused.code()
                : ErrorCode.NONE;
    }

    private ErrorCode appendAt(long timestampMs) {
        return append(TestBatches.one(timestampMs, "v"));
    }

    @Test
    void stampsTheBrokersTimeOnEveryRecordWhereTheTopicAsksForIt() throws Exception {
        test.log.configure(
                TestLog.SMALL.withTimestamps(new LogConfig.Timestamps(true, HOUR, HOUR)));
        ByteBuffer batch = TestBatches.batch(List.of(new Written(5, "a"), new Written(9, "b")));
        test.clock.advance(Duration.ofDays(1));
        long nowMs = test.clock.nowMs();
        assertThat(test.log.append(batch, 0))
                .isEqualTo(new AppendOutcome.Appended(0, 1, nowMs, 0, 0));
        assertThat(test.readAll())
                .containsExactly(new Stored(0, nowMs, "a"), new Stored(1, nowMs, "b"));

        ByteBuffer stored = ByteBuffer.wrap(disk.bytes(test.file(0, SegmentName.LOG)));
        assertThat(RecordBatch.isCrcValid(stored, 0)).isTrue();
        assertThat(RecordBatch.isLogAppendTime(stored, 0)).isTrue();
        assertThat(RecordBatch.maxTimestamp(stored, 0)).isEqualTo(nowMs);
        assertThat(RecordBatch.baseTimestamp(stored, 0)).as("deltas count from it").isEqualTo(5);
        assertThat(test.log.segments().getFirst().maxTimestamp()).isEqualTo(nowMs);
        assertThat(test.log.offsetForTimestamp(nowMs, Long.MAX_VALUE))
                .isEqualTo(new TimeLookup.Found(new OffsetAndTime(0, nowMs, 0)));
        assertThat(test.log.offsetForTimestamp(nowMs + 1, Long.MAX_VALUE))
                .isInstanceOf(TimeLookup.NotFound.class);
    }

    @Test
    void acceptsTimestampsUpToBothBoundsAndNoFurther() {
        test.log.configure(
                TestLog.SMALL.withTimestamps(new LogConfig.Timestamps(false, 2 * HOUR, HOUR)));
        long nowMs = test.clock.nowMs();
        assertThat(appendAt(nowMs - 2 * HOUR)).isEqualTo(ErrorCode.NONE);
        assertThat(appendAt(nowMs - 2 * HOUR - 1)).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        assertThat(appendAt(nowMs + HOUR)).isEqualTo(ErrorCode.NONE);
        assertThat(appendAt(nowMs + HOUR + 1)).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        assertThat(appendAt(RecordBatch.NO_TIMESTAMP)).as("none").isEqualTo(ErrorCode.NONE);
        assertThat(test.log.logEndOffset()).isEqualTo(3);
    }

    @Test
    void acceptsAnyTimestampWithoutBounds() {
        assertThat(appendAt(0)).isEqualTo(ErrorCode.NONE);
        assertThat(appendAt(1L << 60)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void acceptsABatchOfTheLargestSizeAndRefusesOneByteMore() {
        ByteBuffer batch = TestBatches.one(test.clock.nowMs(), "x".repeat(200));
        ByteBuffer larger = TestBatches.one(test.clock.nowMs(), "x".repeat(200) + "yy");
        test.log.configure(withMessageBytesMax(batch.remaining()));
        assertThat(append(batch)).isEqualTo(ErrorCode.NONE);
        assertThat(append(larger)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        test.log.configure(withMessageBytesMax(larger.remaining() - 1));
        assertThat(append(larger)).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        test.log.configure(withMessageBytesMax(larger.remaining()));
        assertThat(append(larger)).isEqualTo(ErrorCode.NONE);
        assertThat(test.log.logEndOffset()).isEqualTo(2);
    }

    @Test
    void refusesMoreThanASegmentTakes() {
        ByteBuffer batch = TestBatches.one(test.clock.nowMs(), "x".repeat(700));
        ByteBuffer many = TestBatches.joined(List.of(batch, batch));
        assertThat(append(many)).isEqualTo(ErrorCode.RECORD_LIST_TOO_LARGE);
    }

    private static LogConfig withMessageBytesMax(int bytes) {
        LogConfig small = TestLog.SMALL;
        return new LogConfig(
                bytes,
                small.fileDeleteDelayMs(),
                small.segments(),
                small.timestamps(),
                small.retention(),
                small.flush(),
                small.compaction());
    }
}
