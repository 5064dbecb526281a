package io.headrace.broker.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An open file with positional reads and writes; there is no file pointer.
 *
 * <p>Closing does not make anything durable. Reads may run while one thread writes.
 */
public interface DiskFile extends Closeable {

    /** Where the file was opened; not updated by a rename, which the open file survives. */
    Path path();

    long size() throws IOException;

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @return bytes read, 0 at or past the end
     */
    int read(ByteBuffer target, long position) throws IOException;

    /** Writes all remaining bytes of the source at the position. */
    void write(ByteBuffer source, long position) throws IOException;

    /**
     * Writes all remaining bytes of the sources, one after the other, with as few system calls as
     * possible.
     */
    void write(ByteBuffer[] sources, long position) throws IOException;

    void truncate(long size) throws IOException;

    /**
     * Makes the content and the length of the file durable (fdatasync). A failure poisons the file:
     * never retry.
     */
    void force() throws IOException;

    /**
     * Whether the bytes can very probably be read without waiting for the device (they lie in the
     * page cache). May say true for bytes that do not.
     */
    boolean isResident(long position, int length) throws IOException;

    /** Brings the bytes into the page cache, waiting for the device. Not for event loops. */
    void load(long position, int length) throws IOException;

    /**
     * The channel for {@code sendfile}; empty on a disk that has none (the simulated one). Never
     * close it.
     */
    Optional<FileChannel> transferChannel();

    /** Whoever used {@link #transferChannel} tells that the file could not be read there. */
    default void sendFailed(IOException cause) {}

    /** Whoever read bytes of the file tells that they cannot be what was written. */
    default void damaged(IOException cause) {}
}
