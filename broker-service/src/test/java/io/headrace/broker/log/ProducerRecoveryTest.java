package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.Unflushed;
import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a log knows of its producers after restarts, truncations and deletions. */
class ProducerRecoveryTest {

    private static final long P = 4000;
    private static final long Q = 4001;

    private SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void openALog() throws IOException {
        disk = new SimulatedDisk(1);
        test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
    }

    private AppendOutcome append(long producerId, int epoch, int sequence) {
        String value = producerId + "/" + sequence + "x".repeat(100);
        return test.log.append(
                IdempotentBatches.batch(producerId, epoch, sequence, 1000, value), 0);
    }

    /** Sequences 0 to the count of one producer, one batch each, over several segments. */
    private void fill(long producerId, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(append(producerId, 0, i)).isInstanceOf(AppendOutcome.Appended.class);
        }
    }

    private List<Long> snapshots() throws IOException {
        return disk.list(test.partitionPath()).stream()
                .map(name -> SegmentName.baseOffset(name, SegmentName.SNAPSHOT))
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .sorted()
                .toList();
    }

    private List<Long> bases() throws IOException {
        return test.log.segments().stream().map(SegmentInfo::baseOffset).toList();
    }

    private AppendOutcome duplicate(long offset) {
        return new AppendOutcome.Duplicate(offset, offset, -1, test.log.logStartOffset(), 0);
    }

    private static ErrorCode code(AppendOutcome outcome) {
        return outcome instanceof AppendOutcome.Refused refused ? refused.code() : ErrorCode.NONE;
    }

    private void assertKnowsTheLastOf(long producerId, int last, long offset) {
        assertThat(append(producerId, 0, last)).isEqualTo(duplicate(offset));
        assertThat(code(append(producerId, 0, last + 2)))
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @ParameterizedTest(name = "clean: {0}")
    @ValueSource(booleans = {true, false})
    void aRestartKnowsTheProducers(boolean isClean) throws Exception {
        fill(P, 20);
        append(Q, 3, 7);
        if (isClean) {
            test.closeAndReopen();
            assertThat(snapshots()).endsWith(21L);
        } else {
            test.killAndReopen();
        }
        assertKnowsTheLastOf(P, 19, 19);
        assertThat(append(Q, 3, 7)).isEqualTo(duplicate(20));
        assertThat(code(append(Q, 2, 8))).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(append(P, 0, 20)).isInstanceOf(AppendOutcome.Appended.class);
        test.killAndReopen();
        assertKnowsTheLastOf(P, 20, 21);
    }

    /** A client may have five batches on the way when the connection breaks. */
    @ParameterizedTest(name = "clean: {0}, at a roll: {1}")
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void allFiveBatchesOfAProducerAreKnownAsDuplicatesAfterARestart(boolean isClean, boolean atRoll)
            throws Exception {
        fill(P, 20);
        fill(Q, 3);
        if (atRoll) {
            test.log.roll();
        }
        if (isClean) {
            test.closeAndReopen();
        } else {
            test.killAndReopen();
        }
        for (int i = 15; i < 20; i++) {
            assertThat(append(P, 0, i)).isEqualTo(duplicate(i));
        }
        for (int i = 0; i < 3; i++) {
            assertThat(append(Q, 0, i)).isEqualTo(duplicate(20 + i));
        }
        assertThat(code(append(P, 0, 14))).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(append(P, 0, 20)).isInstanceOf(AppendOutcome.Appended.class);
    }

    @Test
    void eachSegmentButTheFirstBeginsWithASnapshotAndTheOneOfACloseGoesWithTheNext()
            throws Exception {
        fill(P, 20);
        assertThat(bases()).hasSizeGreaterThan(2);
        assertThat(snapshots()).isEqualTo(bases().subList(1, bases().size()));
        test.closeAndReopen();
        assertThat(snapshots()).hasSize(bases().size()).endsWith(20L);
        append(P, 0, 20);
        test.log.roll();
        assertThat(snapshots()).isEqualTo(bases().subList(1, bases().size()));
        test.closeAndReopen();
        assertThat(snapshots()).isEqualTo(bases().subList(1, bases().size()));
    }

    @Test
    void withoutAnySnapshotTheBatchesTell() throws Exception {
        append(Q, 0, 0);
        fill(P, 20);
        test.log.close(true);
        for (long offset : snapshots()) {
            disk.delete(test.file(offset, SegmentName.SNAPSHOT));
        }
        test.directory.abandon();
        test.reopen();
        assertKnowsTheLastOf(Q, 0, 0);
        assertKnowsTheLastOf(P, 19, 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "torn", "flipped", "zeros", "longer", "unreadable"})
    void aDamagedSnapshotIsReplacedByAnOlderOne(String how) throws Exception {
        append(Q, 0, 0);
        fill(P, 20);
        test.log.close(true);
        Path newest = test.file(snapshots().getLast(), SegmentName.SNAPSHOT);
        try (DiskFile file = disk.open(newest)) {
            switch (how) {
                case "empty" -> file.truncate(0);
                case "torn" -> file.truncate(file.size() - 3);
                case "zeros" -> file.write(ByteBuffer.allocate((int) file.size()), 0);
                case "longer" -> file.write(ByteBuffer.allocate(46), file.size());
                case "unreadable" -> disk.unreadable(newest, 20);
                default -> disk.flipBit(newest, 20, 1);
            }
        }
        test.directory.abandon();
        test.reopen();
        assertKnowsTheLastOf(Q, 0, 0);
        assertKnowsTheLastOf(P, 19, 20);
        assertThat(disk.exists(newest)).isFalse();
    }

    @Test
    void strayAndUntrueSnapshotsAreDeletedAtTheStart() throws Exception {
        fill(P, 20);
        test.log.flush();
        test.log.close(true);
        byte[] newest = disk.bytes(test.file(20, SegmentName.SNAPSHOT));
        for (long offset : List.of(3L, 17L, 21L, 4_000_000L)) {
            try (DiskFile file = disk.open(test.file(offset, SegmentName.SNAPSHOT))) {
                file.write(ByteBuffer.wrap(newest), 0);
            }
        }
        test.directory.abandon();
        test.reopen();
        assertThat(snapshots()).doesNotContain(3L, 17L, 21L, 4_000_000L).endsWith(20L);
        assertKnowsTheLastOf(P, 19, 19);
    }

    @ParameterizedTest(name = "to {0}, restart before the next append: {1}")
    @org.junit.jupiter.params.provider.CsvSource({
        "21, false",
        "15, false",
        "15, true",
        "9, false",
        "9, true",
        "2, false",
        "2, true",
        "1, true",
        "0, false",
        "0, true"
    })
    void aTruncationTakesTheSequencesWithIt(int to, boolean restarts) throws Exception {
        append(Q, 0, 0);
        fill(P, 20);
        assertThat(test.log.truncateTo(to)).isEqualTo(to);
        if (restarts) {
            test.killAndReopen();
        }
        int next = Math.max(0, to - 1);
        if (to > 1) {
            assertKnowsTheLastOf(P, next - 1, to - 1);
            assertThat(append(P, 0, next)).isInstanceOf(AppendOutcome.Appended.class);
        } else {
            assertThat(append(P, 0, 100)).isInstanceOf(AppendOutcome.Appended.class);
        }
        if (to > 0) {
            assertKnowsTheLastOf(Q, 0, 0);
        } else {
            assertThat(append(Q, 0, 100)).isInstanceOf(AppendOutcome.Appended.class);
        }
        assertThat(snapshots()).allMatch(offset -> offset <= to);
    }

    @Test
    void whatReplacesTruncatedRecordsIsNotMistakenForThemAfterACrash() throws Exception {
        fill(P, 20);
        test.closeAndReopen();
        test.log.truncateTo(12);
        for (int i = 0; i < 15; i++) {
            append(Q, 0, i);
        }
        test.killAndReopen();
        assertKnowsTheLastOf(P, 11, 11);
        assertKnowsTheLastOf(Q, 14, 26);
    }

    @Test
    void aSnapshotThatATruncationDeletedDoesNotReturnAfterACrash() throws Exception {
        fill(P, 5);
        test.closeAndReopen();
        disk.settle();
        append(Q, 0, 0);
        test.log.flush();
        assertThat(snapshots()).containsExactly(5L);
        test.log.truncateTo(3);
        for (int i = 0; i < 4; i++) {
            append(Q, 0, i);
        }
        test.log.flush();
        disk.crash(Unflushed.LOST);
        disk.restart();
        test.reopen();
        assertThat(test.log.logEndOffset()).isEqualTo(7);
        assertKnowsTheLastOf(P, 2, 2);
        assertKnowsTheLastOf(Q, 3, 6);
    }

    @Test
    void aSnapshotFromBeforeTheFirstSegmentIsNotUsed() throws Exception {
        fill(P, 20);
        long early = snapshots().getFirst();
        byte[] old = disk.bytes(test.file(early, SegmentName.SNAPSHOT));
        test.log.roll();
        fill(Q, 2);
        test.log.deleteRecordsBefore(20);
        test.log.retain();
        assertThat(snapshots()).containsExactly(20L);
        test.directory.saveCheckpoints();
        test.log.close(false);
        disk.delete(test.file(20, SegmentName.SNAPSHOT));
        try (DiskFile file = disk.open(test.file(early, SegmentName.SNAPSHOT))) {
            file.write(ByteBuffer.wrap(old), 0);
        }
        test.directory.abandon();
        test.reopen();
        assertThat(snapshots()).isEmpty();
        assertThat(append(P, 0, 20)).as("not known").isInstanceOf(AppendOutcome.Appended.class);
        assertKnowsTheLastOf(Q, 1, 21);
    }

    @Test
    void aFullTruncationForgetsAll() throws Exception {
        fill(P, 20);
        test.log.truncateFullyAndStartAt(1000);
        assertThat(test.log.producerCount()).isZero();
        assertThat(snapshots()).isEmpty();
        test.closeAndReopen();
        assertThat(append(P, 0, 77)).isInstanceOf(AppendOutcome.Appended.class);
        assertKnowsTheLastOf(P, 77, 1000);
    }

    @ParameterizedTest(name = "clean: {0}")
    @ValueSource(booleans = {true, false})
    void aProducerIsKnownAlthoughItsRecordsWereDeleted(boolean isClean) throws Exception {
        fill(P, 3);
        fill(Q, 20);
        test.log.roll();
        test.log.deleteRecordsBefore(23);
        test.log.retain();
        assertThat(test.log.segmentCount()).isEqualTo(1);
        assertThat(snapshots()).containsExactly(23L);
        assertKnowsTheLastOf(P, 2, 2);
        if (isClean) {
            test.closeAndReopen();
        } else {
            test.directory.saveCheckpoints();
            test.killAndReopen();
        }
        assertKnowsTheLastOf(P, 2, 2);
        assertKnowsTheLastOf(Q, 19, 22);
    }

    @Test
    void anExpiredProducerIsNotInTheNextSnapshot() throws Exception {
        fill(P, 2);
        test.clock.advance(Duration.ofHours(25));
        append(Q, 0, 0);
        test.directory.expireProducers();
        test.closeAndReopen();
        assertThat(test.log.producerCount()).isEqualTo(1);
        assertKnowsTheLastOf(Q, 0, 2);
    }

    @Test
    void withoutSpaceForASnapshotAppendsGoOnAndTheBatchesTell() throws Exception {
        fill(P, 3);
        disk.capacity(Long.MAX_VALUE - disk.usableBytes(test.path) + 20);
        test.log.roll();
        assertThat(snapshots()).isEmpty();
        disk.capacity(Long.MAX_VALUE);
        fill(Q, 3);
        assertThat(test.failures).isEmpty();
        test.killAndReopen();
        assertKnowsTheLastOf(P, 2, 2);
    }
}
