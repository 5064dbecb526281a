package io.headrace.broker.replication;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Another disk, on which one file cannot be read; what is written anew under its name can.
 *
 * @param name of the file
 */
record UnreadableDisk(Disk whole, Supplier<String> name) {

    Disk disk() {
        return proxy(
                Disk.class,
                (proxy, method, args) -> {
                    Object result = invoke(whole, method, args);
                    return result instanceof DiskFile file
                                    && ((Path) args[0]).toString().endsWith(".log")
                            ? proxy(DiskFile.class, (of, call, with) -> call(file, call, with))
                            : result;
                });
    }

    private Object call(DiskFile file, Method method, Object[] args) throws Throwable {
        if (method.getName().equals("read") && file.path().endsWith(name.get())) {
            throw new IOException("Input/output error");
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
