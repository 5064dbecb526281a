package io.headrace.model.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BatchCheckTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final BatchRules RULES = BatchRules.ofSize(1 << 20, 1 << 20);

    /** Positions in {@link #small}: the first record is 7 bytes of head, key "k", value "v". */
    private static final int RECORD = RecordBatch.HEADER_SIZE;

    static Stream<Arguments> badBatches() {
        return Stream.of(
                bad("length 0", ErrorCode.CORRUPT_MESSAGE, b -> b.putInt(8, 0)),
                bad("length -1", ErrorCode.CORRUPT_MESSAGE, b -> b.putInt(8, -1)),
                bad("length min", ErrorCode.CORRUPT_MESSAGE, b -> b.putInt(8, 1 << 31)),
                bad("length max", ErrorCode.CORRUPT_MESSAGE, b -> b.putInt(8, Integer.MAX_VALUE)),
                bad(
                        "length too long",
                        ErrorCode.CORRUPT_MESSAGE,
                        b -> b.putInt(8, b.getInt(8) + 1)),
                bad(
                        "length too short",
                        ErrorCode.CORRUPT_MESSAGE,
                        b -> b.putInt(8, b.getInt(8) - 1)),
                bad("over the limit", ErrorCode.MESSAGE_TOO_LARGE, b -> b.putInt(8, 1 << 20)),
                bad("magic 0", ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, b -> b.put(16, (byte) 0)),
                bad("magic 3", ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, b -> b.put(16, (byte) 3)),
                bad("wrong checksum", ErrorCode.CORRUPT_MESSAGE, b -> b.putInt(17, 7)),
                sealed("codec 5", ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, b -> b.put(22, (byte) 5)),
                sealed("codec 7", ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, b -> b.put(22, (byte) 7)),
                sealed("wrong codec", ErrorCode.CORRUPT_MESSAGE, b -> b.put(22, (byte) 4)),
                sealed("unknown bit", ErrorCode.INVALID_RECORD, b -> b.put(21, (byte) 1)),
                sealed("control", ErrorCode.INVALID_RECORD, b -> b.put(22, (byte) 0x20)),
                sealed("delete horizon", ErrorCode.INVALID_RECORD, b -> b.put(22, (byte) 0x40)),
                sealed("append time", ErrorCode.INVALID_TIMESTAMP, b -> b.put(22, (byte) 8)),
                sealed("transactional", ErrorCode.INVALID_RECORD, b -> b.put(22, (byte) 16)),
                sealed("count 0", ErrorCode.INVALID_RECORD, b -> b.putInt(57, 0)),
                sealed("count -1", ErrorCode.INVALID_RECORD, b -> b.putInt(57, -1)),
                sealed("count 3 of 2", ErrorCode.INVALID_RECORD, b -> b.putInt(57, 3)),
                sealed("count max", ErrorCode.INVALID_RECORD, b -> counts(b, Integer.MAX_VALUE)),
                sealed("counts 3 of 2", ErrorCode.INVALID_RECORD, b -> counts(b, 3)),
                sealed("counts 1 of 2", ErrorCode.INVALID_RECORD, b -> counts(b, 1)),
                sealed("last delta", ErrorCode.INVALID_RECORD, b -> b.putInt(23, 9)),
                sealed("producer id -2", ErrorCode.INVALID_RECORD, b -> b.putLong(43, -2)),
                sealed("producer no epoch", ErrorCode.INVALID_RECORD, b -> b.putLong(43, 1)),
                sealed("no sequence", ErrorCode.INVALID_RECORD, BatchCheckTest::noSequence),
                sealed("timestamp min", ErrorCode.INVALID_TIMESTAMP, b -> base(b, Long.MIN_VALUE)),
                sealed("timestamp -2", ErrorCode.INVALID_TIMESTAMP, b -> base(b, -2)),
                sealed("timestamp wraps", ErrorCode.INVALID_TIMESTAMP, b -> base(b, -1L >>> 1)),
                record("length 0", RECORD, 0),
                record("length short", RECORD, 14),
                record("length long", RECORD, 18),
                record("length negative", RECORD, 1),
                record("offset delta", RECORD + 3, 2),
                record("offset delta -1", RECORD + 3, 1),
                record("key length -2", RECORD + 4, 3),
                record("key length long", RECORD + 4, 60),
                record("value length -2", RECORD + 6, 3),
                record("value length long", RECORD + 6, 60),
                record("header count -1", RECORD + 8, 1),
                record("header count 9", RECORD + 8, 18));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badBatches")
    void a_bad_batch_is_refused_with_its_code(
            String name, ErrorCode code, Consumer<ByteBuffer> damage) {
        ByteBuffer batch = small();
        damage.accept(batch);
        BatchCheck.Outcome outcome = BatchCheck.fromClient(batch, 0, batch.limit(), RULES);
        assertThat(outcome).as(name).isInstanceOf(BatchCheck.Refused.class);
        assertThat(((BatchCheck.Refused) outcome).code()).isEqualTo(code);
        assertThat(((BatchCheck.Refused) outcome).reason()).isNotBlank();
    }

    @Test
    void a_batch_cut_off_at_any_byte_is_refused() {
        ByteBuffer batch = small();
        for (int limit = 0; limit < batch.limit(); limit++) {
            assertThat(BatchCheck.fromClient(batch, 0, limit, RULES))
                    .isInstanceOf(BatchCheck.Refused.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void every_flipped_bit_under_the_checksum_is_refused(Compression codec) {
        ByteBuffer batch = build(codec, 20);
        for (int bit = 0; bit < batch.limit() * 8; bit++) {
            int at = bit / 8;
            batch.put(at, (byte) (batch.get(at) ^ (1 << (bit % 8))));
            boolean isOutsideChecksum = at < 8 || (at >= 12 && at < 16);
            assertThat(BatchCheck.fromClient(batch, 0, batch.limit(), RULES))
                    .as("bit %d of byte %d", bit % 8, at)
                    .isInstanceOf(
                            isOutsideChecksum ? BatchCheck.Sound.class : BatchCheck.Refused.class);
            batch.put(at, (byte) (batch.get(at) ^ (1 << (bit % 8))));
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void flipped_bits_under_a_right_checksum_never_crash_the_check_or_the_reader(
            Compression codec) {
        ByteBuffer batch = build(codec, 20);
        RecordReader reader = new RecordReader(1 << 20);
        for (int bit = RecordBatch.ATTRIBUTES_AT * 8; bit < batch.limit() * 8; bit++) {
            int at = bit / 8;
            batch.put(at, (byte) (batch.get(at) ^ (1 << (bit % 8))));
            RecordBatch.stampCrc(batch, 0);
            assertThat(BatchCheck.fromClient(batch, 0, batch.limit(), RULES)).isNotNull();
            try {
                reader.wrap(batch, 0, batch.limit());
                while (reader.next()) {
                    assertThat(reader.headers()).isNotNull();
                }
            } catch (CorruptBatchException e) {
                assertThat(e.code()).isNotNull();
            }
            batch.put(at, (byte) (batch.get(at) ^ (1 << (bit % 8))));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE"})
    void a_bomb_is_refused_when_it_passes_the_limit(Compression codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 1 << 16);
        builder.append(NOW, null, new byte[64 << 20], List.of());
        ByteBuffer bomb = builder.build();
        BatchRules rules = BatchRules.ofSize(1 << 24, 1 << 20);
        BatchCheck.Outcome outcome = BatchCheck.fromClient(bomb, 0, bomb.limit(), rules);
        assertThat(outcome).isInstanceOf(BatchCheck.Refused.class);
        assertThat(((BatchCheck.Refused) outcome).code()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        RecordReader reader = new RecordReader(1 << 20);
        reader.wrap(bomb, 0, bomb.limit());
        assertThatThrownBy(reader::next)
                .isInstanceOf(CorruptBatchException.class)
                .hasMessageContaining("more than 1048576 bytes");
    }

    @Test
    void a_snappy_block_that_declares_a_gigabyte_is_refused_before_memory_is_taken() {
        ByteBuffer batch = build(Compression.SNAPPY, 20);
        int block = RecordBatch.HEADER_SIZE + 20;
        int[] oneGiB = {0x80, 0x80, 0x80, 0x80, 0x04};
        for (int index = 0; index < oneGiB.length; index++) {
            batch.put(block + index, (byte) oneGiB[index]);
        }
        RecordBatch.stampCrc(batch, 0);
        assertThat(BatchCheck.fromClient(batch, 0, batch.limit(), RULES))
                .isInstanceOf(BatchCheck.Refused.class);
    }

    @Test
    void a_null_key_is_refused_only_where_keys_are_required() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 64);
        builder.append(NOW, null, new byte[] {1}, List.of());
        ByteBuffer batch = builder.build();
        assertThat(BatchCheck.fromClient(batch, 0, batch.limit(), RULES))
                .isEqualTo(new BatchCheck.Sound(NOW));
        assertThat(BatchCheck.fromClient(batch, 0, batch.limit(), RULES.withKeysRequired(true)))
                .isInstanceOf(BatchCheck.Refused.class);
    }

    @Test
    void records_at_fault_are_named_one_by_one() {
        BatchRules strict = RULES.withKeysRequired(true).withTimestamps(NOW - 10, NOW + 10);
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.LZ4, 64);
        builder.append(NOW, null, new byte[] {1}, List.of());
        builder.append(NOW, new byte[] {1}, new byte[] {1}, List.of());
        builder.append(NOW + 11, null, new byte[] {1}, List.of());
        assertThat(faults(builder.build(), strict, ErrorCode.INVALID_RECORD)).containsExactly(0, 2);
        builder = new RecordBatchBuilder(Compression.LZ4, 64);
        builder.append(NOW, null, new byte[] {1}, List.of());
        builder.append(NOW + 11, new byte[] {1}, new byte[] {1}, List.of());
        assertThat(faults(builder.build(), strict, ErrorCode.INVALID_TIMESTAMP))
                .containsExactly(0, 1);
    }

    @Test
    void only_the_first_thousand_records_at_fault_are_named() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 64);
        for (int i = 0; i < 1_500; i++) {
            builder.append(NOW, null, new byte[] {1}, List.of());
        }
        assertThat(faults(builder.build(), RULES.withKeysRequired(true), ErrorCode.INVALID_RECORD))
                .hasSize(RecordWalk.FAULTS_MAX);
    }

    private static List<Integer> faults(ByteBuffer batch, BatchRules rules, ErrorCode code) {
        BatchCheck.Outcome outcome = BatchCheck.fromClient(batch, 0, batch.limit(), rules);
        assertThat(outcome).isInstanceOf(BatchCheck.Refused.class);
        BatchCheck.Refused refused = (BatchCheck.Refused) outcome;
        assertThat(refused.code()).isEqualTo(code);
        return refused.faults().stream().map(RecordFault::index).toList();
    }

    @Test
    void timestamps_outside_the_range_are_refused_but_none_is_accepted() {
        BatchRules narrow = RULES.withTimestamps(NOW - 10, NOW + 10);
        assertThat(checkTimestamp(NOW - 10, narrow)).isInstanceOf(BatchCheck.Sound.class);
        assertThat(checkTimestamp(NOW + 10, narrow)).isInstanceOf(BatchCheck.Sound.class);
        assertThat(checkTimestamp(-1, narrow)).isInstanceOf(BatchCheck.Sound.class);
        assertThat(checkTimestamp(NOW - 11, narrow)).isInstanceOf(BatchCheck.Refused.class);
        assertThat(checkTimestamp(NOW + 11, narrow)).isInstanceOf(BatchCheck.Refused.class);
    }

    @Test
    void a_wrong_max_timestamp_is_reported_and_can_be_corrected() {
        ByteBuffer batch = small();
        batch.putLong(RecordBatch.MAX_TIMESTAMP_AT, Long.MAX_VALUE);
        RecordBatch.stampCrc(batch, 0);
        BatchCheck.Outcome outcome = BatchCheck.fromClient(batch, 0, batch.limit(), RULES);
        assertThat(outcome).isEqualTo(new BatchCheck.Sound(NOW + 1));
        RecordBatch.stampMaxTimestamp(batch, 0, NOW + 1);
        assertThat(BatchCheck.framing(batch, 0, batch.limit()))
                .isEqualTo(new BatchCheck.Sound(NOW + 1));
    }

    private static BatchCheck.Outcome checkTimestamp(long timestampMs, BatchRules rules) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 64);
        builder.append(timestampMs, null, new byte[] {1}, List.of());
        ByteBuffer batch = builder.build();
        return BatchCheck.fromClient(batch, 0, batch.limit(), rules);
    }

    private static Arguments bad(String name, ErrorCode code, Consumer<ByteBuffer> damage) {
        return Arguments.of(name, code, damage);
    }

    /** Damage that a right checksum covers. */
    private static Arguments sealed(String name, ErrorCode code, Consumer<ByteBuffer> damage) {
        Consumer<ByteBuffer> stamp = batch -> RecordBatch.stampCrc(batch, 0);
        return Arguments.of(name, code, damage.andThen(stamp));
    }

    private static Arguments record(String name, int at, int value) {
        return sealed("record " + name, ErrorCode.INVALID_RECORD, b -> b.put(at, (byte) value));
    }

    private static void counts(ByteBuffer batch, int count) {
        batch.putInt(57, count).putInt(23, count - 1);
    }

    private static void base(ByteBuffer batch, long timestampMs) {
        batch.putLong(27, timestampMs);
    }

    private static void noSequence(ByteBuffer batch) {
        batch.putLong(43, 1).putShort(51, (short) 1);
    }

    private static ByteBuffer small() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 64);
        builder.append(NOW, new byte[] {'k'}, new byte[] {'v'}, List.of());
        builder.append(NOW + 1, new byte[] {'k'}, new byte[] {'v'}, List.of());
        return builder.build();
    }

    private static ByteBuffer build(Compression codec, int count) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 64);
        for (int index = 0; index < count; index++) {
            RecordHeader header = new RecordHeader("h", new byte[] {1});
            builder.append(NOW + index, new byte[index], new byte[3 * index], List.of(header));
        }
        return builder.build();
    }
}
