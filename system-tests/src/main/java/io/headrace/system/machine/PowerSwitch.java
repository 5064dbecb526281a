package io.headrace.system.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * Cuts the power of an ext4 file system: from this call on nothing more reaches its disk, neither
 * file contents nor its journal, and every access fails until it is mounted anew.
 */
@SuppressWarnings("restricted") // native calls are what it is for
final class PowerSwitch {

    /** {@code EXT4_IOC_SHUTDOWN}: {@code _IOR('X', 125, __u32)}. */
    private static final long SHUTDOWN = 0x8004_587DL;

    /** {@code EXT4_GOING_FLAGS_NOLOGFLUSH}. */
    private static final int WITHOUT_LOG_FLUSH = 2;

    private static final int READ_ONLY = 0;

    private PowerSwitch() {}

    static void off(Path mountPoint) throws IOException {
        Linker linker = Linker.nativeLinker();
        MethodHandle open =
                handle(linker, "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
        MethodHandle ioctl =
                handle(
                        linker,
                        "ioctl",
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                        2);
        MethodHandle close =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("close"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(mountPoint.toString());
            int descriptor = (int) open.invokeExact(path, READ_ONLY);
            if (descriptor < 0) {
                throw new IOException("cannot open " + mountPoint);
            }
            MemorySegment flags = arena.allocateFrom(JAVA_INT, WITHOUT_LOG_FLUSH);
            int result = (int) ioctl.invokeExact(descriptor, SHUTDOWN, flags);
            int closed = (int) close.invokeExact(descriptor);
            if (result != 0 || closed != 0) {
                throw new IOException("the shutdown of " + mountPoint + " failed");
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException("the shutdown of " + mountPoint + " failed", e);
        }
    }

    private static MethodHandle handle(
            Linker linker, String name, FunctionDescriptor descriptor, int firstVariadic) {
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                descriptor,
                Linker.Option.firstVariadicArg(firstVariadic));
    }
}
