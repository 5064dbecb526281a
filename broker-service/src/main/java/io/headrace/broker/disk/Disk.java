package io.headrace.broker.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A file system, as far as storage needs one.
 *
 * <p>Durability: what a file holds is durable after {@link DiskFile#force}; that a file exists
 * under its name (creation, rename, deletion) is durable after {@link #forceDirectory} of its
 * directory.
 *
 * <p>Errors: every method throws {@link IOException} on failure. "No space left", and too many open
 * files, are thrown as {@link DiskFullException}.
 */
public interface Disk {

    /**
     * Opens a file for reading and writing, creating it when it is absent. Not durable before
     * {@link #forceDirectory}.
     */
    DiskFile open(Path path) throws IOException;

    boolean exists(Path path) throws IOException;

    /** Names of the entries of a directory, in no order. */
    List<String> list(Path directory) throws IOException;

    boolean isDirectory(Path path) throws IOException;

    /** Creates a directory and its parents where absent. */
    void createDirectories(Path directory) throws IOException;

    /** Renames a file or directory in one step, replacing a file that has the target's name. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file or an empty directory; returns false when there was none. */
    boolean delete(Path path) throws IOException;

    /** Makes the entries of a directory durable. */
    void forceDirectory(Path directory) throws IOException;

    /** When a file's content last changed, milliseconds since the epoch. */
    long modifiedMs(Path path) throws IOException;

    /** Bytes that can still be written to the volume that holds the path. */
    long usableBytes(Path path) throws IOException;

    /** Size of the volume that holds the path. */
    long totalBytes(Path path) throws IOException;

    /**
     * Takes the exclusive lock file at the path until the result is closed.
     *
     * @throws IOException if another process (or this one) holds it; the message says so
     */
    AutoCloseable lock(Path path) throws IOException;
}
