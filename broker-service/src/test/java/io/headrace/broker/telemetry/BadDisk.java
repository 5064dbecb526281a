package io.headrace.broker.telemetry;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A disk whose segments go bad when the test says so. */
final class BadDisk {

    /** What segments do. */
    enum Fault {
        NONE,
        /** The device fails under a reader. */
        READS_FAIL,
        /** The kernel cannot send: it finds fewer bytes than there were. */
        SENDS_FAIL,
        /** A flush lasts until it is let go. */
        FLUSHES_HANG
    }

    private static final long WAIT_S = 30;

    volatile Fault fault = Fault.NONE;
    final CountDownLatch letGo = new CountDownLatch(1);
    private final Path empty;

    BadDisk(Path folder) throws IOException {
        this.empty = Files.createFile(folder.resolve("empty"));
    }

    Disk over(Disk disk) {
        return proxy(
                Disk.class,
                (proxy, method, args) -> {
                    Object result = invoke(disk, method, args);
                    return result instanceof DiskFile file
                                    && ((Path) args[0]).toString().endsWith(".log")
                            ? proxy(DiskFile.class, (of, call, with) -> call(file, call, with))
                            : result;
                });
    }

    private Object call(DiskFile file, Method method, Object[] args) throws Throwable {
        String name = method.getName();
        switch (fault) {
            case NONE -> {}
            case READS_FAIL -> {
                if (name.equals("isResident")) {
                    return false;
                }
                if (name.equals("load")) {
                    throw new IOException("Input/output error");
                }
            }
            case SENDS_FAIL -> {
                if (name.equals("isResident")) {
                    return true;
                }
                if (name.equals("transferChannel")) {
                    return Optional.of(FileChannel.open(empty, StandardOpenOption.READ));
                }
            }
            case FLUSHES_HANG -> {
                if (name.equals("force") && !letGo.await(WAIT_S, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("nobody let the flush go");
                }
            }
        }
        return invoke(file, method, args);
    }

    private static Object invoke(Object target, Method method, Object[] args) throws Throwable {
        try {
            return method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
