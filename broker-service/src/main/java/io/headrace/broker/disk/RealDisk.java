package io.headrace.broker.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file system of this machine.
 *
 * <p>Threads that read or write here must not be interrupted: the JDK closes a {@link FileChannel}
 * under a thread that is interrupted inside it, for everybody. Stop such threads by a flag.
 */
public final class RealDisk implements Disk {

    /** What is done already shall not fail for want of a file to open. */
    private static final long FILE_WAIT_NS = TimeUnit.SECONDS.toNanos(2);

    private static final long FILE_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    @Override
    public DiskFile open(Path path) throws IOException {
        try {
            FileChannel channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            return new RealDiskFile(path, channel);
        } catch (IOException e) {
            throw named(e, path);
        }
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).toList();
        }
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw named(e, directory);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw named(e, to);
        }
    }

    @Override
    public boolean delete(Path path) throws IOException {
        return Files.deleteIfExists(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        long deadlineNs = System.nanoTime() + FILE_WAIT_NS;
        while (true) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
                return;
            } catch (IOException e) {
                if (!isOutOfFiles(e)) {
                    throw named(e, directory);
                }
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new IOException(directory + ": " + e.getMessage(), e);
                }
                LockSupport.parkNanos(FILE_PAUSE_NS);
            }
        }
    }

    @Override
    public long modifiedMs(Path path) throws IOException {
        return Files.getLastModifiedTime(path).toMillis();
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return nearest(path).toFile().getUsableSpace();
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        return nearest(path).toFile().getTotalSpace();
    }

    /** The path, or the first folder above it that exists. */
    private static Path nearest(Path path) throws IOException {
        for (Path at = path.toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at)) {
                return at;
            }
        }
        throw new IOException("No folder above " + path + " exists.");
    }

    @Override
    public AutoCloseable lock(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new IOException(
                        "Folder "
                                + path.toAbsolutePath().getParent()
                                + " is in use by another process; stop that one or choose another folder.");
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static boolean isOutOfFiles(IOException cause) {
        return String.valueOf(cause.getMessage()).contains("Too many open files");
    }

    /** The error as this room throws it: with the path, and what passes as its own type. */
    static IOException named(IOException cause, Path path) {
        String text = String.valueOf(cause.getMessage());
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("quota exceeded")) {
            return new DiskFullException("No space left on the volume of " + path + ".", cause);
        }
        if (isOutOfFiles(cause)) {
            return new DiskFullException(
                    "Too many files and connections are open to open "
                            + path
                            + "; raise the limit of open files of the broker (ulimit -n).",
                    cause);
        }
        if (cause instanceof FileSystemException) {
            return cause; // names its file already
        }
        return new IOException(path + ": " + text, cause);
    }
}
