package io.headrace.standalone;

import static io.headrace.testkit.process.KafkaPeer.Release.CURRENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.KafkaPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Kafka's verifiable producer and consumer, each in a process of its own, from the beginning to the
 * end of something that they must not notice. The producer is told to try again and to be
 * idempotent, as producers are by default; this tool is not.
 */
final class VerifiableClients implements AutoCloseable {

    private static final Duration WAIT = Duration.ofMinutes(1);

    private final int partitions;
    private final ChildJvm producer;
    private final ChildJvm consumer;

    VerifiableClients(PartsCluster cluster, String topic, int partitions, Path folder)
            throws IOException {
        this.partitions = partitions;
        Path settings =
                Files.writeString(
                        folder.resolve("verifiable.properties"),
                        "retries=2147483647\nenable.idempotence=true\n");
        this.producer =
                KafkaPeer.of(CURRENT, "org.apache.kafka.tools.VerifiableProducer")
                        .args("--bootstrap-server", cluster.bootstrapServers(), "--topic", topic)
                        .args("--acks", "-1", "--throughput", "50")
                        .args("--command-config", settings.toString())
                        .start();
        this.consumer =
                KafkaPeer.of(CURRENT, "org.apache.kafka.tools.VerifiableConsumer")
                        .args("--bootstrap-server", cluster.bootstrapServers(), "--topic", topic)
                        .args("--group-id", "verifiers-of-" + topic, "--reset-policy", "earliest")
                        .start();
    }

    void awaitFlow() {
        producer.awaitLine(line -> line.contains("\"producer_send_success\""), WAIT);
        consumer.awaitLine(line -> line.contains("\"offsets_committed\""), WAIT);
    }

    /**
     * Ends both; everything sent was acknowledged, and read once.
     *
     * @return how many records that is
     */
    long finish() {
        assertThat(producer.terminate(WAIT)).isEqualTo(143);
        List<JsonNode> produced = events(producer);
        assertThat(produced)
                .noneMatch(event -> event.path("name").asString().equals("producer_send_error"));
        JsonNode summary =
                produced.stream()
                        .filter(event -> event.path("name").asString().equals("tool_data"))
                        .findFirst()
                        .orElseThrow();
        long acknowledged = summary.path("acked").asLong();
        assertThat(acknowledged).isEqualTo(summary.path("sent").asLong()).isPositive();
        Awaitility.await().atMost(WAIT).until(() -> consumed() >= acknowledged);
        assertThat(consumer.terminate(WAIT)).isEqualTo(143);
        assertThat(consumed()).isEqualTo(acknowledged);
        assertThat(events(consumer))
                .filteredOn(event -> event.path("name").asString().equals("offsets_committed"))
                .allMatch(event -> event.path("success").asBoolean());
        return acknowledged;
    }

    /** All of it without a gap and without anything twice. */
    private long consumed() {
        long[] next = new long[partitions];
        long count = 0;
        for (JsonNode event : events(consumer)) {
            if (!event.path("name").asString().equals("records_consumed")) {
                continue;
            }
            count += event.path("count").asLong();
            for (JsonNode part : event.path("partitions")) {
                int partition = part.path("partition").asInt();
                assertThat(part.path("minOffset").asLong()).isEqualTo(next[partition]);
                next[partition] = part.path("maxOffset").asLong() + 1;
            }
        }
        return count;
    }

    private static List<JsonNode> events(ChildJvm tool) {
        List<JsonNode> events = new ArrayList<>();
        tool.output()
                .lines()
                .filter(line -> line.startsWith("{"))
                .forEach(line -> events.add(JsonMapper.shared().readTree(line)));
        return events;
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
