package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The directories that new logs got since the start, and whether they are durable: the first flush
 * of a log needs that, and one force of the log directory serves all that were created before it.
 *
 * <p>Why not when they are created: ten thousand logs would cost as many forces, and until its
 * first flush a log holds nothing that a power failure may not take.
 *
 * <p>Owner: any thread. Invariant: {@code durable <= created}. Errors: a force that failed is not
 * tried again, so every later one fails, too.
 */
final class CreatedDirectories {

    private final Disk disk;
    private final Path root;
    private final AtomicLong created = new AtomicLong();
    private final ReentrantLock forcing = new ReentrantLock();
    private volatile long durable;
    private boolean hasFailed;

    CreatedDirectories(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
    }

    /** A directory was created. */
    void add() {
        created.incrementAndGet();
    }

    /** Makes all durable that were added before the call. */
    void makeDurable() throws IOException {
        long wanted = created.get();
        if (durable >= wanted) {
            return;
        }
        forcing.lock();
        try {
            if (durable < wanted) {
                force();
            }
        } finally {
            forcing.unlock();
        }
    }

    private void force() throws IOException {
        if (hasFailed) {
            throw new IOException("an earlier force of " + root + " has failed");
        }
        long all = created.get();
        hasFailed = true;
        disk.forceDirectory(root);
        hasFailed = false;
        durable = all;
    }
}
