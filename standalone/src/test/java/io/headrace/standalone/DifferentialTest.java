package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.standalone.SideBySide.Side;
import io.headrace.testkit.process.KafkaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * One script of requests and edge cases, asked of us and of Apache Kafka; decoded answers are equal
 * but for the differences that each test names.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DifferentialTest {

    private static final String BEFORE_MAX = "message.timestamp.before.max.ms";

    private PlatformProcess platform;
    private KafkaServer kafka;
    private SideBySide both;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        kafka =
                KafkaServer.format(
                                temp.resolve("kafka"), Map.of("auto.create.topics.enable", "false"))
                        .start();
        Path config = Files.createDirectories(temp.resolve("config"));
        Files.writeString(
                config.resolve("broker.yml"),
                """
                headrace:
                  broker:
                    kafka:
                      auto-create-topics: false
                    groups:
                      initial-rebalance-delay: 0s
                """);
        platform = PlatformProcess.up(temp.resolve("headrace"), "--config", config.toString());
        both = new SideBySide(new Side(platform.bootstrapServers()), new Side(kafka.bootstrap()));
        for (int version = 0; version <= 2; version++) {
            both.ask(
                    "the cluster",
                    ApiKeys.DESCRIBE_CLUSTER,
                    version,
                    side -> new DescribeClusterRequestData(),
                    DescribeClusterResponseData.class,
                    (side, answer) -> side.name("cluster", answer.clusterId()));
        }
        createTopic("one", 1);
        createTopic("three", 3);
        createTopic("packed", 1);
        createTopic("keyed", 1, "cleanup.policy", "compact");
        createTopic("timely", 1, BEFORE_MAX, "1000000000");
        createTopic("keyed-and-timely", 1, "cleanup.policy", "compact", BEFORE_MAX, "1000000000");
    }

    private void createTopic(String topic, int partitions, String... settings) throws IOException {
        both.ask(
                "a topic",
                ApiKeys.CREATE_TOPICS,
                7,
                side -> creation(topic, partitions, settings),
                CreateTopicsResponseData.class,
                (side, answer) -> {
                    TopicQuestions.withoutConfigs(answer);
                    side.name("id of " + topic, answer.topics().find(topic).topicId());
                });
    }

    /** Its records never expire: those of the questions carry timestamps of long ago. */
    private static CreateTopicsRequestData creation(
            String topic, int partitions, String... settings) {
        CreateTopicsRequestData.CreatableTopicCollection topics =
                new CreateTopicsRequestData.CreatableTopicCollection();
        CreateTopicsRequestData.CreatableTopicConfigCollection configs =
                new CreateTopicsRequestData.CreatableTopicConfigCollection();
        configs.add(
                new CreateTopicsRequestData.CreatableTopicConfig()
                        .setName("retention.ms")
                        .setValue("-1"));
        for (int i = 0; i < settings.length; i += 2) {
            configs.add(
                    new CreateTopicsRequestData.CreatableTopicConfig()
                            .setName(settings[i])
                            .setValue(settings[i + 1]));
        }
        topics.add(
                new CreateTopicsRequestData.CreatableTopic()
                        .setName(topic)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) 1)
                        .setConfigs(configs));
        return new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(30_000);
    }

    @AfterAll
    void stop() throws Exception {
        System.out.println("answers compared: " + both.asked());
        both.close();
        platform.close();
        kafka.close();
    }

    /** Exactly these questions, by the beginning of their names, are answered differently. */
    private void assertDifferOnlyIn(String... named) {
        Set<String> unexpected = new TreeSet<>();
        Set<String> unseen = new TreeSet<>(List.of(named));
        both.differences()
                .forEach(
                        (question, answers) -> {
                            List<String> known =
                                    List.of(named).stream()
                                            .filter(each -> question.matches(each))
                                            .toList();
                            unseen.removeAll(known);
                            if (known.isEmpty()) {
                                unexpected.add(question + answers);
                            }
                        });
        both.forgetDifferences();
        assertThat(unexpected).as("answered differently: %s", unexpected).isEmpty();
        assertThat(unseen).as("named differences that are none any more").isEmpty();
    }

    @Test
    void topics_and_metadata() throws Exception {
        TopicQuestions.ask(both);
        assertDifferOnlyIn(
                // Kafka makes up an id for a topic that it does not make.
                "CreateTopics v7, only validated",
                // Kafka has no answer but an unknown error for the whole cluster.
                "Metadata v1[23], neither id nor name");
    }

    @Test
    void configs() throws Exception {
        ConfigQuestions.ask(both);
        assertDifferOnlyIn(
                // Kafka has no answer but an unknown error.
                "IncrementalAlterConfigs v[01], no such operation",
                // Kafka has no answer at all.
                "AlterConfigs v2, the same topic twice",
                // Kafka takes no policy for one (KIP-1161): such a topic grows for ever.
                "IncrementalAlterConfigs v[01], subtract all");
    }

    @Test
    void configs_of_brokers() throws Exception {
        ConfigQuestions.askOfBrokers(both);
        assertDifferOnlyIn(
                // Kafka keeps settings that it does not know.
                "IncrementalAlterConfigs v[01], of a broker, no such setting");
    }

    @Test
    void produce_fetch_and_offsets() throws Exception {
        ProduceQuestions.ask(both);
        RecordQuestions.ask(both);
        LogDirQuestions.ask(both);
        assertDifferOnlyIn(
                // Kafka finds the transaction before the control batch.
                "Produce v\\d+, a control batch",
                // All refuse the batch; we say more of why.
                "Produce v\\d+, cut short",
                "Produce v\\d+, length too small",
                "Produce v\\d+, magic 7",
                // Kafka tells the batch's own time as the time of appending it.
                "Produce v11, producer, (again|the first again|the fifth last)",
                // Kafka finds a record that has been deleted.
                "ListOffsets v\\d+, of the latest timestamp where all is deleted");
    }

    @Test
    void moves_and_elections() throws Exception {
        MoveQuestions.ask(both);
        assertDifferOnlyIn(
                // Kafka takes each for itself, in order.
                "AlterPartitionReassignments v[01], the same twice");
    }

    @Test
    void groups() throws Exception {
        GroupQuestions.ask(both);
        OffsetQuestions.ask(both);
        GroupQuestions.askLast(both);
        assertDifferOnlyIn(
                // The message of no error.
                "FindCoordinator v[123], of .*");
    }
}
