package io.headrace.standalone;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder that keeps everything of a standalone platform, locked while it runs.
 *
 * <pre>
 * headrace.lock    locked by the running process; headrace.lock.pid says which that is
 * headrace.run     what the launcher reads: pid, addresses, ready; there only while it runs
 * zookeeper/       ZooKeeper's data, and the port it had last
 * admin/ broker/   the services' own folders
 * logs/            server log
 * </pre>
 *
 * <p>Errors: a folder that cannot be made, written or locked is a {@link StartFailure}.
 */
final class DataFolder implements AutoCloseable {

    /** For ZooKeeper, the database and the server log; the broker keeps its own reserve. */
    private static final long FREE_BYTES_MIN = 128L << 20;

    private final Path root;
    private final FileChannel lockFile;
    private final boolean wasKilled;

    private DataFolder(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
        this.wasKilled = Files.exists(runFile());
    }

    static DataFolder open(Path root) throws StartFailure {
        return open(root, FREE_BYTES_MIN);
    }

    /**
     * @param freeBytesMin without which nothing is started
     */
    static DataFolder open(Path root, long freeBytesMin) throws StartFailure {
        try {
            Files.createDirectories(root);
            checkSpace(root, freeBytesMin);
            FileChannel channel =
                    FileChannel.open(
                            root.resolve("headrace.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw inUse(root);
            }
            DataFolder folder = new DataFolder(root, channel);
            folder.writeAtomically(
                    root.resolve("headrace.lock.pid"), ProcessHandle.current().pid() + "\n");
            return folder;
        } catch (IOException e) {
            throw new StartFailure(
                    StartFailure.NOT_WRITABLE,
                    "the data folder "
                            + root
                            + " cannot be written ("
                            + reason(e)
                            + "); make it writable for "
                            + System.getProperty("user.name")
                            + " or choose another with --data DIR",
                    e);
        }
    }

    Path root() {
        return root;
    }

    /** Whether the last platform here left without stopping: its run file was still there. */
    boolean wasKilled() {
        return wasKilled;
    }

    Path zooKeeper() {
        return root.resolve("zookeeper");
    }

    Path admin() {
        return root.resolve("admin");
    }

    Path broker() {
        return root.resolve("broker");
    }

    Path logs() {
        return root.resolve("logs");
    }

    Path runFile() {
        return root.resolve("headrace.run");
    }

    /** The port that ZooKeeper had at the last start; 0 if there was none. */
    int lastZooKeeperPort() {
        try {
            return Integer.parseInt(Files.readString(portFile()).strip());
        } catch (IOException | NumberFormatException e) {
            return 0; // the first start, or a file that a person broke: any free port will do
        }
    }

    void rememberZooKeeperPort(int port) throws IOException {
        writeAtomically(portFile(), port + "\n");
    }

    void writeRunFile(String text) throws IOException {
        writeAtomically(runFile(), text);
    }

    /** Removes the run file and lets go of the lock. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(runFile());
        Files.deleteIfExists(root.resolve("headrace.lock.pid"));
        lockFile.close();
    }

    private Path portFile() {
        return zooKeeper().resolve("port");
    }

    private void writeAtomically(Path file, String text) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        try {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void checkSpace(Path root, long freeBytesMin) throws IOException, StartFailure {
        long free = Files.getFileStore(root).getUsableSpace();
        if (free < freeBytesMin) {
            throw new StartFailure(
                    StartFailure.DISK_FULL,
                    "only "
                            + (free >> 20)
                            + " MiB are free on the disk of "
                            + root
                            + " and "
                            + (freeBytesMin >> 20)
                            + " MiB are needed to start; free some space or choose another folder"
                            + " with --data DIR");
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // locked by this very process: two platforms in one JVM
        }
    }

    private static StartFailure inUse(Path root) {
        String holder = "another process";
        try {
            holder = "process " + Files.readString(root.resolve("headrace.lock.pid")).strip();
        } catch (IOException e) {
            holder += " (its pid is not known: " + reason(e) + ")";
        }
        return new StartFailure(
                StartFailure.IN_USE,
                "the data folder "
                        + root
                        + " is in use by "
                        + holder
                        + "; stop it with ./headrace down --data "
                        + root
                        + " or choose another with --data DIR");
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "no permission";
            case java.nio.file.FileAlreadyExistsException file -> "it is not a folder";
            case java.nio.file.FileSystemException system when system.getReason() != null ->
                    system.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
