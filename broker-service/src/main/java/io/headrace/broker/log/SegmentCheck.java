package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads a segment's file from the first byte to the last that is given and checks every batch;
 * changes nothing.
 *
 * <p>Base offset and leader epoch lie outside the checksum, since a leader writes them. An offset
 * that is too small does not follow the batch before, and one that is too large is not followed by
 * the next batch, or by the segment's end. The leader epoch must be the one that the log has noted
 * for the offset.
 */
final class SegmentCheck {

    private static final int CHUNK_BYTES = 256 << 10;

    private final DiskFile file;
    private final SealedSegment segment;
    private final Epochs epochs;
    private final ReadPace pace;
    private ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private int chunkStart;

    /** Which leader epochs batches may be of. */
    interface Epochs {
        boolean agree(int leaderEpoch, long baseOffset);
    }

    SegmentCheck(DiskFile file, SealedSegment segment, Epochs epochs, ReadPace pace) {
        this.file = file;
        this.segment = segment;
        this.epochs = epochs;
        this.pace = pace;
    }

    /** What is wrong with the first batch that is not sound; empty when all are. */
    Optional<String> run() throws IOException {
        long next = segment.baseOffset();
        int size = segment.sizeInBytes();
        for (int position = 0; position < size; ) {
            if (!isInChunk(position, Math.min(RecordBatch.HEADER_SIZE, size - position))) {
                return complaint(position, "the file ends too early");
            }
            int at = position - chunkStart;
            if (size - position < RecordBatch.HEADER_SIZE) {
                return complaint(position, "the last batch has no whole header");
            }
            int bytes = RecordBatch.sizeInBytes(chunk, at);
            if (bytes < RecordBatch.HEADER_SIZE || bytes > size - position) {
                return complaint(position, "the length of a batch is " + bytes);
            }
            if (!isInChunk(position, bytes)) {
                return complaint(position, "the file ends too early");
            }
            at = position - chunkStart;
            if (BatchCheck.framing(chunk, at, at + bytes) instanceof BatchCheck.Refused refused) {
                return complaint(position, refused.reason());
            }
            if (RecordBatch.baseOffset(chunk, at) < next) {
                return complaint(position, "the offsets do not rise");
            }
            int leaderEpoch = RecordBatch.leaderEpoch(chunk, at);
            if (!epochs.agree(leaderEpoch, RecordBatch.baseOffset(chunk, at))) {
                return complaint(position, "the leader epoch of a batch is " + leaderEpoch);
            }
            next = RecordBatch.nextOffset(chunk, at);
            position += bytes;
        }
        return next > segment.nextOffset()
                ? complaint(size, "the last batch lies beyond the segment's end")
                : Optional.empty();
    }

    private static Optional<String> complaint(int position, String what) {
        return Optional.of(what + ", at position " + position);
    }

    /**
     * @return false when the file is shorter than it was
     */
    private boolean isInChunk(int position, int bytes) throws IOException {
        if (position >= chunkStart && position + bytes <= chunkStart + chunk.limit()) {
            return true;
        }
        if (chunk.capacity() < bytes) {
            chunk = ByteBuffer.allocate(bytes);
        }
        chunk.clear()
                .limit((int) Math.min(chunk.capacity(), (long) segment.sizeInBytes() - position));
        file.read(chunk, position);
        chunk.flip();
        chunkStart = position;
        pace.read(chunk.limit());
        return chunk.limit() >= bytes;
    }
}
