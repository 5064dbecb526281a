package io.headrace.bench.kafka;

import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.KafkaPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kafka's {@code ProducerPerformance} and {@code ConsumerPerformance}, each run in a new JVM. */
final class PerfTools {

    /** What a produce run said of its records after the warm-up. */
    record Produced(double recordsPerSecond, double p50Ms, double p99Ms) {}

    private static final Duration RUN_MAX = Duration.ofMinutes(5);
    private static final int LINES = 10_000;
    private static final Pattern SUMMARY =
            Pattern.compile("([0-9.]+) records/sec .*? ([0-9.]+) ms 50th, .*? ([0-9.]+) ms 99th,");

    private PerfTools() {}

    /**
     * Writes lines of random letters for {@code --payload-file}; made by the client for each
     * record, they would be what limits the run.
     */
    static Path payload(Path folder, int bytes) throws IOException {
        Random random = new Random(bytes);
        StringBuilder text = new StringBuilder(LINES * (bytes + 1));
        for (int line = 0; line < LINES; line++) {
            for (int i = 0; i < bytes; i++) {
                text.append((char) ('A' + random.nextInt(26)));
            }
            text.append('\n');
        }
        return Files.writeString(
                folder.resolve("payload-" + bytes), text, StandardCharsets.US_ASCII);
    }

    /**
     * @param perSecond records per second at most; -1 for as many as it can
     * @param settings of the producer, {@code name=value}
     */
    static Produced produce(
            Side side, String topic, long records, long perSecond, Path payload, String... settings)
            throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--topic",
                                topic,
                                "--num-records",
                                Long.toString(records),
                                "--warmup-records",
                                Long.toString(records / 5),
                                "--throughput",
                                Long.toString(perSecond),
                                "--payload-file",
                                payload.toString(),
                                "--bootstrap-server",
                                side.bootstrap(),
                                "--producer-props"));
        arguments.addAll(List.of(settings));
        String printed = run("org.apache.kafka.tools.ProducerPerformance", arguments);
        Matcher summary = SUMMARY.matcher(printed);
        Produced produced = null;
        while (summary.find()) {
            produced =
                    new Produced(
                            Double.parseDouble(summary.group(1)),
                            Double.parseDouble(summary.group(2)),
                            Double.parseDouble(summary.group(3)));
        }
        if (produced == null) {
            throw new IOException("the producer printed no summary:\n" + printed);
        }
        return produced;
    }

    /**
     * Records per second while records were fetched. The tool leaves out the time until a new group
     * has its members, which each server's settings decide, not its speed.
     */
    static double consume(Side side, String topic, long records) throws IOException {
        String printed =
                run(
                        "org.apache.kafka.tools.ConsumerPerformance",
                        List.of(
                                "--topic",
                                topic,
                                "--num-records",
                                Long.toString(records),
                                "--timeout",
                                "60000",
                                "--hide-header",
                                "--bootstrap-server",
                                side.bootstrap()));
        for (String line : printed.lines().toList()) {
            String[] fields = line.split(",", -1);
            if (fields.length == 10) {
                if (Long.parseLong(fields[4].trim()) < records) {
                    throw new IOException("the consumer did not get all records: " + line);
                }
                return Double.parseDouble(fields[9].trim());
            }
        }
        throw new IOException("the consumer printed no summary:\n" + printed);
    }

    private static String run(String tool, List<String> arguments) throws IOException {
        try (ChildJvm child =
                ChildJvm.of(tool)
                        .classPath(KafkaPeer.jars().resolve("*").toString())
                        .jvmArgs("-Xms512m", "-Xmx1g")
                        .args(arguments.toArray(String[]::new))
                        .start()) {
            int code = child.awaitExit(RUN_MAX);
            if (code != 0) {
                throw new IOException(tool + " exited with " + code + ":\n" + child.output());
            }
            return child.output();
        }
    }
}
