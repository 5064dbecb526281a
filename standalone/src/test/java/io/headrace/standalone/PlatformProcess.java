package io.headrace.standalone;

import io.headrace.broker.BrokerApplication;
import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.FreePorts;
import io.headrace.testkit.process.HeadraceProgram;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A standalone platform in a process of its own, on free ports, as a person would start it. */
final class PlatformProcess implements AutoCloseable {

    static final Duration START_WAIT = Duration.ofMinutes(5);
    static final Duration STOP_WAIT = Duration.ofMinutes(1);

    static final String[] JVM = {
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1", // a test starts often and runs shortly
        "-XX:+UseCompactObjectHeaders",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dspring.aot.enabled=" + isPackaged()
    };

    /**
     * Of a cluster's processes: what {@code ./headrace up} starts when {@code headrace.app} says
     * where that is ({@code ./headrace test -Dheadrace.cluster=long} does), for figures that users
     * would see.
     */
    static HeadraceProgram program() {
        String built = System.getProperty("headrace.app");
        return built == null ? HeadraceProgram.ofTest(JVM) : HeadraceProgram.built(Path.of(built));
    }

    /** Bean definitions are written into the services' jars; {@code mvn test} has none. */
    private static boolean isPackaged() {
        return BrokerApplication.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath()
                .endsWith(".jar");
    }

    private final ChildJvm child;
    private final List<Integer> ports;
    private final Http http = new Http();

    private PlatformProcess(ChildJvm child, List<Integer> ports) {
        this.child = child;
        this.ports = ports;
    }

    /** Starts it and waits until it says that it is ready. */
    static PlatformProcess up(Path data, String... more) {
        return up(data, FreePorts.some(4), more);
    }

    /** Starts it on these ports and waits until it says that it is ready. */
    static PlatformProcess up(Path data, List<Integer> ports, String... more) {
        PlatformProcess platform = start(data, ports, more);
        try {
            platform.child.awaitLine(line -> line.startsWith("Headrace is ready"), START_WAIT);
            return platform;
        } catch (AssertionError e) {
            platform.close();
            throw e;
        }
    }

    /** Starts it and does not wait. */
    static PlatformProcess start(Path data, List<Integer> ports, String... more) {
        List<String> args =
                new ArrayList<>(
                        List.of(
                                "--data", data.toString(),
                                "--port", ports.get(0).toString(),
                                "--admin-port", ports.get(1).toString(),
                                "--broker-port", ports.get(2).toString(),
                                "--kafka-port", ports.get(3).toString()));
        args.addAll(List.of(more));
        return new PlatformProcess(
                ChildJvm.of("io.headrace.standalone.Standalone")
                        .jvmArgs(JVM)
                        .args(args.toArray(String[]::new))
                        .start(),
                ports);
    }

    String gateway() {
        return "http://127.0.0.1:" + ports.get(0);
    }

    String bootstrapServers() {
        return "127.0.0.1:" + ports.get(3);
    }

    String admin() {
        return "http://127.0.0.1:" + ports.get(1);
    }

    String broker() {
        return "http://127.0.0.1:" + ports.get(2);
    }

    List<Integer> ports() {
        return ports;
    }

    ChildJvm child() {
        return child;
    }

    Http http() {
        return http;
    }

    JsonNode json(String url, String... headers) {
        HttpResponse<String> answer = http.get(url, headers);
        if (answer.statusCode() != 200) {
            throw new AssertionError(url + " answered " + answer.statusCode() + answer.body());
        }
        return JsonMapper.shared().readTree(answer.body());
    }

    String clusterId() {
        return json(gateway() + "/v3/clusters").at("/data/0/cluster_id").asString();
    }

    void createTopic(String topic, int partitions) {
        HttpResponse<String> answer =
                http.post(
                        gateway() + "/v3/clusters/" + clusterId() + "/topics",
                        "application/json",
                        "{\"topic_name\":\"%s\",\"partitions_count\":%d}"
                                .formatted(topic, partitions));
        if (answer.statusCode() != 201) {
            throw new AssertionError("create answered " + answer.statusCode() + answer.body());
        }
    }

    /** Appends each line of the body as one record, and answers the offset of the first. */
    long produceLines(String topic, int partition, List<String> lines) {
        HttpResponse<String> answer =
                http.post(
                        gateway() + "/topics/" + topic + "/partitions/" + partition + "?lines=true",
                        "text/plain",
                        String.join("\n", lines) + "\n");
        if (answer.statusCode() != 200) {
            throw new AssertionError("produce answered " + answer.statusCode() + answer.body());
        }
        return Acknowledgement.firstOffset(answer.body(), partition, lines.size());
    }

    void kill9() {
        child.kill9();
        http.close();
    }

    /** SIGTERM; answers the exit code. */
    int stop() {
        http.close();
        return child.terminate(STOP_WAIT);
    }

    @Override
    public void close() {
        http.close();
        child.close();
    }
}
