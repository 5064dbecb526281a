package io.headrace.broker.http;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A disk whose segments are never in the page cache, and whose loads take until they are let go.
 */
final class ColdDisk {

    private static final long WAIT_S = 30;

    final Queue<String> loadingThreads = new ConcurrentLinkedQueue<>();
    final AtomicInteger loading = new AtomicInteger();
    private final CountDownLatch letGo = new CountDownLatch(1);

    /** The same disk with cold segments. */
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

    /** Lets the loads that wait, and all later ones, end. */
    void letGo() {
        letGo.countDown();
    }

    private Object call(DiskFile file, Method method, Object[] args) throws Throwable {
        if (method.getName().equals("isResident")) {
            return false;
        }
        if (method.getName().equals("load")) {
            loadingThreads.add(Thread.currentThread().getName());
            loading.incrementAndGet();
            if (!letGo.await(WAIT_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody let the load go");
            }
            loading.decrementAndGet();
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
