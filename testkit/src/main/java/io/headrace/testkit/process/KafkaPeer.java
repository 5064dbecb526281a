package io.headrace.testkit.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Apache Kafka's own code as the judge of ours: a main class of Kafka's tools, or a single-file
 * program of a test, run on Kafka's class path in a process of its own.
 *
 * <pre>
 * String dump = KafkaPeer.run("org.apache.kafka.tools.DumpLogSegments", Duration.ofSeconds(60), "--files", file);
 * KafkaPeer.run(Path.of("src/test/resources/kafka/GoldenBatches.java").toString(), …);
 * </pre>
 *
 * <p>The class path is {@code peers/target/kafka/*}, or that of an earlier release beside it; the
 * build of the module {@code peers} fills both.
 */
public final class KafkaPeer {

    /** Whose jars: each release has a folder, and no class path holds two. */
    public enum Release {
        /** Clients, tools, Streams and the server of the release that the broker's codec is of. */
        CURRENT("kafka"),
        /** Only the clients of 3.9. */
        CLIENTS_3_9("kafka-3.9");

        private final String folder;

        Release(String folder) {
            this.folder = folder;
        }
    }

    private static final int DIRECTORIES_UP_MAX = 4;

    private KafkaPeer() {}

    /**
     * Runs to the end and returns what was printed.
     *
     * @param program a main class, or the path of a {@code .java} file
     * @throws AssertionError if it takes longer or exits with another code than 0; the message
     *     carries the output
     */
    public static String run(String program, Duration timeout, String... args) {
        return run(of(Release.CURRENT, program).args(args), timeout);
    }

    /** The same for a child that needs more than arguments. */
    public static String run(ChildJvm.Builder program, Duration timeout) {
        try (ChildJvm child = program.start()) {
            int code = child.awaitExit(timeout);
            if (code != 0) {
                throw new AssertionError("exit code " + code + ":\n" + child.output());
            }
            return child.output();
        }
    }

    /** Starts it without waiting for its end. */
    public static ChildJvm start(String program, String... args) {
        return of(Release.CURRENT, program).args(args).start();
    }

    /** A child on this release's class path, for those that need more than arguments. */
    public static ChildJvm.Builder of(Release release, String program) {
        return ChildJvm.of(program)
                .classPath(jars(release).resolve("*").toString())
                .jvmArgs(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED");
    }

    /** The folder of Kafka's jars, looked for beside the module that is tested. */
    public static Path jars() {
        return jars(Release.CURRENT);
    }

    private static Path jars(Release release) {
        Path directory = Path.of("").toAbsolutePath();
        for (int up = 0; up < DIRECTORIES_UP_MAX && directory != null; up++) {
            Path jars = directory.resolve(Path.of("peers", "target", release.folder));
            if (Files.isDirectory(jars)) {
                return jars;
            }
            directory = directory.getParent();
        }
        throw new AssertionError(
                "Kafka's jars are not in peers/target; run ./mvnw generate-resources -pl peers");
    }
}
