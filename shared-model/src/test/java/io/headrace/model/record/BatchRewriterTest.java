package io.headrace.model.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchRewriterTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final long HORIZON = NOW + 86_400_000L;

    private final BatchRewriter rewriter = new BatchRewriter(1 << 20);

    @ParameterizedTest
    @EnumSource(Compression.class)
    void kept_records_keep_offsets_and_times_and_the_batch_its_identity(Compression codec) {
        ByteBuffer batch = batch(codec, false);
        List<String> before = records(batch, 0);
        rewriter.filter(batch, 0, record -> record.offset() % 2 == 0);
        ByteBuffer after = copy(rewriter.write(batch, 0, HORIZON));
        assertThat(rewriter.keptCount()).isEqualTo(5);
        assertThat(rewriter.droppedCount()).isEqualTo(5);
        assertThat(records(after, 0))
                .containsExactly(
                        before.get(0), before.get(2), before.get(4), before.get(6), before.get(8));
        assertThat(RecordBatch.baseOffset(after, 0)).isEqualTo(100);
        assertThat(RecordBatch.lastOffset(after, 0)).isEqualTo(109);
        assertThat(RecordBatch.leaderEpoch(after, 0)).isEqualTo(6);
        assertThat(RecordBatch.recordCount(after, 0)).isEqualTo(5);
        assertThat(RecordBatch.lastSequence(after, 0)).isEqualTo(42 + 9);
        assertThat(RecordBatch.codecId(after, 0)).isEqualTo(codec.id());
        assertThat(RecordBatch.maxTimestamp(after, 0)).isEqualTo(NOW + 8);
        assertThat(RecordBatch.hasDeleteHorizon(after, 0)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void tombstones_get_a_delete_horizon_once(Compression codec) {
        ByteBuffer batch = batch(codec, true);
        List<String> before = records(batch, 0);
        rewriter.filter(batch, 0, record -> true);
        ByteBuffer first = copy(rewriter.write(batch, 0, HORIZON));
        assertThat(records(first, 0)).isEqualTo(before);
        assertThat(RecordBatch.hasDeleteHorizon(first, 0)).isTrue();
        assertThat(RecordBatch.baseTimestamp(first, 0)).isEqualTo(HORIZON);
        rewriter.filter(first, 0, record -> record.offset() > 101);
        ByteBuffer second = copy(rewriter.write(first, 0, HORIZON + 5));
        assertThat(records(second, 0)).isEqualTo(before.subList(2, 10));
        assertThat(RecordBatch.baseTimestamp(second, 0)).isEqualTo(HORIZON);
    }

    @Test
    void a_batch_that_does_not_change_keeps_its_bytes() {
        ByteBuffer batch = batch(Compression.LZ4, false);
        rewriter.filter(batch, 0, record -> true);
        assertThat(rewriter.write(batch, 0, HORIZON)).isEqualTo(batch);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void an_empty_batch_says_which_offsets_and_sequences_were_used(Compression codec) {
        ByteBuffer batch = batch(codec, false);
        rewriter.filter(batch, 0, record -> false);
        assertThat(rewriter.keptCount()).isZero();
        ByteBuffer empty = copy(rewriter.writeEmpty(batch, 0));
        assertThat(empty.remaining()).isEqualTo(RecordBatch.HEADER_SIZE);
        assertThat(records(empty, 0)).isEmpty();
        assertThat(RecordBatch.lastOffset(empty, 0)).isEqualTo(109);
        assertThat(RecordBatch.lastSequence(empty, 0)).isEqualTo(42 + 9);
    }

    @Test
    void log_append_time_stays() {
        ByteBuffer batch = batch(Compression.NONE, true);
        RecordBatch.stampLogAppendTime(batch, 0, NOW + 77);
        List<String> before = records(batch, 0);
        rewriter.filter(batch, 0, record -> record.offset() < 105);
        ByteBuffer after = copy(rewriter.write(batch, 0, HORIZON));
        assertThat(records(after, 0)).isEqualTo(before.subList(0, 5));
        assertThat(after.getLong(RecordBatch.MAX_TIMESTAMP_AT)).isEqualTo(NOW + 77);
    }

    private static ByteBuffer batch(Compression codec, boolean withTombstones) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 64);
        builder.producer(9, (short) 1, 42, false);
        for (int index = 0; index < 10; index++) {
            byte[] value = withTombstones && index % 3 == 0 ? null : new byte[index * 10];
            List<RecordHeader> headers = List.of(new RecordHeader("h", new byte[] {5}));
            builder.append(NOW + index, new byte[] {(byte) index}, value, headers);
        }
        ByteBuffer batch = builder.build();
        RecordBatch.setBaseOffset(batch, 0, 100);
        RecordBatch.setLeaderEpoch(batch, 0, 6);
        return batch;
    }

    private static List<String> records(ByteBuffer batch, int position) {
        RecordReader reader = new RecordReader(1 << 20);
        reader.wrap(batch, position, batch.limit());
        List<String> records = new ArrayList<>();
        while (reader.next()) {
            records.add(
                    reader.offset()
                            + " "
                            + reader.timestampMs()
                            + " "
                            + java.util.Arrays.toString(reader.key())
                            + java.util.Arrays.toString(reader.value())
                            + reader.headers());
        }
        assertThat(reader.bytesMissing()).isZero();
        return records;
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }
}
