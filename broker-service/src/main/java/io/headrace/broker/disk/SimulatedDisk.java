package io.headrace.broker.disk;

import io.headrace.broker.disk.SimulatedNode.Content;
import io.headrace.broker.disk.SimulatedNode.Directory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * A file system in memory that fails on command, the same way for the same seed.
 *
 * <p>It keeps apart what programs see and what is durable: content becomes durable by {@link
 * DiskFile#force}, names by {@link #forceDirectory}. A crash throws away, keeps or tears the rest
 * ({@link Unflushed}); afterwards every call throws {@link SimulatedCrash} until {@link #restart},
 * and files that were open before stay dead. Only calls that change something count as calls.
 *
 * <p>Owner: this object's monitor guards everything; hooks run outside it. Bounds: files below 2
 * GiB, all in memory.
 */
public final class SimulatedDisk implements Disk {

    private final Random random;
    private final SimulatedNames names = new SimulatedNames();
    private final Set<Path> locks = new HashSet<>();

    private long callCount;
    private long crashAtCall = Long.MAX_VALUE;
    private Unflushed unflushed = Unflushed.TORN;
    private boolean isCrashed;
    private int bootCount;
    private long capacityBytes = Long.MAX_VALUE;
    private Fault writeFault = Fault.NONE;
    private Fault forceFault = Fault.NONE;
    private Predicate<Path> isForceIdle = path -> false;
    private volatile Consumer<Path> beforeForce = path -> {};
    private LongSupplier nowMs = () -> Long.MAX_VALUE;
    private volatile Predicate<Path> isCold = path -> false;

    /** So many failures of the calls on these paths. */
    private static final class Fault {

        static final Fault NONE = new Fault(path -> false, 0);

        private final Predicate<Path> paths;
        private int left;

        Fault(Predicate<Path> paths, int times) {
            this.paths = paths;
            this.left = times;
        }

        boolean strikes(Path path) {
            if (left == 0 || !paths.test(path)) {
                return false;
            }
            left--;
            return true;
        }
    }

    public SimulatedDisk(long seed) {
        this.random = new Random(seed);
    }

    // Faults, for tests.

    /** Calls so far that changed something or made it durable. */
    public synchronized long callCount() {
        return callCount;
    }

    /** Loses power in the midst of that call (the first is 1); it may or may not have been done. */
    public synchronized void crashAtCall(long number, Unflushed fate) {
        this.crashAtCall = number;
        this.unflushed = fate;
    }

    /** Loses power now. */
    public synchronized void crash(Unflushed fate) {
        this.unflushed = fate;
        this.isCrashed = true;
    }

    public synchronized boolean isCrashed() {
        return isCrashed;
    }

    /** Power returns: what survived is there, no further crash is planned, faults are gone. */
    public synchronized void restart() {
        restart(new CrashFate.Drawn(unflushed, random));
    }

    /** Like the above; the fate says what survived. */
    synchronized void restart(CrashFate fate) {
        if (isCrashed) {
            names.crash(fate);
        }
        isCrashed = false;
        crashAtCall = Long.MAX_VALUE;
        writeFault = Fault.NONE;
        forceFault = Fault.NONE;
        locks.clear();
        bootCount++;
    }

    /** Changes that a crash may keep or lose. */
    synchronized int pendingCount() {
        return names.pendingCount();
    }

    /** Makes everything durable, as if the machine had been idle for long. */
    public synchronized void settle() {
        names.settle();
    }

    /** The next so many writes to such files fail with an I/O error, leaving some of the bytes. */
    public synchronized void failWrites(Predicate<Path> paths, int times) {
        writeFault = new Fault(paths, times);
    }

    /**
     * The next so many forces of such files or directories fail. What they should have made durable
     * will not survive a crash, even if a later force succeeds, as on Linux.
     */
    public synchronized void failForces(Predicate<Path> paths, int times) {
        forceFault = new Fault(paths, times);
    }

    /** Forces of such files and directories say that they are done, and do nothing. */
    public synchronized void idleForces(Predicate<Path> paths) {
        isForceIdle = paths;
    }

    /** Total bytes of all files that fit; a write past that fails half done. */
    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** Leaves room for so many bytes. */
    public synchronized void fill(long freeBytes) {
        capacityBytes = names.bytesUsed() + freeBytes;
    }

    /** Runs before each force, outside the monitor, with the file's path. */
    public void beforeForce(Consumer<Path> hook) {
        beforeForce = hook;
    }

    /** What {@link #modifiedMs} is stamped from; until it is given, files never grow old. */
    public synchronized void clock(LongSupplier nowMs) {
        this.nowMs = nowMs;
    }

    /** Files of which {@link DiskFile#isResident} says no until they are loaded. */
    public void cold(Predicate<Path> paths) {
        isCold = paths;
    }

    /** Damages a stored byte. */
    public synchronized void flipBit(Path path, long position, int bit) throws IOException {
        content(path).flipBit(position, bit);
    }

    /** Reads that touch the byte fail, until it is written anew, and after a restart, too. */
    public synchronized void unreadable(Path path, long position) throws IOException {
        content(path).unreadable(position);
    }

    /** Whether no read of the file fails. */
    public synchronized boolean isReadable(Path path) throws IOException {
        Content content = content(path);
        return content.isReadable(0, content.size());
    }

    /** What a file holds, also where reads fail. */
    public synchronized byte[] bytes(Path path) throws IOException {
        Content content = content(path);
        byte[] bytes = new byte[content.size()];
        content.read(bytes, 0, bytes.length, 0);
        return bytes;
    }

    private Content content(Path path) throws IOException {
        if (names.find(path) instanceof Content content) {
            return content;
        }
        throw new IOException("no such file: " + path);
    }

    // The disk.

    @Override
    public synchronized DiskFile open(Path path) throws IOException {
        checkPower();
        SimulatedNode node = names.find(path);
        if (node instanceof Directory) {
            throw new IOException(path + " is a directory");
        }
        if (node instanceof Content content) {
            return new SimulatedDiskFile(this, path, content, bootCount);
        }
        Content content = names.create(path);
        content.modified(nowMs.getAsLong());
        countCall();
        return new SimulatedDiskFile(this, path, content, bootCount);
    }

    @Override
    public synchronized boolean exists(Path path) {
        checkPower();
        return names.find(path) != null;
    }

    @Override
    public synchronized List<String> list(Path directory) throws IOException {
        checkPower();
        return List.copyOf(names.directory(directory).entries().keySet());
    }

    @Override
    public synchronized boolean isDirectory(Path path) {
        checkPower();
        return names.find(path) instanceof Directory;
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        checkPower();
        if (!(names.find(directory) instanceof Directory)) {
            names.createDirectories(directory);
            countCall();
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        checkPower();
        names.rename(from, to);
        countCall();
    }

    @Override
    public synchronized boolean delete(Path path) throws IOException {
        checkPower();
        boolean isDeleted = names.delete(path);
        if (isDeleted) {
            countCall();
        }
        return isDeleted;
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        beforeForce.accept(directory);
        synchronized (this) {
            checkPower();
            Directory node = names.directory(directory);
            countCall();
            if (forceFault.strikes(directory)) {
                throw new IOException(directory + ": simulated failure of a force");
            }
            if (!isForceIdle.test(directory)) {
                names.force(node);
            }
        }
    }

    @Override
    public synchronized long modifiedMs(Path path) throws IOException {
        checkPower();
        return content(path).modifiedMs();
    }

    @Override
    public synchronized long usableBytes(Path path) {
        checkPower();
        return Math.max(0, capacityBytes - names.bytesUsed());
    }

    @Override
    public synchronized long totalBytes(Path path) {
        checkPower();
        return capacityBytes;
    }

    @Override
    public synchronized AutoCloseable lock(Path path) throws IOException {
        checkPower();
        if (names.find(path) == null) {
            names.create(path);
            countCall();
        }
        if (!locks.add(path)) {
            throw new IOException("Folder " + path.getParent() + " is in use by another process.");
        }
        int boot = bootCount;
        return () -> unlock(path, boot);
    }

    private synchronized void unlock(Path path, int boot) {
        if (boot == bootCount) {
            locks.remove(path);
        }
    }

    // Calls of open files, all inside the monitor.

    void checkPower() {
        if (isCrashed) {
            throw new SimulatedCrash("the simulated machine has no power");
        }
    }

    void checkOpen(Path path, int boot) {
        checkPower();
        if (boot != bootCount) {
            throw new SimulatedCrash(path + " was opened before the crash");
        }
    }

    void countCall() {
        callCount++;
        if (callCount >= crashAtCall) {
            isCrashed = true;
            throw new SimulatedCrash("simulated crash in call " + callCount);
        }
    }

    void write(Path path, Content content, byte[] bytes, long position) throws IOException {
        boolean isFaulty = writeFault.strikes(path);
        long growth = position + bytes.length - content.size();
        boolean isFull =
                capacityBytes != Long.MAX_VALUE
                        && growth > 0
                        && growth > capacityBytes - names.bytesUsed();
        if (isFaulty || isFull) {
            int done = isFull ? (int) Math.max(0, bytes.length - growth) : bytes.length;
            content.write(Arrays.copyOf(bytes, random.nextInt(done + 1)), position);
            countCall();
            if (isFull) {
                throw new DiskFullException("No space left on the volume of " + path + ".", null);
            }
            throw new IOException(path + ": simulated failure of a write");
        }
        content.write(bytes, position);
        content.modified(nowMs.getAsLong());
        countCall();
    }

    void force(Path path, Content content) throws IOException {
        countCall();
        if (forceFault.strikes(path)) {
            content.failForce();
            throw new IOException(path + ": simulated failure of a force");
        }
        if (!isForceIdle.test(path)) {
            content.force();
        }
    }

    void runBeforeForce(Path path) {
        beforeForce.accept(path);
    }

    boolean isCold(Path path) {
        return isCold.test(path);
    }
}
