package io.headrace.broker.disk;

import java.io.IOException;
import java.nio.file.Path;

/** Is told by a {@link WatchedDisk} how its files fare. Any thread; must not wait or throw. */
public interface DiskWatch {

    /** A force that has begun. */
    interface Force {

        /** It has ended, well or not. */
        void ended();
    }

    /** A force of the file begins. */
    Force begins(Path file);

    /** Bytes of the file could not be read, or are not what was written. */
    void readFailed(Path file, IOException cause);

    /** The same, where the kernel was to send them; nobody else tells of it. */
    void sendFailed(Path file, IOException cause);
}
