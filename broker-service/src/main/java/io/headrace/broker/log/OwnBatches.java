package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * What a damaged segment of a log that was never compacted still has right, one batch at a time.
 *
 * <p>Why apart from {@link SegmentSearch}: a batch is looked for at its place alone, so that bytes
 * beside it which cannot be read do not matter.
 *
 * <p>Owner: a {@link SegmentRewrite}, which holds the segment.
 */
final class OwnBatches {

    private static final int CHUNK_BYTES = 64 << 10;

    /** Its checksum is right; the base offset and the leader epoch are the reader's to judge. */
    record Batch(
            long position, int sizeInBytes, long baseOffset, long nextOffset, int leaderEpoch) {}

    private final Segment segment;

    OwnBatches(Segment segment) {
        this.segment = segment;
    }

    /** Where the batch with the offset lies; -1 where that cannot be found. */
    long positionOf(long offset) throws IOException {
        if (offset == segment.baseOffset()) {
            return 0;
        }
        try {
            BatchPosition found = SegmentSearch.findPastDamage(segment, offset);
            return found == null ? -1 : found.position();
        } catch (IOException e) {
            return without(e);
        }
    }

    /** The batch that begins there; null unless it is sound. */
    @Nullable Batch at(long position) throws IOException {
        HeaderScan scan = new HeaderScan(segment.file(), segment.sizeInBytes());
        try {
            return position >= 0 && scan.seek(position) && scan.isSound() && scan.seek(position)
                    ? new Batch(
                            position,
                            scan.sizeInBytes(),
                            scan.baseOffset(),
                            scan.lastOffset() + 1,
                            scan.leaderEpoch())
                    : null;
        } catch (IOException e) {
            var _ = without(e);
            return null;
        }
    }

    void copy(Batch batch, DiskFile target, long to) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, batch.sizeInBytes()));
        for (int done = 0; done < batch.sizeInBytes(); done += chunk.limit()) {
            chunk.clear().limit(Math.min(chunk.capacity(), batch.sizeInBytes() - done));
            segment.file().read(chunk, batch.position() + done);
            target.write(chunk.flip(), to + done);
        }
    }

    /** Bytes that cannot be read are what another replica is for. */
    private static long without(IOException failure) throws IOException {
        if (failure instanceof DiskFullException || failure instanceof ClosedChannelException) {
            throw failure;
        }
        return -1;
    }
}
