package io.headrace.broker.replica;

import io.headrace.model.record.RecordBatch;
import java.nio.ByteBuffer;

/**
 * What a leader's answer holds, looked at for what no checksum covers: base offsets and leader
 * epochs, in which a bit may have flipped on the leader's disk.
 *
 * <p>A batch of a newer leader epoch than the leader's own cannot be. A batch whose base offset is
 * too large looks as if a compaction had left a gap before it; the next batch, which then begins
 * before this one ends, shows that it did not. So a last batch behind a gap is left for the next
 * answer, whose first it will be: of that one the leader has looked at what follows.
 *
 * @param batches whole batches between position and limit; what is not whole is left to others to
 *     refuse
 */
record LeadersBatches(ByteBuffer batches) {

    /**
     * The batches up to the first that cannot be believed, or all; none when that is the first one.
     *
     * @param leaderEpoch of the leader that sent them
     */
    ByteBuffer believable(int leaderEpoch) {
        int first = batches.position();
        int last = first;
        boolean isLastBehindGap = false;
        long next = -1;
        for (int at = first; isFramed(at); at += RecordBatch.sizeInBytes(batches, at)) {
            if (RecordBatch.leaderEpoch(batches, at) > leaderEpoch) {
                return upTo(at);
            }
            isLastBehindGap = at > first && RecordBatch.baseOffset(batches, at) > next;
            next = RecordBatch.nextOffset(batches, at);
            last = at;
        }
        return isLastBehindGap ? upTo(last) : batches;
    }

    /** Checksums are for the log to look at. */
    private boolean isFramed(int at) {
        int left = batches.limit() - at;
        if (left < RecordBatch.HEADER_SIZE) {
            return false;
        }
        int bytes = RecordBatch.sizeInBytes(batches, at);
        return bytes >= RecordBatch.HEADER_SIZE && bytes <= left;
    }

    private ByteBuffer upTo(int end) {
        return batches.duplicate().order(batches.order()).limit(end);
    }
}
