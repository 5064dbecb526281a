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
 * <p>The class path is {@code peers/target/kafka/*}, which the build of the module {@code peers}
 * fills.
 */
public final class KafkaPeer {

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
        try (ChildJvm child = start(program, args)) {
            int code = child.awaitExit(timeout);
            if (code != 0) {
                throw new AssertionError(program + " exited with " + code + ":\n" + child.output());
            }
            return child.output();
        }
    }

    /** Starts it without waiting for its end. */
    public static ChildJvm start(String program, String... args) {
        return ChildJvm.of(program)
                .classPath(jars().resolve("*").toString())
                .jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m")
                .args(args)
                .start();
    }

    /** The folder of Kafka's jars, looked for beside the module that is tested. */
    public static Path jars() {
        Path directory = Path.of("").toAbsolutePath();
        for (int up = 0; up < DIRECTORIES_UP_MAX && directory != null; up++) {
            Path jars = directory.resolve(Path.of("peers", "target", "kafka"));
            if (Files.isDirectory(jars)) {
                return jars;
            }
            directory = directory.getParent();
        }
        throw new AssertionError(
                "Kafka's jars are not in peers/target/kafka; run ./mvnw generate-resources -pl peers");
    }
}
