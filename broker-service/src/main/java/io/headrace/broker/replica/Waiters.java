package io.headrace.broker.replica;

import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The parked fetches of one partition.
 *
 * <p>Why no wake-up is lost: who parks adds itself and then looks at the high watermark again; who
 * moves the high watermark publishes it and then looks here.
 */
final class Waiters {

    /** Enough for everybody: each looks for itself. */
    static final long ANY_BYTES = 1L << 40;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayList<ParkedFetch.Watch> watches = new ArrayList<>();
    private volatile int count;

    void add(ParkedFetch.Watch watch) {
        lock.lock();
        try {
            watch.slot = watches.size();
            watches.add(watch);
            count = watches.size();
        } finally {
            lock.unlock();
        }
    }

    void remove(ParkedFetch.Watch watch) {
        lock.lock();
        try {
            unlink(watch);
        } finally {
            lock.unlock();
        }
    }

    int count() {
        return count;
    }

    /** Wakes whoever has waited for these bytes. */
    void arrived(long bytes) {
        if (count == 0) {
            return;
        }
        ParkedFetch woken = null;
        lock.lock();
        try {
            for (int i = watches.size() - 1; i >= 0; i--) {
                ParkedFetch.Watch watch = watches.get(i);
                if (watch.fetch.arrived(bytes)) {
                    unlink(watch);
                    watch.fetch.nextWoken = woken;
                    woken = watch.fetch;
                }
            }
        } finally {
            lock.unlock();
        }
        finishAll(woken, ErrorCode.NONE);
    }

    /** Wakes whoever was told an older high watermark. */
    void highWatermarkIs(long highWatermark) {
        if (count == 0) {
            return;
        }
        wake(watch -> watch.highWatermarkSeen < highWatermark, ErrorCode.NONE);
    }

    /** Wakes whoever was told an older log start. */
    void logStartIs(long logStart) {
        if (count == 0) {
            return;
        }
        wake(watch -> watch.logStartSeen < logStart, ErrorCode.NONE);
    }

    /** Wakes everybody with a reason. */
    void wakeAll(ErrorCode reason) {
        wake(watch -> true, reason);
    }

    private void wake(Predicate<ParkedFetch.Watch> who, ErrorCode reason) {
        ParkedFetch woken = null;
        lock.lock();
        try {
            for (int i = watches.size() - 1; i >= 0; i--) {
                ParkedFetch.Watch watch = watches.get(i);
                if (who.test(watch) && watch.fetch.claim()) {
                    unlink(watch);
                    watch.fetch.nextWoken = woken;
                    woken = watch.fetch;
                }
            }
        } finally {
            lock.unlock();
        }
        finishAll(woken, reason);
    }

    private static void finishAll(@Nullable ParkedFetch woken, ErrorCode reason) {
        ParkedFetch fetch = woken;
        while (fetch != null) {
            ParkedFetch following = fetch.nextWoken;
            fetch.nextWoken = null;
            fetch.finish(reason);
            fetch = following;
        }
    }

    private void unlink(ParkedFetch.Watch watch) {
        int slot = watch.slot;
        if (slot < 0) {
            return;
        }
        ParkedFetch.Watch last = watches.removeLast();
        if (last != watch) {
            watches.set(slot, last);
            last.slot = slot;
        }
        watch.slot = -1;
        count = watches.size();
    }
}
