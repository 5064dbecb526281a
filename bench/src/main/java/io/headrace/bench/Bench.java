package io.headrace.bench;

import io.headrace.bench.BenchOptions.UsageException;
import io.headrace.bench.fetch.FetchBench;
import io.headrace.bench.http.HttpBench;
import io.headrace.bench.kafka.ClusterBench;
import io.headrace.bench.kafka.KafkaBench;
import io.headrace.bench.kafka.ManyPartitionsBench;
import io.headrace.bench.kafka.RecoveryBench;
import io.headrace.bench.log.LogBench;
import io.headrace.bench.report.Report;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs benches by name and prints their tables, then the same figures as JSON lines.
 *
 * <p>Every claim is a ratio of two sides measured in this run; files are written below one
 * temporary folder per bench and deleted at the end. Exit code 0 when every bench ran through, 1
 * when one failed, 2 for a wrong command line. Speed never fails a run.
 */
public final class Bench {

    /** One bench. */
    @FunctionalInterface
    public interface Run {
        void run(BenchOptions options, Report report) throws Exception;
    }

    private record Named(String summary, Run run) {}

    private static final Map<String, Named> BENCHES = benches();

    private Bench() {}

    private static Map<String, Named> benches() {
        Map<String, Named> benches = new LinkedHashMap<>();
        benches.put(
                "log",
                new Named(
                        "the log against a plain file: append, read, growth; allocations (JMH)",
                        LogBench::run));
        benches.put(
                "fetch",
                new Named(
                        "HTTP batch fetch against nginx with sendfile, same file, same client",
                        FetchBench::run));
        benches.put(
                "http",
                new Named(
                        "HTTP produce and consume load, start-up seconds, memory", HttpBench::run));
        benches.put(
                "kafka",
                new Named(
                        "Apache Kafka side by side: produce, consume, latency, CPU, memory, start",
                        KafkaBench::run));
        benches.put(
                "cluster",
                new Named(
                        "three brokers of each, replicated three times: also failover",
                        ClusterBench::run));
        benches.put(
                "many",
                new Named(
                        "10,000 partitions on three brokers of each: made, failed over, restarted",
                        ManyPartitionsBench::run));
        benches.put(
                "recovery",
                new Named("10 GB in 100 partitions after kill -9 of each", RecoveryBench::run));
        return benches;
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.exit(run(List.of(arguments), out));
    }

    static int run(List<String> arguments, PrintStream out) {
        if (arguments.isEmpty()
                || arguments.contains("--help")
                || arguments.getFirst().equals("help")) {
            out.print(help());
            return 0;
        }
        try {
            BenchOptions options = BenchOptions.parse(arguments);
            List<String> names =
                    options.names().equals(List.of("all"))
                            ? List.copyOf(BENCHES.keySet())
                            : options.names();
            for (String name : names) {
                if (!BENCHES.containsKey(name)) {
                    throw new UsageException(
                            "there is no bench " + name + "; there are " + BENCHES.keySet());
                }
            }
            return runAll(names, options, out);
        } catch (UsageException e) {
            out.println("headrace bench: " + e.getMessage());
            return 2;
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace") // the person at the terminal is the only reader
    private static int runAll(List<String> names, BenchOptions options, PrintStream out) {
        Report report = new Report(out);
        int failures = 0;
        for (String name : names) {
            try {
                report.begin(name, options.mode());
                Named bench = BENCHES.get(name);
                if (bench != null) {
                    bench.run().run(options, report);
                }
            } catch (Exception e) {
                failures++;
                out.println("headrace bench: " + name + " failed: " + e);
                e.printStackTrace(out);
            }
        }
        String json = report.jsonLines();
        out.print(json);
        if (options.json().isPresent()) {
            try {
                Files.writeString(options.json().get(), json);
            } catch (java.io.IOException e) {
                out.println("headrace bench: " + options.json().get() + " was not written: " + e);
                failures++;
            }
        }
        return failures == 0 ? 0 : 1;
    }

    static String help() {
        StringBuilder text = new StringBuilder();
        text.append("headrace bench NAME... [options]   (NAME all: every bench)\n\nBenches\n");
        BENCHES.forEach(
                (name, bench) -> text.append("  %-8s %s%n".formatted(name, bench.summary())));
        text.append(
                """

                Options
                  --quick       a few minutes, smaller data (default); --full: longer, the sizes of the claims
                  --smoke       seconds; shows that the bench works, its figures mean nothing
                  --only WORD   only parts whose name contains WORD: append, read, growth, jmh (log);
                                range, whole (fetch); start, produce, consume, groups (http); start,
                                produce, consume, latency, partitions (kafka); headrace, kafka (many, recovery)
                  --dir DIR     where data is written and deleted again (default: the temp folder)
                  --server FILE measure the running platform of this headrace.run file;
                                otherwise one is started in a process of its own
                  --heap SIZE   largest heap of a platform that the bench starts (default 512m)
                  --json FILE   write the JSON lines there too

                Each ratio comes from one run of both sides, alternated; cells are median [min-max].
                """);
        return text.toString();
    }
}
