package io.headrace.broker.log.compaction;

import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Notes the newest offset of every key of a log's dirty part, until the map is full. */
final class DirtyScan {

    private final RecordReader reader;

    DirtyScan(int decompressedBytesMax) {
        this.reader = new RecordReader(decompressedBytesMax);
    }

    /**
     * Returns the offset up to which the map is complete, exclusive: a batch boundary.
     *
     * @throws CleaningAbortedException if not even one batch fits into the map
     */
    long fill(OffsetMap map, BatchStream stream, long from) throws IOException {
        long mappedTo = from;
        for (ByteBuffer chunk = stream.next(); chunk != null; chunk = stream.next()) {
            for (int at = chunk.position(); at < chunk.limit(); ) {
                if (!map.hasRoomFor(RecordBatch.recordCount(chunk, at))) {
                    if (mappedTo == from) {
                        throw new CleaningAbortedException(
                                "the keys of one batch do not fit into the cleaner's memory");
                    }
                    return mappedTo;
                }
                int end = at + RecordBatch.sizeInBytes(chunk, at);
                reader.wrap(chunk, at, end);
                while (reader.next()) {
                    if (reader.keyLength() >= 0) {
                        map.put(
                                reader.bytes(),
                                reader.keyAt(),
                                reader.keyLength(),
                                reader.offset());
                    }
                }
                mappedTo = RecordBatch.nextOffset(chunk, at);
                at = end;
            }
        }
        return mappedTo;
    }
}
