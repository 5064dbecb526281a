package io.headrace.testkit.process;

import java.nio.file.Path;
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
     */
    public static HeadraceProgram built(Path folder) {
        return new HeadraceProgram(
                folder.resolve("headrace-standalone.jar").toString(),
                List.of(
                        "@" + folder.resolve("java.options"),
                        "-XX:AOTCache=" + folder.resolve("headrace.aot")));
    }

    /** A process that is to run one of the program's main classes. */
    ChildJvm.Builder main(String mainClass) {
        return ChildJvm.of(mainClass).classPath(classPath).jvmArgs(jvmArgs.toArray(String[]::new));
    }
}
