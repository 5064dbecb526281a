package io.headrace.model.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordRoundTripTest {

    private static final long SEED = Long.getLong("headrace.seed", 20261123);
    private static final BatchRules RULES = BatchRules.ofSize(1 << 24, 1 << 24);

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Written(
            long timestampMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {}

    @ParameterizedTest
    @EnumSource(Compression.class)
    void random_records_are_read_back_as_they_were_written(Compression codec) {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 128);
        RecordReader reader = new RecordReader(1 << 24);
        for (int round = 0; round < 60; round++) {
            List<Written> written = randomRecords(random);
            builder.reset();
            for (Written each : written) {
                if (random.nextBoolean()) {
                    builder.append(each.timestampMs(), each.key(), each.value(), each.headers());
                } else {
                    builder.append(
                            each.timestampMs(),
                            slice(each.key()),
                            slice(each.value()),
                            each.headers());
                }
            }
            ByteBuffer batch = elsewhere(builder.build(), random);
            int position = batch.position();
            long max = written.stream().mapToLong(Written::timestampMs).max().orElseThrow();
            assertThat(BatchCheck.fromClient(batch, position, batch.limit(), RULES))
                    .isEqualTo(new BatchCheck.Sound(max));
            RecordBatch.setBaseOffset(batch, position, 1000);
            RecordBatch.setLeaderEpoch(batch, position, 7);
            assertThat(RecordBatch.isCrcValid(batch, position)).isTrue();
            reader.wrap(batch, position, batch.limit());
            for (int index = 0; index < written.size(); index++) {
                assertThat(reader.next()).isTrue();
                Written expected = written.get(index);
                assertThat(reader.offset()).isEqualTo(1000 + index);
                assertThat(reader.timestampMs()).isEqualTo(expected.timestampMs());
                assertThat(reader.key()).isEqualTo(expected.key());
                assertThat(reader.value()).isEqualTo(expected.value());
                assertThat(reader.headers()).isEqualTo(expected.headers());
            }
            assertThat(reader.next()).isFalse();
            assertThat(reader.bytesMissing()).isZero();
            assertThat(reader.nextOffset()).isEqualTo(1000 + written.size());
        }
    }

    @Test
    void several_batches_are_read_from_an_offset_and_a_cut_off_one_says_what_lacks() {
        ByteBuffer all = ByteBuffer.allocate(4096);
        for (int batch = 0; batch < 3; batch++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 64);
            builder.append(5, null, new byte[] {(byte) batch}, List.of());
            builder.append(6, null, new byte[] {(byte) (batch + 10)}, List.of());
            ByteBuffer bytes = builder.build();
            RecordBatch.setBaseOffset(bytes, 0, batch * 2L);
            all.put(bytes);
        }
        int end = all.position();
        int size = end / 3;
        RecordReader reader = new RecordReader(1024);
        reader.wrap(all, 0, end, 3);
        List<Long> offsets = new ArrayList<>();
        while (reader.next()) {
            offsets.add(reader.offset());
        }
        assertThat(offsets).containsExactly(3L, 4L, 5L);
        for (int cut = 1; cut < size; cut++) {
            reader.wrap(all, 0, end - cut);
            int count = 0;
            while (reader.next()) {
                count++;
            }
            assertThat(count).isEqualTo(4);
            assertThat(reader.batchEnd()).isEqualTo(2 * size);
            assertThat(reader.bytesMissing()).isBetween(1, cut);
        }
    }

    @Test
    void log_append_time_replaces_every_timestamp() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 64);
        builder.append(5, null, new byte[] {1}, List.of());
        builder.append(9, null, new byte[] {1}, List.of());
        ByteBuffer batch = builder.build();
        RecordBatch.stampLogAppendTime(batch, 0, 77);
        RecordReader reader = new RecordReader(0);
        reader.wrap(batch, 0, batch.limit());
        assertThat(reader.next()).isTrue();
        assertThat(reader.timestampMs()).isEqualTo(77);
        assertThat(reader.next()).isTrue();
        assertThat(reader.timestampMs()).isEqualTo(77);
    }

    @Test
    void a_builder_can_be_asked_for_the_same_batch_twice() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.GZIP, 64);
        builder.append(5, null, new byte[100], List.of());
        byte[] first = copy(builder.build());
        assertThat(copy(builder.build())).isEqualTo(first);
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return copy;
    }

    private static @Nullable ByteBuffer slice(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        ByteBuffer slice = ByteBuffer.allocateDirect(bytes.length + 9);
        slice.put(4, bytes).position(4).limit(4 + bytes.length);
        return slice;
    }

    /** The same bytes somewhere inside another buffer, on the heap or not. */
    private static ByteBuffer elsewhere(ByteBuffer batch, Random random) {
        int at = random.nextInt(50);
        int capacity = at + batch.remaining() + random.nextInt(50);
        ByteBuffer other =
                random.nextBoolean()
                        ? ByteBuffer.allocate(capacity)
                        : ByteBuffer.allocateDirect(capacity);
        other.put(at, batch, 0, batch.limit());
        return other.position(at).limit(at + batch.limit());
    }

    private static List<Written> randomRecords(Random random) {
        List<Written> records = new ArrayList<>();
        int count = 1 + random.nextInt(random.nextBoolean() ? 3 : 300);
        for (int index = 0; index < count; index++) {
            List<RecordHeader> headers = new ArrayList<>();
            int headerCount = random.nextInt(4) == 0 ? random.nextInt(5) : 0;
            for (int header = 0; header < headerCount; header++) {
                headers.add(new RecordHeader("h" + header + "ü", randomBytes(random, 20)));
            }
            long timestampMs =
                    random.nextInt(20) == 0 ? -1 : 1_700_000_000_000L + random.nextInt(1 << 20);
            records.add(
                    new Written(
                            timestampMs,
                            randomBytes(random, 30),
                            randomBytes(random, random.nextInt(50) == 0 ? 200_000 : 300),
                            headers));
        }
        return records;
    }

    private static byte @Nullable [] randomBytes(Random random, int lengthMax) {
        if (random.nextInt(6) == 0) {
            return null;
        }
        byte[] bytes = new byte[random.nextInt(lengthMax)];
        if (random.nextBoolean()) {
            random.nextBytes(bytes);
        } else {
            Arrays.fill(bytes, (byte) random.nextInt());
        }
        return bytes;
    }
}
