package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.broker.log.epoch.EpochStart;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FollowerAppendTest {

    private TestLog test;

    @BeforeEach
    void openALog() throws IOException {
        test = new TestLog(new SimulatedDisk(1), Path.of("/data"), TestLog.SMALL);
    }

    /** A batch of one record as a leader would send it. */
    private ByteBuffer sent(long offset, int leaderEpoch, String value) {
        ByteBuffer batch = TestBatches.one(test.clock.nowMs(), value);
        RecordBatch.setBaseOffset(batch, 0, offset);
        RecordBatch.setLeaderEpoch(batch, 0, leaderEpoch);
        return batch;
    }

    private AppendOutcome append(ByteBuffer... batches) {
        return test.log.appendAsFollower(TestBatches.joined(List.of(batches)));
    }

    private static ErrorCode code(AppendOutcome outcome) {
        return outcome instanceof AppendOutcome.Refused refused ? refused.code() : ErrorCode.NONE;
    }

    private List<Long> offsets() throws IOException {
        return test.readAll().stream().map(Stored::offset).toList();
    }

    @Test
    void keepsTheLeadersOffsetsAndEpochsAndTheGapsBetweenThem() throws Exception {
        AppendOutcome outcome = append(sent(0, 3, "a"), sent(5, 3, "b"), sent(9, 4, "c"));
        assertThat(outcome).isEqualTo(new AppendOutcome.Appended(0, 9, -1, 0, 4));
        assertThat(code(append(sent(20, 4, "d")))).isEqualTo(ErrorCode.NONE);
        assertThat(offsets()).containsExactly(0L, 5L, 9L, 20L);
        assertThat(test.log.logEndOffset()).isEqualTo(21);
        assertThat(test.log.leaderEpochs())
                .containsExactly(new EpochStart(3, 0), new EpochStart(4, 9));
        assertThat(TestBatches.readAll(test.log, 6, 1000).getFirst().offset()).isEqualTo(9);
        test.config =
                test.config.withCompaction(
                        new LogConfig.Compaction(true, 0.01, 0, Long.MAX_VALUE, 1000));
        test.killAndReopen();
        assertThat(offsets()).containsExactly(0L, 5L, 9L, 20L);
        assertThat(test.log.logEndOffset()).isEqualTo(21);
    }

    /** No checksum covers its base offset, and nothing follows; the leader sends it again. */
    @Test
    void aLastBatchBehindAGapIsNotBelievedAfterAKillWhereNothingWasCompacted() throws Exception {
        append(sent(0, 3, "a"), sent(5, 3, "b"), sent(9, 4, "c"));
        test.killAndReopen();
        assertThat(offsets()).containsExactly(0L, 5L);
        assertThat(test.log.logEndOffset()).isEqualTo(6);
    }

    @Test
    void refusesOffsetsThatDoNotRiseFromTheLogEndAndAppendsNothingOfThem() throws Exception {
        append(sent(0, 1, "a"), sent(1, 1, "b"));
        assertThat(code(append(sent(1, 1, "again")))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(code(append(sent(2, 1, "c"), sent(2, 1, "d"))))
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(code(append(sent(7, 1, "d"), sent(4, 1, "c"))))
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(test.values()).containsExactly("a", "b");
        assertThat(test.directory.isOffline()).isFalse();
    }

    @Test
    void refusesOlderLeaderEpochs() throws Exception {
        append(sent(0, 5, "a"));
        assertThat(code(append(sent(1, 4, "b")))).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(code(append(sent(1, 6, "b"), sent(2, 5, "c"))))
                .isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(test.values()).containsExactly("a");
        assertThat(test.log.latestLeaderEpoch()).isEqualTo(5);
    }

    @Test
    void refusesTheWholeAnswerWhenOneBatchIsCorrupt() throws Exception {
        ByteBuffer corrupt = sent(1, 0, "b");
        int last = corrupt.limit() - 1;
        corrupt.put(last, (byte) (corrupt.get(last) ^ 1));
        assertThat(code(append(sent(0, 0, "a"), corrupt))).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
        ByteBuffer cut = sent(0, 0, "a");
        cut.limit(cut.limit() - 1);
        assertThat(code(append(cut))).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
        assertThat(code(append(ByteBuffer.allocate(10)))).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
        assertThat(code(append(ByteBuffer.allocate(0)))).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(test.log.logEndOffset()).isZero();
        assertThat(test.sizeOnDisk(0)).isZero();
    }

    @Test
    void startsOverAboveOrBelowWhatItHeld() throws Exception {
        for (int i = 0; i < 40; i++) {
            append(sent(i, 2, "x".repeat(100)));
        }
        assertThat(test.log.segmentCount()).isGreaterThan(2);
        test.log.flush();
        test.log.truncateFullyAndStartAt(1000);
        assertThat(test.log.logStartOffset()).isEqualTo(1000);
        assertThat(test.log.logEndOffset()).isEqualTo(1000);
        assertThat(test.log.recoveryPoint()).isEqualTo(1000);
        assertThat(test.log.leaderEpochs()).isEmpty();
        assertThat(test.readAll()).isEmpty();
        assertThat(code(append(sent(999, 2, "below")))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        append(sent(1000, 3, "above"));
        test.killAndReopen();
        assertThat(test.log.logStartOffset()).isEqualTo(1000);
        assertThat(offsets()).containsExactly(1000L);

        test.log.truncateFullyAndStartAt(7);
        append(sent(7, 3, "below"));
        test.killAndReopen();
        assertThat(test.log.logStartOffset()).isEqualTo(7);
        assertThat(test.values()).containsExactly("below");
    }

    @Test
    void aFullDiskLeavesNoEpochOfBatchesThatDidNotCome() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(1);
        test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
        append(sent(0, 2, "a"));
        disk.fill(40);
        assertThat(code(append(sent(1, 2, "b".repeat(100)), sent(2, 3, "c"))))
                .isEqualTo(ErrorCode.DISK_NEARLY_FULL);
        disk.capacity(Long.MAX_VALUE);
        test.clock.advance(Duration.ofSeconds(1));
        assertThat(code(append(sent(1, 2, "b")))).isEqualTo(ErrorCode.NONE);
        assertThat(test.log.leaderEpochs()).containsExactly(new EpochStart(2, 0));
    }
}
