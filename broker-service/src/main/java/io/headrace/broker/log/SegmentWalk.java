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
 *
 * <p>No checksum covers base offset and leader epoch. When a batch contradicts the one before, and
 * that one left a gap or began an epoch, it is the one before that is not sound. The last batch
 * must end where the next segment begins, or before; where there is none, a gap before it is
 * believed only of a log that may have been compacted.
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
    private final long nextBase;
    private final boolean mayHaveGaps;
    private final int epochsBefore;
    private final int size;
    private ByteBuffer chunk;
    private int chunkStart;
    private String complaint = "";

    /** Of the last sound batch: only what follows shows that its header is right. */
    private int lastAt;

    private boolean isBehindGap;
    private boolean isFirstOfItsEpoch;

    /** What a batch that is not sound says against the one before. */
    private boolean isAgainstOffset;

    private boolean isAgainstEpoch;

    /**
     * @param epochs of the segments before; those of this one are added
     * @param nextBase of the next segment; {@code Long.MAX_VALUE} for the last one
     * @param mayHaveGaps whether the log may have been compacted
     */
    SegmentWalk(
            Segment segment,
            List<EpochStart> epochs,
            TopicPartition partition,
            long nextBase,
            boolean mayHaveGaps) {
        this.segment = segment;
        this.epochs = epochs;
        this.partition = partition;
        this.nextBase = nextBase;
        this.mayHaveGaps = mayHaveGaps;
        this.epochsBefore = epochs.size();
        this.size = segment.sizeInBytes();
        this.chunk = (size == 0 ? ByteBuffer.allocate(0) : CHUNK.get()).clear().limit(0);
    }

    /** Returns whether the whole file was sound; the segment's end is right in any case. */
    boolean run() throws IOException {
        Segment.End end = walk(size);
        boolean isLast = nextBase == Long.MAX_VALUE;
        boolean isGapBelieved = isLast ? mayHaveGaps : end.nextOffset() <= nextBase;
        boolean isLastWrong =
                end.position() < size
                        ? (isAgainstOffset && isBehindGap) || (isAgainstEpoch && isFirstOfItsEpoch)
                        : isBehindGap && !isGapBelieved;
        if (isLastWrong) {
            epochs.subList(epochsBefore, epochs.size()).clear();
            end = walk(lastAt);
            complaint = "the header of its last batch contradicts what is around it";
        }
        segment.adopt(end);
        if (end.position() < size) {
            LOG.atWarn()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("offset", end.nextOffset())
                    .log(
                            "Cutting {} bytes off segment {} at position {}: {}",
                            size - end.position(),
                            segment.baseOffset(),
                            end.position(),
                            complaint);
            segment.file().truncate(end.position());
            return false;
        }
        return true;
    }

    /** Up to the limit, or to the first batch that is not sound. */
    private Segment.End walk(int limit) throws IOException {
        segment.startEmptyIndexes();
        int position = 0;
        long next = segment.baseOffset();
        int epoch = epochs.isEmpty() ? RecordBatch.NO_LEADER_EPOCH : epochs.getLast().epoch();
        while (position < limit) {
            int at = soundBatchAt(position, next, epoch);
            if (at < 0) {
                break;
            }
            int bytes = RecordBatch.sizeInBytes(chunk, at);
            segment.index(Segment.HeaderOf.batch(chunk, at), position, bytes);
            lastAt = position;
            isBehindGap = RecordBatch.baseOffset(chunk, at) > next;
            isFirstOfItsEpoch = RecordBatch.leaderEpoch(chunk, at) > epoch;
            epoch = RecordBatch.leaderEpoch(chunk, at);
            note(epochs, epoch, RecordBatch.baseOffset(chunk, at));
            next = RecordBatch.nextOffset(chunk, at);
            position += bytes;
        }
        return new Segment.End(position, next);
    }

    /**
     * The leader epochs of a segment that is trusted, by its headers alone.
     *
     * @throws DamagedFileException if they cannot all be found: who knows only some would cut
     *     followers in the wrong place
     */
    static void epochs(Segment segment, List<EpochStart> epochs) throws IOException {
        HeaderScan scan = new HeaderScan(segment.file(), segment.sizeInBytes());
        boolean isThere = scan.seek(0);
        while (isThere) {
            note(epochs, scan.leaderEpoch(), scan.baseOffset());
            isThere = scan.next();
        }
        if (!scan.isAtEnd()) {
            throw SegmentSearch.damaged(segment, scan.position());
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
            isAgainstOffset =
                    RecordBatch.baseOffset(chunk, at) >= 0
                            && RecordBatch.baseOffset(chunk, at) < next;
            return -1;
        }
        if (RecordBatch.leaderEpoch(chunk, at) < epoch) {
            isAgainstEpoch = RecordBatch.leaderEpoch(chunk, at) >= RecordBatch.NO_LEADER_EPOCH;
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
