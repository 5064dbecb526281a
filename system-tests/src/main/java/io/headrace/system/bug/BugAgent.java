package io.headrace.system.bug;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Puts the bug that a file names into the process as it starts; an empty file names none.
 *
 * <p>A class that cannot be changed ends the process: a bug that is not there would seem unnoticed.
 */
public final class BugAgent {

    private static final int NOT_CHANGED = 70;

    private BugAgent() {}

    /** The JVM calls it before the main class. */
    public static void premain(String file, Instrumentation instrumentation) throws IOException {
        String name = Files.readString(Path.of(file)).strip();
        if (!name.isEmpty()) {
            instrumentation.addTransformer(new Seeding(SeededBug.valueOf(name)));
        }
    }

    private record Seeding(SeededBug bug) implements ClassFileTransformer {

        @Override
        public byte @Nullable [] transform(
                @Nullable ClassLoader loader,
                @Nullable String name,
                @Nullable Class<?> redefined,
                @Nullable ProtectionDomain domain,
                byte[] bytes) {
            if (!bug.type().equals(name)) {
                return null;
            }
            try {
                return with(bug, bytes);
            } catch (RuntimeException | Error e) {
                System.out.println("the seeded bug " + bug + " cannot be put in: " + e);
                Runtime.getRuntime().halt(NOT_CHANGED);
                throw e;
            }
        }
    }

    /** The class with the bug in it. */
    static byte[] with(SeededBug bug, byte[] bytes) {
        ClassLoader loader = ClassLoader.getSystemClassLoader();
        ClassFile files =
                ClassFile.of(
                        ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(loader)
                                        .orElse(ClassHierarchyResolver.defaultResolver())));
        ClassModel before = files.parse(bytes);
        if (before.methods().stream().noneMatch(method -> isChanged(bug, method))) {
            throw new IllegalStateException("there is no such method in " + bug.type());
        }
        return files.transformClass(
                before,
                (type, element) -> {
                    if (element instanceof MethodModel method && isChanged(bug, method)) {
                        type.transformMethod(
                                method,
                                (builder, part) -> {
                                    if (part instanceof CodeModel code) {
                                        builder.transformCode(code, bug.change());
                                    } else {
                                        builder.with(part);
                                    }
                                });
                    } else {
                        type.with(element);
                    }
                });
    }

    private static boolean isChanged(SeededBug bug, MethodModel method) {
        return method.code().isPresent() && bug.isIn(method.methodName().stringValue());
    }

    /** Writes the agent's jar. */
    public static void writeJar(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", BugAgent.class.getName());
        List<Class<?>> types =
                List.of(BugAgent.class, Seeding.class, SeededBug.class, Changes.class);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Class<?> type : types) {
                add(out, type.getName().replace('.', '/') + ".class");
            }
            add(out, Changes.class.getName().replace('.', '/') + "$1.class");
        }
    }

    private static void add(JarOutputStream out, String name) throws IOException {
        try (InputStream in = BugAgent.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IOException(name + " is not on the class path");
            }
            out.putNextEntry(new JarEntry(name));
            in.transferTo(out);
            out.closeEntry();
        }
    }
}
