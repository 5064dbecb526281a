package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

    @Test
    void aCleanStopProvesNothingWhereAStartFindsTheTailDamaged() throws Exception {
        test.directory.close(7);
        assertThat(reopened().cleanBrokerEpoch()).hasValue(7);
        writeAndReopen();
        test.directory.close(7);
        flip(test.file(0, SegmentName.LOG), BATCHES - 1, RecordBatch.MAGIC_AT, 3);
        LogDirectory directory = reopened();
        assertThat(directory.cleanBrokerEpoch()).hasValue(7);
        assertThat(directory.open(spec())).isInstanceOf(OpenOutcome.Opened.class);
        assertThat(directory.log(TestLog.PARTITION).orElseThrow().logEndOffset())
                .isEqualTo(BATCHES - 1);
        assertThat(directory.cleanBrokerEpoch()).isEmpty();
    }

    @Test
    void aCleanStopProvesNothingWhereAStartCannotReadALog() throws Exception {
        writeAndReopen();
        test.directory.close(7);
        disk.unreadable(test.file(0, SegmentName.LOG), (BATCHES - 1) * BATCH_BYTES + 3L);
        LogDirectory directory = reopened();
        assertThat(directory.open(spec())).isInstanceOf(OpenOutcome.Refused.class);
        assertThat(directory.cleanBrokerEpoch()).isEmpty();
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
