package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A new platform has no topic for groups; the first group makes it create one. */
class FirstGroupTest {

    private static final List<String> LINES = List.of("one", "two", "three");

    @TempDir Path temp;

    @Test
    void the_first_consumer_of_a_group_needs_nothing_prepared() throws Exception {
        try (PlatformProcess platform = PlatformProcess.up(temp)) {
            platform.createTopic("grouped", 1);
            platform.produceLines("grouped", 0, LINES);
            Map<String, Object> config =
                    Map.of(
                            "bootstrap.servers", platform.bootstrapServers(),
                            "group.id", "first",
                            "auto.offset.reset", "earliest");
            TopicPartition partition = new TopicPartition("grouped", 0);
            try (KafkaConsumer<byte[], String> consumer =
                    new KafkaConsumer<>(
                            config,
                            new org.apache.kafka.common.serialization.ByteArrayDeserializer(),
                            new StringDeserializer())) {
                consumer.subscribe(List.of("grouped"));
                Set<String> values = new HashSet<>();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () -> {
                                    consumer.poll(Duration.ofMillis(200))
                                            .forEach(record -> values.add(record.value()));
                                    return values.size() == LINES.size();
                                });
                consumer.commitSync();
                assertThat(consumer.committed(Set.of(partition)).get(partition).offset())
                        .isEqualTo(LINES.size());
            }
            JsonNode topic =
                    platform.json(
                            platform.admin()
                                    + "/v3/clusters/"
                                    + platform.clusterId()
                                    + "/topics/__consumer_offsets");
            assertThat(topic.path("is_internal").asBoolean(false)).isTrue();
            assertThat(topic.path("partitions_count").asInt(0)).isEqualTo(50);
        }
    }
}
