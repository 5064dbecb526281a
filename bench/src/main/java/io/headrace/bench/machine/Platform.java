package io.headrace.bench.machine;

import io.headrace.bench.BenchOptions;
import io.headrace.testkit.process.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A standalone platform in a process of its own: started for the bench, or one that runs already.
 *
 * <p>Started by {@code ./headrace up} when the bench runs from a source tree (system property
 * {@value #LAUNCHER}, set by {@code bench/run}), so that it starts as it does for everybody,
 * start-up cache included; otherwise from this process's class path. A platform that was started is
 * stopped by {@link #close}; one that ran before goes on.
 *
 * <p>Errors: not ready within {@value #READY_SECONDS_MAX} s is an {@link IOException} with the end
 * of its output.
 */
public final class Platform implements AutoCloseable {

    private static final String LAUNCHER = "headrace.launcher";
    private static final int READY_SECONDS_MAX = 300;
    private static final int STOP_SECONDS_MAX = 60;

    private final Map<String, String> facts;
    private final @Nullable Process process;
    private final Path data;
    private final double readySeconds;

    private Platform(
            Map<String, String> facts, @Nullable Process process, Path data, double readySeconds) {
        this.facts = facts;
        this.process = process;
        this.data = data;
        this.readySeconds = readySeconds;
    }

    /** The running platform that the options name, or a new one with its data in the folder. */
    public static Platform of(BenchOptions options, Path data)
            throws IOException, InterruptedException {
        return options.server().isPresent()
                ? attach(options.server().get())
                : start(data, options.heap());
    }

    private static Platform attach(Path runFile) throws IOException {
        return new Platform(
                facts(runFile), null, runFile.resolveSibling(".").normalize(), Double.NaN);
    }

    /** Starts one and waits until it says that it is ready. */
    public static Platform start(Path data, String heap) throws IOException, InterruptedException {
        Files.createDirectories(data);
        Path output = data.resolve("console.txt");
        ProcessBuilder builder = new ProcessBuilder(command(data, heap));
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("HEADRACE_NO_BUILD", "1");
        builder.environment().put("HEADRACE_JAVA_OPTS", "-Xmx" + heap);
        // As in Kafka's sample file: what reads through a group does not wait for more members.
        builder.environment().put("HEADRACE_BROKER_GROUPS_INITIALREBALANCEDELAY", "0s");
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        long startNs = System.nanoTime();
        Process process = builder.start();
        long deadlineNs = startNs + Duration.ofSeconds(READY_SECONDS_MAX).toNanos();
        Path runFile = data.resolve("headrace.run");
        while (System.nanoTime() < deadlineNs) {
            Map<String, String> facts = Files.exists(runFile) ? facts(runFile) : Map.of();
            if ("ready".equals(facts.get("state"))) {
                double seconds = (System.nanoTime() - startNs) / 1e9;
                return new Platform(facts, process, data, seconds);
            }
            if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        process.destroyForcibly().waitFor();
        throw new IOException("the platform did not get ready:\n" + Files.readString(output));
    }

    private static List<String> command(Path data, String heap) {
        List<Integer> ports = FreePorts.some(4);
        List<String> command = new ArrayList<>();
        String launcher = System.getProperty(LAUNCHER);
        if (launcher == null) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-XX:+UseSerialGC", "-Xmx" + heap));
            command.add("--enable-native-access=ALL-UNNAMED");
            command.add("--sun-misc-unsafe-memory-access=allow");
            command.add("io.headrace.standalone.Standalone");
        } else {
            command.addAll(List.of(launcher, "up"));
        }
        command.addAll(List.of("--data", data.toAbsolutePath().toString()));
        command.addAll(List.of("--port", ports.get(0).toString()));
        command.addAll(List.of("--admin-port", ports.get(1).toString()));
        command.addAll(List.of("--broker-port", ports.get(2).toString()));
        command.addAll(List.of("--kafka-port", ports.get(3).toString()));
        return command;
    }

    /** Seconds from process start to ready; NaN for a platform that ran before. */
    public double readySeconds() {
        return readySeconds;
    }

    public ProcessUsage usage() {
        return new ProcessUsage(Long.parseLong(fact("pid")));
    }

    public URI gateway() {
        return URI.create(fact("gateway"));
    }

    public URI broker() {
        return URI.create(fact("broker"));
    }

    /** Where Kafka clients begin. */
    public String kafka() {
        return fact("kafka");
    }

    /** Its data folder, where the run file lies. */
    public Path data() {
        return data;
    }

    public static InetSocketAddress address(URI url) {
        return new InetSocketAddress(url.getHost(), url.getPort());
    }

    /**
     * Creates a topic and waits until the gateway knows it. Its records stay however old they are:
     * those of a bench are of 2023.
     */
    public void createTopic(String name, int partitions) throws IOException, InterruptedException {
        String topics = gateway() + "/v3/clusters/" + fact("cluster_id") + "/topics";
        Calls.postJson(
                topics,
                """
                {"topic_name":"%s","partitions_count":%d,
                 "configs":[{"name":"retention.ms","value":"-1"}]}"""
                        .formatted(name, partitions),
                201);
        String offsets = gateway() + "/topics/" + name + "/partitions/";
        for (int partition = 0; partition < partitions; partition++) {
            Calls.awaitOk(offsets + partition + "/offsets", Duration.ofSeconds(30));
        }
    }

    private String fact(String name) {
        String value = facts.get(name);
        if (value == null) {
            throw new IllegalStateException("the run file names no " + name);
        }
        return value;
    }

    private static Map<String, String> facts(Path runFile) throws IOException {
        Map<String, String> facts = new HashMap<>();
        for (String line : Files.readAllLines(runFile)) {
            int at = line.indexOf('=');
            if (at > 0) {
                facts.put(line.substring(0, at), line.substring(at + 1));
            }
        }
        return facts;
    }

    @Override
    public void close() {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
