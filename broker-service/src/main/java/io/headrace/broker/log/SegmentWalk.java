package io.headrace.broker.log;

import io.headrace.broker.log.epoch.EpochStart;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a segment from its first byte, checks every batch, rebuilds the indexes on the way and cuts
 * the file at the first batch that is not sound.
 */
final class SegmentWalk {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentWalk.class);
    private static final int CHUNK_BYTES = 1 << 20;

    /** Outside the heap, so that the bytes are copied once; as many as threads recover logs. */
    private static final ThreadLocal<ByteBuffer> CHUNK =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(CHUNK_BYTES));

    private final Segment segment;
    private final List<EpochStart> epochs;
    private final TopicPartition partition;
    private final int size;
    private ByteBuffer chunk;
    private int chunkStart;
    private String complaint = "";

    SegmentWalk(Segment segment, List<EpochStart> epochs, TopicPartition partition) {
        this.segment = segment;
        this.epochs = epochs;
        this.partition = partition;
        this.size = segment.sizeInBytes();
        this.chunk = (size == 0 ? ByteBuffer.allocate(0) : CHUNK.get()).clear().limit(0);
    }

    /** Returns whether the whole file was sound; the segment's end is right in any case. */
    boolean run() throws IOException {
        segment.startEmptyIndexes();
        int position = 0;
        long next = segment.baseOffset();
        int epoch = epochs.isEmpty() ? RecordBatch.NO_LEADER_EPOCH : epochs.getLast().epoch();
        while (position < size) {
            int at = soundBatchAt(position, next, epoch);
            if (at < 0) {
                break;
            }
            int bytes = RecordBatch.sizeInBytes(chunk, at);
            segment.index(Segment.HeaderOf.batch(chunk, at), position, bytes);
            epoch = RecordBatch.leaderEpoch(chunk, at);
            note(epochs, epoch, RecordBatch.baseOffset(chunk, at));
            next = RecordBatch.nextOffset(chunk, at);
            position += bytes;
        }
        segment.adopt(new Segment.End(position, next));
        if (position < size) {
            LOG.atWarn()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("offset", next)
                    .log(
                            "Cutting {} bytes off segment {} at position {}: {}",
                            size - position,
                            segment.baseOffset(),
                            position,
                            complaint);
            segment.file().truncate(position);
            return false;
        }
        return true;
    }

    /** The leader epochs of a segment that is trusted, by its headers alone. */
    static void epochs(Segment segment, List<EpochStart> epochs) throws IOException {
        HeaderScan scan = new HeaderScan(segment.file(), segment.sizeInBytes());
        boolean isThere = scan.seek(0);
        while (isThere) {
            note(epochs, scan.leaderEpoch(), scan.baseOffset());
            isThere = scan.next();
        }
    }

    private static void note(List<EpochStart> epochs, int epoch, long baseOffset) {
        if (epoch >= 0 && (epochs.isEmpty() || epochs.getLast().epoch() < epoch)) {
            epochs.add(new EpochStart(epoch, baseOffset));
        }
    }

    /** Where in the chunk the batch lies; -1 with a complaint if it is not sound. */
    private int soundBatchAt(int position, long next, int epoch) throws IOException {
        int at = inChunk(position, RecordBatch.HEADER_SIZE);
        if (at >= 0) {
            int bytes = RecordBatch.sizeInBytes(chunk, at);
            if (bytes >= RecordBatch.HEADER_SIZE && bytes <= size - position) {
                at = inChunk(position, bytes);
            }
        }
        if (at < 0) {
            complaint = "the file ends inside a batch header";
            return -1;
        }
        if (BatchCheck.framing(chunk, at, chunk.limit()) instanceof BatchCheck.Refused refused) {
            complaint = refused.reason();
            return -1;
        }
        if (RecordBatch.baseOffset(chunk, at) < next
                || RecordBatch.lastOffsetDelta(chunk, at) < 0
                || RecordBatch.lastOffset(chunk, at) - segment.baseOffset() > Integer.MAX_VALUE) {
            complaint = "its offset " + RecordBatch.baseOffset(chunk, at) + " does not follow";
            return -1;
        }
        if (RecordBatch.leaderEpoch(chunk, at) < epoch) {
            complaint = "its leader epoch is older than that of the batch before";
            return -1;
        }
        return at;
    }

    /** Brings bytes of the file into the chunk; -1 if the file is too short. */
    private int inChunk(int position, int bytes) throws IOException {
        if (size - position < bytes) {
            return -1;
        }
        if (position + bytes > chunkStart + chunk.limit()) {
            if (chunk.capacity() < bytes) {
                chunk = ByteBuffer.allocate(bytes);
            }
            chunk.clear().limit(Math.min(chunk.capacity(), size - position));
            segment.file().read(chunk, position);
            chunk.flip();
            chunkStart = position;
        }
        return position - chunkStart;
    }
}
