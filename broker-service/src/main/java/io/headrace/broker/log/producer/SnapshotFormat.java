package io.headrace.broker.log.producer;

import static io.headrace.model.record.RecordBatch.NO_PRODUCER_EPOCH;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a producer snapshot, big-endian:
 *
 * <pre>
 *  at  len  field
 *   0    2  version                   1
 *   2    4  CRC-32C                   over bytes 6 to the end
 *   6    4  count of producers
 *  10   46  each: producer id 8, epoch 2, last sequence 4, last offset 8, offset delta of the last
 *           batch 4, timestamp 8, coordinator epoch 4, first offset of the open transaction 8 (-1)
 * </pre>
 *
 * <p>Only the last batch of a producer is in it. The timestamp is when it was written; Kafka puts
 * the largest record timestamp there.
 *
 * <p>Source: Kafka's {@code ProducerSnapshot.json}.
 */
final class SnapshotFormat {

    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int COUNT_AT = 6;
    private static final int HEADER_BYTES = 10;
    private static final int ENTRY_BYTES = 46;

    private SnapshotFormat() {}

    static ByteBuffer print(List<ProducerState> producers) {
        int bytes = Math.addExact(HEADER_BYTES, Math.multiplyExact(producers.size(), ENTRY_BYTES));
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        buffer.putShort(VERSION).putInt(0).putInt(producers.size());
        for (ProducerState each : producers) {
            buffer.putLong(each.id)
                    .putShort(each.epoch())
                    .putInt(each.lastSequence())
                    .putLong(each.lastOffset())
                    .putInt(each.lastOffsetDelta())
                    .putLong(each.writtenMs())
                    .putInt(each.coordinatorEpoch())
                    .putLong(each.transactionFirstOffset());
        }
        buffer.flip();
        return buffer.putInt(CRC_AT, crc(buffer));
    }

    /**
     * @param what names the file in the exception
     */
    static List<ProducerState> parse(String what, ByteBuffer buffer)
            throws DamagedSnapshotException {
        int size = buffer.limit();
        if (size < HEADER_BYTES || buffer.getShort(0) != VERSION) {
            throw new DamagedSnapshotException(what + " is not a producer snapshot of version 1");
        }
        if (buffer.getInt(CRC_AT) != crc(buffer)) {
            throw new DamagedSnapshotException(what + " does not have the checksum that it states");
        }
        int count = buffer.getInt(COUNT_AT);
        if (count < 0 || (long) HEADER_BYTES + (long) count * ENTRY_BYTES != size) {
            throw new DamagedSnapshotException(what + " does not hold " + count + " producers");
        }
        List<ProducerState> producers = new ArrayList<>(count);
        buffer.position(HEADER_BYTES);
        for (int i = 0; i < count; i++) {
            producers.add(entry(buffer));
        }
        return producers;
    }

    private static ProducerState entry(ByteBuffer buffer) {
        ProducerState state = new ProducerState(buffer.getLong(), 0);
        short epoch = buffer.getShort();
        int lastSequence = buffer.getInt();
        long lastOffset = buffer.getLong();
        int offsetDelta = buffer.getInt();
        long writtenMs = buffer.getLong();
        int coordinatorEpoch = buffer.getInt();
        long transactionFirstOffset = buffer.getLong();
        if (lastOffset >= 0 && epoch != NO_PRODUCER_EPOCH) {
            state.add(epoch, lastSequence, lastOffset, offsetDelta, writtenMs);
        }
        state.restore(epoch, coordinatorEpoch, transactionFirstOffset, writtenMs);
        return state;
    }

    private static int crc(ByteBuffer buffer) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(COUNT_AT, buffer.limit() - COUNT_AT));
        return (int) crc.getValue();
    }
}
