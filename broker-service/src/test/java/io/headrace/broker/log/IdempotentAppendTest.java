package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdempotentAppendTest {

    private static final long P = 4000;
    private static final long Q = 4001;

    private SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void openALog() throws IOException {
        disk = new SimulatedDisk(1);
        test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
    }

    private AppendOutcome append(ByteBuffer... batches) {
        return test.log.append(TestBatches.joined(List.of(batches)), 0);
    }

    private AppendOutcome append(long producerId, int epoch, int sequence, int count) {
        return append(IdempotentBatches.records(producerId, epoch, sequence, count));
    }

    /** Several requests in one group. */
    private List<AppendOutcome> group(ByteBuffer... batches) {
        List<AppendRequest> requests = new ArrayList<>();
        for (ByteBuffer batch : batches) {
            if (test.log.check(batch) instanceof CheckOutcome.Sound(AppendRequest request)) {
                requests.add(request);
            }
        }
        assertThat(requests).hasSameSizeAs(batches);
        return test.log.append(requests, 0);
    }

    private static AppendOutcome appended(long base, long last) {
        return new AppendOutcome.Appended(base, last, -1, 0, 0);
    }

    private static AppendOutcome duplicate(long base, long last) {
        return new AppendOutcome.Duplicate(base, last, -1, 0, 0);
    }

    private static ErrorCode code(AppendOutcome outcome) {
        return outcome instanceof AppendOutcome.Refused refused ? refused.code() : ErrorCode.NONE;
    }

    @Test
    void aBatchThatComesAgainGetsTheOffsetsOfTheFirstTimeAndIsNotStored() throws Exception {
        assertThat(append(P, 0, 0, 3)).isEqualTo(appended(0, 2));
        assertThat(append(Q, 0, 0, 2)).isEqualTo(appended(3, 4));
        assertThat(append(P, 0, 0, 3)).isEqualTo(duplicate(0, 2));
        assertThat(append(P, 0, 3, 1)).isEqualTo(appended(5, 5));
        assertThat(append(Q, 0, 0, 2)).isEqualTo(duplicate(3, 4));
        assertThat(test.log.logEndOffset()).isEqualTo(6);
        assertThat(test.values())
                .containsExactly(
                        "4000/0/0", "4000/0/1", "4000/0/2", "4001/0/0", "4001/0/1", "4000/0/3");
    }

    @Test
    void theLastFiveBatchesAreKnownAndNoMore() {
        for (int i = 0; i < 7; i++) {
            assertThat(append(P, 0, 2 * i, 2)).isEqualTo(appended(2L * i, 2L * i + 1));
        }
        for (int i = 2; i < 7; i++) {
            assertThat(append(P, 0, 2 * i, 2)).isEqualTo(duplicate(2L * i, 2L * i + 1));
        }
        assertThat(code(append(P, 0, 2, 2))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @ParameterizedTest(name = "epoch {0}, sequence {1}, {2} records: {3}")
    @CsvSource({
        "3, 10, 1, NONE",
        "3, 11, 1, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "3, 9, 1, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "3, 5, 4, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "3, 5, 6, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "3, 0, 1, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "2, 10, 1, INVALID_PRODUCER_EPOCH",
        "2, 5, 5, INVALID_PRODUCER_EPOCH",
        "4, 0, 1, NONE",
        "4, 10, 1, OUT_OF_ORDER_SEQUENCE_NUMBER",
        "9, 0, 1, NONE"
    })
    void afterSequenceNineOfEpochThree(int epoch, int sequence, int count, ErrorCode expected) {
        append(P, 3, 0, 5);
        append(P, 3, 5, 5);
        assertThat(code(append(P, epoch, sequence, count))).isEqualTo(expected);
        assertThat(test.log.logEndOffset()).isEqualTo(expected == ErrorCode.NONE ? 10 + count : 10);
    }

    @Test
    void aProducerThatIsNotKnownMayBeginAnywhere() {
        assertThat(append(P, 7, 1234, 2)).isEqualTo(appended(0, 1));
        assertThat(code(append(P, 7, 1237, 1))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(append(P, 7, 1236, 1)).isEqualTo(appended(2, 2));
    }

    @Test
    void theLargestSequenceIsFollowedByZero() {
        int max = Integer.MAX_VALUE;
        assertThat(append(P, 0, max - 1, 1)).isEqualTo(appended(0, 0));
        assertThat(append(P, 0, max, 1)).isEqualTo(appended(1, 1));
        assertThat(append(P, 0, 0, 2)).isEqualTo(appended(2, 3));
        assertThat(append(P, 0, max, 1)).isEqualTo(duplicate(1, 1));
        append(Q, 0, max - 1, 1);
        assertThat(append(Q, 0, max, 3)).as("wraps inside the batch").isEqualTo(appended(5, 7));
        assertThat(append(Q, 0, max, 3)).isEqualTo(duplicate(5, 7));
        assertThat(append(Q, 0, 2, 1)).isEqualTo(appended(8, 8));
    }

    @Test
    void requestsOfOneGroupAreCheckedOneAfterTheOther() throws Exception {
        List<AppendOutcome> outcomes =
                group(
                        IdempotentBatches.records(P, 0, 0, 2),
                        TestBatches.one(1, "nobody's"),
                        IdempotentBatches.records(P, 0, 2, 1),
                        IdempotentBatches.records(P, 0, 4, 1),
                        IdempotentBatches.records(P, 0, 0, 2),
                        IdempotentBatches.records(P, 0, 3, 1),
                        IdempotentBatches.records(P, 1, 0, 1),
                        IdempotentBatches.records(P, 0, 4, 1),
                        IdempotentBatches.records(P, 1, 0, 1),
                        IdempotentBatches.records(Q, 0, 0, 1));
        assertThat(outcomes.subList(0, 3))
                .containsExactly(appended(0, 1), appended(2, 2), appended(3, 3));
        assertThat(code(outcomes.get(3))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(outcomes.subList(4, 7))
                .containsExactly(duplicate(0, 1), appended(4, 4), appended(5, 5));
        assertThat(code(outcomes.get(7))).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(outcomes.subList(8, 10)).containsExactly(duplicate(5, 5), appended(6, 6));
        assertThat(test.values())
                .containsExactly(
                        "4000/0/0",
                        "4000/0/1",
                        "nobody's",
                        "4000/0/2",
                        "4000/0/3",
                        "4000/1/0",
                        "4001/0/0");
    }

    @Test
    void aGroupThatIsOnlyDuplicatesWritesNothing() throws Exception {
        append(P, 0, 0, 2);
        long size = test.sizeOnDisk(0);
        assertThat(
                        group(
                                IdempotentBatches.records(P, 0, 0, 2),
                                IdempotentBatches.records(P, 0, 0, 2)))
                .containsExactly(duplicate(0, 1), duplicate(0, 1));
        assertThat(test.sizeOnDisk(0)).isEqualTo(size);
    }

    @Test
    void aRequestOfSeveralBatchesIsTakenOrRefusedWhole() throws Exception {
        ByteBuffer first = IdempotentBatches.records(P, 0, 0, 2);
        ByteBuffer second = IdempotentBatches.records(P, 0, 2, 2);
        ByteBuffer third = IdempotentBatches.records(P, 0, 4, 1);
        ByteBuffer gap = IdempotentBatches.records(P, 0, 9, 1);
        assertThat(code(append(first, gap))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(code(append(first, first))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(test.log.logEndOffset()).isZero();
        assertThat(append(first, second)).isEqualTo(appended(0, 3));
        assertThat(append(first, second)).isEqualTo(duplicate(0, 3));
        assertThat(append(second)).isEqualTo(duplicate(2, 3));
        assertThat(code(append(second, third))).isEqualTo(ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
        assertThat(code(append(second, TestBatches.one(1, "x"))))
                .isEqualTo(ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
        List<AppendOutcome> outcomes =
                group(
                        TestBatches.joined(List.of(third)),
                        TestBatches.joined(List.of(IdempotentBatches.records(P, 0, 5, 1), gap)),
                        IdempotentBatches.records(P, 0, 5, 1));
        assertThat(outcomes.get(0)).isEqualTo(appended(4, 4));
        assertThat(code(outcomes.get(1))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(outcomes.get(2)).isEqualTo(appended(5, 5));
        assertThat(test.log.logEndOffset()).isEqualTo(6);
    }

    @Test
    void aGroupThatSpansSegmentsIsCheckedLikeOne() throws Exception {
        ByteBuffer[] batches = new ByteBuffer[40];
        for (int i = 0; i < batches.length; i++) {
            batches[i] =
                    IdempotentBatches.batch(P, 0, i, 5, "x".repeat(100 + i)); // several segments
        }
        List<AppendOutcome> outcomes = group(batches);
        for (int i = 0; i < batches.length; i++) {
            assertThat(outcomes.get(i)).isEqualTo(appended(i, i));
        }
        assertThat(test.log.segmentCount()).isGreaterThan(2);
        assertThat(append(batches[39])).isEqualTo(duplicate(39, 39));
    }

    @Test
    void anAppendThatTheFullDiskRefusedLeavesTheSequenceAsItWas() throws Exception {
        append(P, 0, 0, 2);
        disk.capacity(Long.MAX_VALUE - disk.usableBytes(test.path));
        assertThat(code(append(P, 0, 2, 2))).isEqualTo(ErrorCode.DISK_NEARLY_FULL);
        assertThat(code(append(Q, 0, 0, 2))).isEqualTo(ErrorCode.DISK_NEARLY_FULL);
        disk.capacity(Long.MAX_VALUE);
        test.clock.advance(Duration.ofSeconds(10));
        assertThat(append(P, 0, 0, 2)).isEqualTo(duplicate(0, 1));
        assertThat(append(P, 0, 2, 2)).isEqualTo(appended(2, 3));
        assertThat(append(Q, 0, 5, 2)).as("never known").isEqualTo(appended(4, 5));
    }

    @Test
    void theAppendTimeOfTheFirstTimeIsAnsweredWhereTheLogStampsIt() throws Exception {
        test.config = TestLog.SMALL.withTimestamps(new LogConfig.Timestamps(true, 1, 1));
        test.log.configure(test.config);
        long firstMs = test.clock.nowMs();
        append(P, 0, 0, 2);
        test.clock.advance(Duration.ofHours(1));
        append(P, 0, 2, 1);
        AppendOutcome again = new AppendOutcome.Duplicate(0, 1, firstMs, 0, 0);
        assertThat(append(P, 0, 0, 2)).isEqualTo(again);
        test.killAndReopen();
        assertThat(append(P, 0, 0, 2)).isEqualTo(again);
        test.closeAndReopen();
        assertThat(append(P, 0, 2, 1))
                .isEqualTo(new AppendOutcome.Duplicate(2, 2, firstMs + 3_600_000, 0, 0));
    }

    @Test
    void aFollowerTakesWhatTheLeaderSendsAndKnowsIt() throws Exception {
        ByteBuffer newer = IdempotentBatches.records(P, 5, 0, 2);
        ByteBuffer older = IdempotentBatches.records(P, 4, 17, 1);
        RecordBatch.setBaseOffset(newer, 0, 0);
        RecordBatch.setBaseOffset(older, 0, 2);
        for (ByteBuffer each : List.of(newer, older)) {
            RecordBatch.setLeaderEpoch(each, 0, 0);
            assertThat(test.log.appendAsFollower(each)).isInstanceOf(AppendOutcome.Appended.class);
        }
        assertThat(append(P, 4, 17, 1)).isEqualTo(duplicate(2, 2));
        assertThat(append(P, 4, 18, 1)).isEqualTo(appended(3, 3));
    }

    @Test
    void aProducerIsForgottenADayAfterItsLastWriteWhateverItsRecordsSay() {
        append(IdempotentBatches.batch(P, 0, 0, 5, "old"));
        append(IdempotentBatches.batch(Q, 0, 0, test.clock.nowMs() + 1_000_000_000L, "future"));
        test.clock.advance(Duration.ofHours(23));
        append(Q, 0, 1, 1);
        assertThat(test.directory.expireProducers()).isZero();
        test.clock.advance(Duration.ofHours(1));
        assertThat(test.directory.expireProducers()).isEqualTo(1);
        assertThat(append(P, 0, 77, 1)).isEqualTo(appended(3, 3));
        assertThat(append(Q, 0, 1, 1)).isEqualTo(duplicate(2, 2));
        test.clock.advance(Duration.ofHours(24));
        assertThat(test.directory.expireProducers()).isEqualTo(2);
        assertThat(test.log.producerCount()).isZero();
    }
}
