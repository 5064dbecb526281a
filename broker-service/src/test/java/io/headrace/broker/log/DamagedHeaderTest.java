package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.cluster.PartialProof;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A bit of a batch's header rots. All batches have the same size, a power of two, so that a wrong
 * length may lead from one batch to another one.
 */
class DamagedHeaderTest {

    private static final int BATCH_BYTES = 128;
    private static final int BATCHES = 40;

    private SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void write() throws IOException {
        write(TestLog.SMALL);
    }

    private void write(LogConfig config) throws IOException {
        disk = new SimulatedDisk(1);
        test = new TestLog(disk, Path.of("/data"), config);
        for (int i = 0; i < BATCHES; i++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 256);
            builder.append(test.clock.nowMs(), new byte[29], new byte[30], List.of());
            ByteBuffer batch = ByteBuffer.allocate(BATCH_BYTES).put(builder.build()).flip();
            assertThat(batch.remaining()).isEqualTo(BATCH_BYTES);
            test.log.append(batch, 0);
        }
    }

    /** Without what a process remembers of what it wrote. */
    private void writeAndReopen() throws IOException {
        write(
                TestLog.SMALL.withSegments(
                        new LogConfig.Segments(1 << 20, 1 << 30, 0, 200, 1 << 20)));
        test.closeAndReopen();
    }

    private void flip(Path file, int batch, int at, int bit) throws IOException {
        disk.flipBit(file, (long) batch * BATCH_BYTES + at, bit);
    }

    private static boolean isChecked(int at) {
        return at >= RecordBatch.MAGIC_AT
                || (at >= RecordBatch.LENGTH_AT && at < RecordBatch.LEADER_EPOCH_AT);
    }

    @Test
    void whatComesBehindDamageIsNeverTakenForWhatComesNext() throws IOException {
        Path sealed = test.file(0, SegmentName.LOG);
        assertThat(test.log.segmentCount()).isGreaterThan(2);
        for (int at = 0; at < RecordBatch.HEADER_SIZE; at++) {
            for (int bit = 0; isChecked(at) && bit < Byte.SIZE; bit++) {
                flip(sealed, 4, at, bit);
                for (long offset = 0; offset < BATCHES; offset++) {
                    if (test.log.read(offset, 1, Long.MAX_VALUE, true)
                            instanceof ReadOutcome.Found(LogSlice slice)) {
                        try (slice) {
                            ByteBuffer bytes = ByteBuffer.allocate(BATCH_BYTES);
                            slice.read(bytes, 0);
                            assertThat(RecordBatch.baseOffset(bytes, 0))
                                    .as("read at %d, bit %d of byte %d", offset, bit, at)
                                    .isLessThanOrEqualTo(offset);
                        }
                    }
                }
                flip(sealed, 4, at, bit);
            }
        }
        assertThat(test.log.isOffline()).isFalse();
        assertThat(test.readAll()).hasSize(BATCHES);
    }

    /** No checksum covers them. */
    private static boolean isLeaders(int at) {
        return at < RecordBatch.LENGTH_AT
                || (at >= RecordBatch.LEADER_EPOCH_AT && at < RecordBatch.MAGIC_AT);
    }

    @Test
    void wrongBaseOffsetsAndLeaderEpochsAreFoundByACheck() throws IOException {
        SealedSegment first = test.log.sealedSegments().sealed().getFirst();
        Path file = test.file(0, SegmentName.LOG);
        int batches = Math.toIntExact(first.nextOffset());
        for (int batch : List.of(0, 1, batches - 2, batches - 1)) {
            for (int at = 0; at < RecordBatch.HEADER_SIZE; at++) {
                for (int bit = 0; isLeaders(at) && bit < Byte.SIZE; bit++) {
                    flip(file, batch, at, bit);
                    assertThat(test.log.sealedSegments().check(first, ReadPace.FULL))
                            .as("batch %d, bit %d of byte %d", batch, bit, at)
                            .isPresent();
                    flip(file, batch, at, bit);
                }
            }
        }
        assertThat(test.log.sealedSegments().check(first, ReadPace.FULL)).isEmpty();
    }

    @Test
    void whatComesBehindAWrongBaseOffsetIsNeverTakenForWhatComesNext() throws IOException {
        Path sealed = test.file(0, SegmentName.LOG);
        for (int bit = 0; bit < Long.SIZE; bit++) {
            flip(sealed, 4, bit / Byte.SIZE, bit % Byte.SIZE);
            for (long offset = 0; offset < BATCHES; offset++) {
                if (test.log.read(offset, 1, Long.MAX_VALUE, true)
                        instanceof ReadOutcome.Found(LogSlice slice)) {
                    try (slice) {
                        ByteBuffer bytes = ByteBuffer.allocate(BATCH_BYTES);
                        slice.read(bytes, 0);
                        assertThat(RecordBatch.baseOffset(bytes, 0))
                                .as("read at %d, bit %d", offset, bit)
                                .isEqualTo(offset);
                        assertThat(slice.position() % BATCH_BYTES).isZero();
                    }
                }
            }
            flip(sealed, 4, bit / Byte.SIZE, bit % Byte.SIZE);
        }
        assertThat(test.readAll()).hasSize(BATCHES);
    }

    @Test
    void aStartAfterAKillCutsAtAWrongHeaderAndNotBehindIt() throws Exception {
        for (int batch : List.of(1, 20, BATCHES - 2, BATCHES - 1)) {
            for (int at = 0; at < RecordBatch.HEADER_SIZE; at++) {
                boolean isSeen =
                        at < RecordBatch.LEADER_EPOCH_AT || batch < BATCHES - 1; // nothing follows
                for (int bit = 0; isLeaders(at) && isSeen && bit < Byte.SIZE; bit++) {
                    writeAndReopen();
                    flip(test.file(0, SegmentName.LOG), batch, at, bit);
                    test.killAndReopen();
                    assertThat(test.log.logEndOffset())
                            .as("batch %d, bit %d of byte %d", batch, bit, at)
                            .isEqualTo(batch);
                    assertThat(test.log.latestLeaderEpoch()).isZero();
                    assertThat(test.readAll()).hasSize(batch);
                }
            }
        }
    }

    @Test
    void aReaderIsToldOfTheDamage() throws IOException {
        flip(test.file(0, SegmentName.LOG), 4, RecordBatch.MAGIC_AT, 3);
        assertThat(test.log.read(4, 1, Long.MAX_VALUE, true))
                .isInstanceOfSatisfying(
                        ReadOutcome.Failed.class,
                        failed -> assertThat(failed.text()).contains("is damaged at position 512"));
    }

    @Test
    void aTruncationBehindDamageFindsItsPlace() throws IOException {
        for (int at : List.of(RecordBatch.LENGTH_AT + 3, RecordBatch.MAGIC_AT, 23, 26)) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                for (int offset = 8; offset < 12; offset++) {
                    writeAndReopen();
                    flip(test.file(0, SegmentName.LOG), 8, at, bit);
                    assertThat(test.log.truncateTo(offset)).isEqualTo(offset);
                    assertThat(test.sizeOnDisk(0)).isEqualTo((long) offset * BATCH_BYTES);
                    assertThat(test.log.isOffline()).isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, BATCHES - 1})
    void whatACleanStopLeftIsKeptWhereItIsDamagedSince(int batch) throws IOException {
        for (boolean isFlip : List.of(true, false)) {
            writeAndReopen();
            test.directory.close(7);
            damage(isFlip, batch);
            LogDirectory directory = reopened();
            PartitionLog log = opened(directory);
            assertThat(log.logEndOffset()).isEqualTo(BATCHES);
            assertThat(log.read(batch, 1, Long.MAX_VALUE, true))
                    .isInstanceOf(ReadOutcome.Failed.class);
            TestBatches.Written next = new TestBatches.Written(test.clock.nowMs(), "next");
            assertThat(log.append(TestBatches.batch(List.of(next)), 0))
                    .isInstanceOfSatisfying(
                            AppendOutcome.Appended.class,
                            done -> assertThat(done.baseOffset()).isEqualTo(BATCHES));
            assertThat(directory.cleanBrokerEpoch()).as("it is repaired from here").hasValue(7);
            assertThat(directory.partialProof()).isEmpty();
            assertThat(test.failures).isEmpty();
        }
    }

    private void damage(boolean isFlip, int batch) throws IOException {
        Path file = test.file(0, SegmentName.LOG);
        if (isFlip) {
            flip(file, batch, RecordBatch.MAGIC_AT, 3);
        } else {
            disk.unreadable(file, (long) batch * BATCH_BYTES + 3);
        }
    }

    @Test
    void aCleanStopProvesNothingOfALogThatIsShorterThanItWas() throws IOException {
        for (int missing : List.of(1, BATCH_BYTES, 3 * BATCH_BYTES)) {
            writeAndReopen();
            test.directory.close(7);
            try (DiskFile file = disk.open(test.file(0, SegmentName.LOG))) {
                file.truncate(file.size() - missing);
            }
            LogDirectory directory = reopened();
            assertThat(directory.cleanBrokerEpoch()).hasValue(7);
            assertThat(opened(directory).logEndOffset())
                    .isEqualTo(BATCHES - (missing + BATCH_BYTES - 1) / BATCH_BYTES);
            assertProvesAllBut(directory);
        }
    }

    @Test
    void aCleanStopProvesNothingOfALogWhoseLastSegmentIsGone() throws IOException {
        test.directory.close(7);
        long last = test.log.segments().getLast().baseOffset();
        disk.delete(test.file(last, SegmentName.LOG));
        LogDirectory directory = reopened();
        assertThat(opened(directory).logEndOffset()).isEqualTo(last);
        assertProvesAllBut(directory);
    }

    /** Without its length the file may have been any. */
    @Test
    void aCleanStopProvesNothingOfADamagedLogWhoseLengthNobodyKnows() throws IOException {
        for (boolean isFlip : List.of(true, false)) {
            writeAndReopen();
            test.directory.close(7);
            disk.delete(test.path.resolve(OffsetCheckpoint.CLEAN_LENGTH));
            damage(isFlip, BATCHES - 1);
            LogDirectory directory = reopened();
            assertThat(directory.partialProof()).isEmpty();
            assertThat(directory.open(spec()))
                    .isInstanceOf(isFlip ? OpenOutcome.Opened.class : OpenOutcome.Refused.class);
            assertProvesAllBut(directory);
        }
    }

    private static void assertProvesAllBut(LogDirectory directory) {
        assertThat(directory.cleanBrokerEpoch()).isEmpty();
        assertThat(directory.partialProof())
                .contains(new PartialProof(7, Set.of(TestLog.PARTITION)));
    }

    private PartitionLog opened(LogDirectory directory) {
        assertThat(directory.open(spec())).isInstanceOf(OpenOutcome.Opened.class);
        return directory.log(TestLog.PARTITION).orElseThrow();
    }

    private LogSpec spec() {
        return new LogSpec(TestLog.PARTITION, TestLog.TOPIC, test.config);
    }

    private LogDirectory reopened() throws IOException {
        return LogDirectory.open(
                LogDirectorySettings.of(test.path, "cluster", 1).withReserveBytes(0),
                disk,
                test.clock.clock(),
                (path, failure) -> test.failures.add(failure));
    }
}
