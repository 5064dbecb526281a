package io.headrace.testkit.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What processes of Headrace are started from.
 *
 * @param classPath of each process
 * @param jvmArgs of each process
 */
public record HeadraceProgram(String classPath, List<String> jvmArgs) {

    /** The class path of the running test: what Maven has just compiled, without start-up cache. */
    public static HeadraceProgram ofTest(String... jvmArgs) {
        return new HeadraceProgram(System.getProperty("java.class.path"), List.of(jvmArgs));
    }

    /**
     * What {@code ./headrace build} made and {@code ./headrace up} starts, with its flags and its
     * start-up cache.
     *
     * @param folder the unpacked program
     * @param more arguments of each JVM, which stand instead of those flags
     */
    public static HeadraceProgram built(Path folder, String... more) {
        List<String> jvmArgs = new ArrayList<>();
        jvmArgs.add("@" + folder.resolve("java.options"));
        jvmArgs.add("-XX:AOTCache=" + folder.resolve("headrace.aot"));
        jvmArgs.addAll(List.of(more));
        return new HeadraceProgram(
                folder.resolve("headrace-standalone.jar").toString(), List.copyOf(jvmArgs));
    }

    /** A process that is to run one of the program's main classes. */
    ChildJvm.Builder main(String mainClass) {
        return ChildJvm.of(mainClass).classPath(classPath).jvmArgs(jvmArgs.toArray(String[]::new));
    }
}
