package io.headrace.broker.kafka;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of requests that are being received or answered, over all connections. Who does not get
 * any stops reading its socket and is called when some are free, in the order of asking.
 *
 * <p>Owner: any thread, under {@code lock}; callbacks run outside it, on the thread that gives
 * back.
 *
 * <p>Why not all for everybody: a frame behind one that is being answered may have to wait for as
 * long as that one does. Such frames get memory from the first half only, so the other half is
 * there for requests that begin at once.
 *
 * <p>Bound: {@code bytesMax}, and one frame more when nothing else is held, so that a frame larger
 * than the bound cannot wait for ever.
 */
final class FrameMemory {

    private final long bytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private long used;

    FrameMemory(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * @param whenFree called once if the answer is false: try again then
     */
    boolean take(int bytes, Runnable whenFree) {
        lock.lock();
        try {
            if (used == 0 || used + bytes <= bytesMax) {
                used += bytes;
                return true;
            }
            waiting.add(whenFree);
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** For a frame that waits behind another; nobody is called when the answer is false. */
    boolean takeAhead(int bytes) {
        lock.lock();
        try {
            boolean fits = used + bytes <= bytesMax / 2;
            if (fits) {
                used += bytes;
            }
            return fits;
        } finally {
            lock.unlock();
        }
    }

    void give(int bytes) {
        Runnable next;
        lock.lock();
        try {
            used -= bytes;
            if (used < 0) {
                throw new IllegalStateException("gave back " + -used + " bytes more than taken");
            }
            next = waiting.poll();
        } finally {
            lock.unlock();
        }
        // Who is called takes, or waits again behind the others; either way everybody moves up.
        run(next);
    }

    /** Somebody who waited is gone: the call that it may have swallowed goes to the next. */
    void passOn() {
        Runnable next;
        lock.lock();
        try {
            next = used < bytesMax ? waiting.poll() : null;
        } finally {
            lock.unlock();
        }
        run(next);
    }

    long used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    private static void run(@Nullable Runnable next) {
        if (next != null) {
            next.run();
        }
    }
}
