package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.KafkaPeer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Streams: the program of examples/streams-word-count. */
@ExtendWith(SharedPlatform.class)
class StreamsWordCountTest {

    private static final Path PROGRAM =
            Path.of("..", "examples", "streams-word-count", "WordCount.java").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String APPLICATION = "word-count-of-sentences";

    @TempDir Path temp;

    @Test
    void words_are_counted_and_counted_on_after_the_state_folder_was_lost(
            PlatformProcess platform) {
        platform.createTopic("sentences", 2);
        platform.createTopic("word-counts", 1);
        platform.produceLines("sentences", 0, List.of("the cat and the dog", "and the bird"));
        platform.produceLines("sentences", 1, List.of("The dog!"));
        try (KafkaConsumer<String, String> counts = reader(platform)) {
            Map<String, String> latest = new HashMap<>();
            try (ChildJvm app = start(platform, "first")) {
                awaitCounts(
                        counts,
                        latest,
                        Map.of("the", "4", "cat", "1", "and", "2", "dog", "2", "bird", "1"),
                        app);
                assertThat(app.terminate(LIMIT)).isEqualTo(143);
            }
            assertThat(platform.http().get(platform.gateway() + "/topics").body())
                    .contains(
                            APPLICATION + "-words-repartition", APPLICATION + "-counts-changelog");
            platform.produceLines("sentences", 0, List.of("the end"));
            try (ChildJvm app = start(platform, "second")) {
                awaitCounts(counts, latest, Map.of("the", "5", "end", "1"), app);
                assertThat(temp.resolve("second")).isNotEmptyDirectory();
            }
            assertThat(latest).hasSize(6).containsEntry("dog", "2");
        }
    }

    private ChildJvm start(PlatformProcess platform, String stateFolder) {
        return KafkaPeer.start(
                PROGRAM.toString(),
                platform.bootstrapServers(),
                "sentences",
                "word-counts",
                temp.resolve(stateFolder).toString());
    }

    private static KafkaConsumer<String, String> reader(PlatformProcess platform) {
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", platform.bootstrapServers()),
                        new StringDeserializer(),
                        new StringDeserializer());
        List<TopicPartition> all = List.of(new TopicPartition("word-counts", 0));
        consumer.assign(all);
        consumer.seekToBeginning(all);
        return consumer;
    }

    private static void awaitCounts(
            KafkaConsumer<String, String> reader,
            Map<String, String> latest,
            Map<String, String> expected,
            ChildJvm app) {
        try {
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                reader.poll(Duration.ofMillis(200))
                                        .forEach(each -> latest.put(each.key(), each.value()));
                                return latest.entrySet().containsAll(expected.entrySet());
                            });
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(
                    "counted " + latest + "; the program says\n" + app.output(), e);
        }
    }
}
