package io.headrace.model.record;

import static io.headrace.model.record.CorruptBatchException.malformed;

import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Decides whether bytes from outside are one sound record batch.
 *
 * <p>{@link #framing} asks only for length, magic and checksum, as recovery and followers do for
 * batches that a leader has accepted. {@link #fromClient} asks for everything a producer must keep:
 * the header's formulas, and every record of the batch walked (decompressed in a stream that stops
 * at the caller's bound) down to the last byte. Bytes are never changed. Nothing is allocated per
 * record.
 *
 * <p>Source: design note "Bad input", rules 6 and 7; Kafka's produce checks (KIP-98).
 */
public final class BatchCheck {

    /** What a check found. */
    public sealed interface Outcome {}

    /**
     * The batch is sound.
     *
     * @param maxTimestampMs the largest timestamp of its records. Where the header says otherwise
     *     the appender corrects the header ({@link RecordBatch#stampMaxTimestamp}), as Kafka does.
     */
    public record Sound(long maxTimestampMs) implements Outcome {}

    /**
     * The batch must not be appended; nothing of it was.
     *
     * @param faults the records at fault, where it is single ones; at most {@link
     *     RecordWalk#FAULTS_MAX}
     */
    public record Refused(ErrorCode code, String reason, List<RecordFault> faults)
            implements Outcome {

        public Refused {
            faults = List.copyOf(faults);
        }

        Refused(ErrorCode code, String reason) {
            this(code, reason, List.of());
        }
    }

    private BatchCheck() {}

    /** Length, magic and CRC of the batch at the position, of which bytes lie up to the limit. */
    public static Outcome framing(ByteBuffer buffer, int position, int limit) {
        int available = limit - position;
        if (available < RecordBatch.HEADER_SIZE) {
            return corrupt("the batch is cut off inside its header");
        }
        int size = RecordBatch.sizeInBytes(buffer, position);
        if (size < RecordBatch.HEADER_SIZE) {
            return corrupt("the batch length is smaller than a batch header");
        }
        if (size > available) {
            return corrupt("the batch is " + size + " bytes long, only " + available + " came");
        }
        if (RecordBatch.magic(buffer, position) != RecordBatch.MAGIC) {
            return new Refused(
                    ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
                    "magic is " + RecordBatch.magic(buffer, position) + ", only 2 is known");
        }
        if (!RecordBatch.isCrcValid(buffer, position)) {
            return corrupt("the checksum does not match the batch");
        }
        return new Sound(RecordBatch.maxTimestamp(buffer, position));
    }

    /** Everything that a batch from a producer must keep; framing included. */
    public static Outcome fromClient(ByteBuffer buffer, int position, int limit, BatchRules rules) {
        if (limit - position >= RecordBatch.HEADER_SIZE) {
            int size = RecordBatch.sizeInBytes(buffer, position);
            if (size > rules.batchBytesMax()) {
                return new Refused(
                        ErrorCode.MESSAGE_TOO_LARGE,
                        "the batch is "
                                + size
                                + " bytes long, at most "
                                + rules.batchBytesMax()
                                + " are accepted");
            }
        }
        if (framing(buffer, position, limit) instanceof Refused refused) {
            return refused;
        }
        try {
            checkAttributes(buffer, position);
            checkCounts(buffer, position);
            checkProducer(buffer, position);
            return new Sound(walkRecords(buffer, position, rules));
        } catch (CorruptBatchException e) {
            return new Refused(e.code(), String.valueOf(e.getMessage()), e.faults());
        }
    }

    private static Refused corrupt(String reason) {
        return new Refused(ErrorCode.CORRUPT_MESSAGE, reason);
    }

    private static void checkAttributes(ByteBuffer buffer, int position) {
        int attributes = RecordBatch.attributes(buffer, position);
        if ((attributes & ~RecordBatch.KNOWN_BITS) != 0) {
            throw malformed("unknown attribute bits are set");
        }
        if ((attributes & RecordBatch.CONTROL_BIT) != 0) {
            throw malformed("clients may not write control batches");
        }
        if ((attributes & RecordBatch.DELETE_HORIZON_BIT) != 0) {
            throw malformed("clients may not set a delete horizon");
        }
        if ((attributes & RecordBatch.LOG_APPEND_TIME_BIT) != 0) {
            throw new CorruptBatchException(
                    ErrorCode.INVALID_TIMESTAMP, "clients may not set the log append time");
        }
        Compression.ofId(attributes & RecordBatch.CODEC_MASK);
    }

    private static void checkCounts(ByteBuffer buffer, int position) {
        int count = RecordBatch.recordCount(buffer, position);
        if (count <= 0) {
            throw malformed("the record count is " + count);
        }
        int lastOffsetDelta = RecordBatch.lastOffsetDelta(buffer, position);
        if (lastOffsetDelta != count - 1) {
            throw malformed(
                    "the record count is "
                            + count
                            + " but the last offset delta "
                            + lastOffsetDelta);
        }
        int recordBytes = RecordBatch.sizeInBytes(buffer, position) - RecordBatch.HEADER_SIZE;
        if (!RecordBatch.isCompressed(buffer, position)
                && count > recordBytes / RecordBatch.RECORD_SIZE_MIN) {
            throw malformed(count + " records do not fit into " + recordBytes + " bytes");
        }
    }

    private static void checkProducer(ByteBuffer buffer, int position) {
        long producerId = RecordBatch.producerId(buffer, position);
        if (producerId < RecordBatch.NO_PRODUCER_ID) {
            throw malformed("the producer id is " + producerId);
        }
        if (producerId == RecordBatch.NO_PRODUCER_ID) {
            if (RecordBatch.isTransactional(buffer, position)) {
                throw malformed("a transactional batch has no producer id");
            }
            return;
        }
        if (RecordBatch.producerEpoch(buffer, position) < 0) {
            throw malformed("a batch with a producer id has a negative producer epoch");
        }
        if (RecordBatch.baseSequence(buffer, position) < 0) {
            throw malformed("a batch with a producer id has a negative base sequence");
        }
    }

    private static long walkRecords(ByteBuffer buffer, int position, BatchRules rules) {
        int from = position + RecordBatch.HEADER_SIZE;
        int size = RecordBatch.sizeInBytes(buffer, position);
        Compression codec = Compression.ofId(RecordBatch.codecId(buffer, position));
        RecordWalk walk =
                new RecordWalk(
                        RecordBatch.baseTimestamp(buffer, position),
                        RecordBatch.recordCount(buffer, position),
                        rules);
        if (codec == Compression.NONE) {
            return walk.run(new ByteCursor(buffer, from, position + size));
        }
        ByteBuffer compressed = buffer.slice(from, size - RecordBatch.HEADER_SIZE);
        try (InputStream stream = codec.decompress(compressed, rules.decompressedBytesMax())) {
            return walk.run(new ByteCursor(stream, rules.decompressedBytesMax()));
        } catch (IOException e) {
            throw Compression.undecodable(e);
        }
    }
}
