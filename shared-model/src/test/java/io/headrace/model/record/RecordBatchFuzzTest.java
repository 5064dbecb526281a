package io.headrace.model.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The check of a producer's batch and the reader of batches, over any bytes: a batch is sound or
 * refused, a read ends or is a {@link CorruptBatchException}, and what the check let pass the
 * reader reads. {@code -Dheadrace.fuzz=} says how many batches.
 */
class RecordBatchFuzzTest {

    private static final int BATCHES = Integer.getInteger("headrace.fuzz", 50_000);
    private static final int DECOMPRESSED_BYTES_MAX = 1 << 20;
    private static final int BATCH_BYTES_MAX = 1 << 20;

    private final long seed = Long.getLong("headrace.seed", 20261123);
    private final Random random = new Random(seed);
    private final BatchRules rules = BatchRules.ofSize(BATCH_BYTES_MAX, DECOMPRESSED_BYTES_MAX);
    private final RecordReader reader =
            new RecordReader(DECOMPRESSED_BYTES_MAX).withControlBatches();
    private final RecordReader trusting =
            new RecordReader(DECOMPRESSED_BYTES_MAX).withControlBatches().withoutCrcChecks();

    private List<ByteBuffer> batches() {
        List<ByteBuffer> batches = new ArrayList<>();
        for (Compression codec : Compression.values()) {
            for (int count : new int[] {1, 2, 50}) {
                RecordBatchBuilder builder = new RecordBatchBuilder(codec, 1024);
                for (int i = 0; i < count; i++) {
                    byte[] value = new byte[random.nextInt(60)];
                    random.nextBytes(value);
                    List<RecordHeader> headers =
                            i % 3 == 0 ? List.of() : List.of(new RecordHeader("h", value));
                    builder.append(1_000L + i, i % 2 == 0 ? null : value, value, headers);
                }
                ByteBuffer built = builder.build();
                batches.add(ByteBuffer.allocate(built.remaining()).put(built).flip());
            }
        }
        return batches;
    }

    @Test
    void any_bytes_are_read_or_refused() {
        System.out.println("-Dheadrace.seed=" + seed);
        List<ByteBuffer> batches = batches();
        int sound = 0;
        for (int i = 0; i < BATCHES; i++) {
            ByteBuffer batch = mutated(batches.get(random.nextInt(batches.size())));
            int limit = batch.limit();
            boolean isSound =
                    BatchCheck.fromClient(batch, 0, limit, rules) instanceof BatchCheck.Sound;
            int read = read(reader, batch);
            read(trusting, batch);
            if (isSound) {
                sound++;
                assertThat(read)
                        .as("records of sound batch %d of the seed", i)
                        .isEqualTo(RecordBatch.recordCount(batch, 0));
            }
        }
        System.out.println(sound + " of " + BATCHES + " were sound");
        assertThat(sound).isBetween(BATCHES / 100, BATCHES - BATCHES / 100);
    }

    /** Answers how many records came, or -1 when the bytes are corrupt. */
    private static int read(RecordReader reader, ByteBuffer batch) {
        int count = 0;
        reader.wrap(batch, 0, batch.limit());
        try {
            while (reader.next()) {
                count++;
                assertThat(reader.headers()).hasSize(reader.headerCount());
                assertThat(reader.key() == null).isEqualTo(reader.keyLength() < 0);
                assertThat(reader.value() == null).isEqualTo(reader.valueLength() < 0);
            }
            return count;
        } catch (CorruptBatchException e) {
            return -1;
        }
    }

    private ByteBuffer mutated(ByteBuffer batch) {
        ByteBuffer copy = ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            boolean inHeader = random.nextInt(3) == 0;
            int at =
                    inHeader
                            ? random.nextInt(RecordBatch.HEADER_SIZE)
                            : random.nextInt(copy.limit());
            copy.put(at, (byte) random.nextInt());
        }
        if (random.nextInt(8) == 0) {
            copy.limit(random.nextInt(copy.limit()) + 1);
        }
        boolean isWhole =
                copy.limit() >= RecordBatch.HEADER_SIZE
                        && RecordBatch.sizeInBytes(copy, 0) >= RecordBatch.HEADER_SIZE
                        && RecordBatch.sizeInBytes(copy, 0) <= copy.limit();
        if (isWhole && random.nextInt(4) > 0) {
            RecordBatch.stampCrc(copy, 0); // so that more than the checksum is tried
        }
        return copy;
    }
}
