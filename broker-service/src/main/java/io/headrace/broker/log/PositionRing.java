package io.headrace.broker.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Where the last batches of the active segment begin, in memory, so that a consumer that follows
 * the log needs no file read.
 *
 * <p>One thread adds (under the writer's lock), any thread searches without a lock. The writer
 * announces a slot before it overwrites it; a search that may have met an overwritten slot answers
 * "not here".
 *
 * <p>Bounds: {@link #SLOTS} batches, 1.5 KiB.
 */
final class PositionRing {

    static final int SLOTS = 64;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] baseOffsets = new long[SLOTS];
    private final long[] lastOffsets = new long[SLOTS];
    private final long[] positions = new long[SLOTS];

    /** {@code done <= begun <= done + 1}. */
    private volatile long begun;

    private volatile long done;

    void add(long baseOffset, long lastOffset, int position) {
        long sequence = done;
        int slot = (int) (sequence % SLOTS);
        begun = sequence + 1;
        LONGS.setRelease(baseOffsets, slot, baseOffset);
        LONGS.setRelease(lastOffsets, slot, lastOffset);
        LONGS.setRelease(positions, slot, (long) position);
        done = sequence + 1;
    }

    /** The batch that holds the offset or, if it lies in a gap, the next; null when not known. */
    @Nullable BatchPosition find(long offset) {
        long end = done;
        long first = Math.max(0, end - SLOTS + 1);
        long low = first;
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (at(lastOffsets, middle) < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low >= end) {
            return null;
        }
        BatchPosition found = new BatchPosition(at(baseOffsets, low), (int) at(positions, low));
        boolean isCertain = low > first || found.position() == 0 || found.baseOffset() <= offset;
        return isCertain && isIntact(first) ? found : null;
    }

    /**
     * The last batch that begins after {@code from} and at or before {@code positionMax} with a
     * base offset of at most {@code offsetMax}: everything before it may be read. Null when not
     * known.
     */
    @Nullable BatchPosition boundary(int from, long positionMax, long offsetMax) {
        long end = done;
        long first = Math.max(0, end - SLOTS + 1);
        for (long i = end - 1; i >= first; i--) {
            long position = at(positions, i);
            long baseOffset = at(baseOffsets, i);
            if (position <= from) {
                return null;
            }
            if (position <= positionMax && baseOffset <= offsetMax) {
                return isIntact(first) ? new BatchPosition(baseOffset, (int) position) : null;
            }
        }
        return null;
    }

    private boolean isIntact(long first) {
        VarHandle.acquireFence();
        return begun - first <= SLOTS;
    }

    private static long at(long[] slots, long sequence) {
        return (long) LONGS.getAcquire(slots, (int) (sequence % SLOTS));
    }
}
