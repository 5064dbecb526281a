package io.headrace.model.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The layout of one record batch (Kafka's v2), and accessors over the bytes where they lie.
 *
 * <p>All accessors are static, take a big-endian buffer and the position of the batch's first byte,
 * use absolute reads and writes (the buffer's position and limit stay) and allocate nothing. They
 * trust the bytes: bytes from outside pass {@link BatchCheck} first.
 *
 * <pre>
 *  at  len  field
 *   0    8  base offset              stamped by the leader, outside the CRC
 *   8    4  length                   of what follows this field; the whole batch is 12 more
 *  12    4  partition leader epoch   stamped by the leader, outside the CRC; -1 from producers
 *  16    1  magic                    2
 *  17    4  CRC-32C                  over bytes 21 to the end
 *  21    2  attributes               bits 0-2 codec, 3 log append time, 4 transactional,
 *                                    5 control, 6 delete horizon, 7-15 unused
 *  23    4  last offset delta        survives compaction
 *  27    8  base timestamp           the delete horizon if bit 6 is set
 *  35    8  max timestamp
 *  43    8  producer id              -1 for none
 *  51    2  producer epoch           -1 for none
 *  53    4  base sequence            -1 for none
 *  57    4  record count             fewer than last offset delta + 1 after compaction
 *  61    –  records                  one compressed stream if the codec is not 0
 * </pre>
 *
 * <p>A record: varint length of what follows, int8 attributes (0), varlong timestamp delta to the
 * base timestamp, varint offset delta, varint key length (-1 null) and key, varint value length (-1
 * null) and value, varint header count, headers (varint key length and UTF-8 key, varint value
 * length (-1 null) and value). Varints are zig-zag. With bit 3 set, every record's timestamp is the
 * max timestamp.
 *
 * <p>Source: Kafka protocol guide, "Record batch"; KIP-98, KIP-534.
 */
public final class RecordBatch {

    public static final int BASE_OFFSET_AT = 0;
    public static final int LENGTH_AT = 8;
    public static final int LEADER_EPOCH_AT = 12;
    public static final int MAGIC_AT = 16;
    public static final int CRC_AT = 17;
    public static final int ATTRIBUTES_AT = 21;
    public static final int LAST_OFFSET_DELTA_AT = 23;
    public static final int BASE_TIMESTAMP_AT = 27;
    public static final int MAX_TIMESTAMP_AT = 35;
    public static final int PRODUCER_ID_AT = 43;
    public static final int PRODUCER_EPOCH_AT = 51;
    public static final int BASE_SEQUENCE_AT = 53;
    public static final int RECORD_COUNT_AT = 57;

    /** Length of the header, and place of the first record. */
    public static final int HEADER_SIZE = 61;

    /** Bytes of a batch that its length field does not count. */
    public static final int LENGTH_OVERHEAD = 12;

    /** The bytes from which {@link #sizeInBytes} can be read. */
    public static final int SIZE_PREFIX = LENGTH_AT + Integer.BYTES;

    public static final byte MAGIC = 2;

    /** A record without key, value and headers: seven one-byte fields. */
    public static final int RECORD_SIZE_MIN = 7;

    public static final long NO_TIMESTAMP = -1L;
    public static final long NO_PRODUCER_ID = -1L;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;
    public static final int NO_LEADER_EPOCH = -1;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;
    static final int KNOWN_BITS = 0x7f;

    private RecordBatch() {}

    public static long baseOffset(ByteBuffer buffer, int position) {
        return buffer.getLong(position + BASE_OFFSET_AT);
    }

    public static void setBaseOffset(ByteBuffer buffer, int position, long baseOffset) {
        buffer.putLong(position + BASE_OFFSET_AT, baseOffset);
    }

    /** Length of the whole batch; negative or too small only in bytes that were not checked. */
    public static int sizeInBytes(ByteBuffer buffer, int position) {
        return buffer.getInt(position + LENGTH_AT) + LENGTH_OVERHEAD;
    }

    public static int leaderEpoch(ByteBuffer buffer, int position) {
        return buffer.getInt(position + LEADER_EPOCH_AT);
    }

    public static void setLeaderEpoch(ByteBuffer buffer, int position, int leaderEpoch) {
        buffer.putInt(position + LEADER_EPOCH_AT, leaderEpoch);
    }

    public static byte magic(ByteBuffer buffer, int position) {
        return buffer.get(position + MAGIC_AT);
    }

    /** The checksum that the header states. */
    public static int crc(ByteBuffer buffer, int position) {
        return buffer.getInt(position + CRC_AT);
    }

    /** The checksum that the bytes have; the whole batch must lie in the buffer. */
    public static int computeCrc(ByteBuffer buffer, int position) {
        int from = position + ATTRIBUTES_AT;
        int length = sizeInBytes(buffer, position) - ATTRIBUTES_AT;
        CRC32C crc = new CRC32C();
        if (buffer.hasArray()) {
            crc.update(buffer.array(), buffer.arrayOffset() + from, length);
        } else {
            crc.update(buffer.slice(from, length));
        }
        return (int) crc.getValue();
    }

    public static boolean isCrcValid(ByteBuffer buffer, int position) {
        return crc(buffer, position) == computeCrc(buffer, position);
    }

    /** Writes the checksum that the bytes have into the header. */
    public static void stampCrc(ByteBuffer buffer, int position) {
        buffer.putInt(position + CRC_AT, computeCrc(buffer, position));
    }

    public static short attributes(ByteBuffer buffer, int position) {
        return buffer.getShort(position + ATTRIBUTES_AT);
    }

    /** Number of the codec, 0 to 7; see {@link Compression#ofId}. */
    public static int codecId(ByteBuffer buffer, int position) {
        return attributes(buffer, position) & CODEC_MASK;
    }

    public static boolean isCompressed(ByteBuffer buffer, int position) {
        return codecId(buffer, position) != 0;
    }

    public static boolean isLogAppendTime(ByteBuffer buffer, int position) {
        return (attributes(buffer, position) & LOG_APPEND_TIME_BIT) != 0;
    }

    public static boolean isTransactional(ByteBuffer buffer, int position) {
        return (attributes(buffer, position) & TRANSACTIONAL_BIT) != 0;
    }

    public static boolean isControl(ByteBuffer buffer, int position) {
        return (attributes(buffer, position) & CONTROL_BIT) != 0;
    }

    /** Whether the base timestamp field says when tombstones of this batch may go. */
    public static boolean hasDeleteHorizon(ByteBuffer buffer, int position) {
        return (attributes(buffer, position) & DELETE_HORIZON_BIT) != 0;
    }

    public static int lastOffsetDelta(ByteBuffer buffer, int position) {
        return buffer.getInt(position + LAST_OFFSET_DELTA_AT);
    }

    /** Offset of the last record the batch had when it was appended, inclusive. */
    public static long lastOffset(ByteBuffer buffer, int position) {
        return baseOffset(buffer, position) + lastOffsetDelta(buffer, position);
    }

    /** Offset of the record that follows this batch. */
    public static long nextOffset(ByteBuffer buffer, int position) {
        return lastOffset(buffer, position) + 1;
    }

    /** What timestamp deltas are relative to; the delete horizon where the batch has one. */
    public static long baseTimestamp(ByteBuffer buffer, int position) {
        return buffer.getLong(position + BASE_TIMESTAMP_AT);
    }

    public static long maxTimestamp(ByteBuffer buffer, int position) {
        return buffer.getLong(position + MAX_TIMESTAMP_AT);
    }

    public static long producerId(ByteBuffer buffer, int position) {
        return buffer.getLong(position + PRODUCER_ID_AT);
    }

    public static short producerEpoch(ByteBuffer buffer, int position) {
        return buffer.getShort(position + PRODUCER_EPOCH_AT);
    }

    public static int baseSequence(ByteBuffer buffer, int position) {
        return buffer.getInt(position + BASE_SEQUENCE_AT);
    }

    /** Sequence of the last record; wraps from {@code Integer.MAX_VALUE} to 0. */
    public static int lastSequence(ByteBuffer buffer, int position) {
        int base = baseSequence(buffer, position);
        if (base == NO_SEQUENCE) {
            return NO_SEQUENCE;
        }
        return (base + lastOffsetDelta(buffer, position)) & Integer.MAX_VALUE;
    }

    public static int recordCount(ByteBuffer buffer, int position) {
        return buffer.getInt(position + RECORD_COUNT_AT);
    }

    /** Makes every record's timestamp the given one: bit 3, max timestamp and a new CRC. */
    public static void stampLogAppendTime(ByteBuffer buffer, int position, long timestampMs) {
        int attributes = attributes(buffer, position) | LOG_APPEND_TIME_BIT;
        buffer.putShort(position + ATTRIBUTES_AT, (short) attributes);
        buffer.putLong(position + MAX_TIMESTAMP_AT, timestampMs);
        stampCrc(buffer, position);
    }

    /** Corrects the max timestamp that a producer stated wrongly, with a new CRC. */
    public static void stampMaxTimestamp(ByteBuffer buffer, int position, long timestampMs) {
        buffer.putLong(position + MAX_TIMESTAMP_AT, timestampMs);
        stampCrc(buffer, position);
    }
}
