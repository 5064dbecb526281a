package io.headrace.standalone;

import static io.headrace.testkit.process.KafkaPeer.Release.CURRENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.model.cluster.TopicImage;
import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.KafkaPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka's own tools for clusters, each in a process of its own, on a class archive of the first.
 */
@ExtendWith(SharedCluster.class)
class ClusterToolsTest {

    private static final String TOOLS = "org.apache.kafka.tools.";
    private static final String TOPICS = TOOLS + "TopicCommand";
    private static final String REASSIGN = TOOLS + "reassign.ReassignPartitionsCommand";
    private static final String ELECT = TOOLS + "LeaderElectionCommand";
    private static final String CONFIGS = "kafka.admin.ConfigCommand";
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int RECORD_BYTES = 100_000;

    @TempDir static Path shared;

    @TempDir Path temp;

    private PartsCluster cluster;

    @BeforeAll
    static void archiveClasses(PartsCluster cluster) {
        KafkaPeer.run(
                KafkaPeer.of(CURRENT, TOPICS)
                        .jvmArgs("-XX:ArchiveClassesAtExit=" + shared.resolve("classes.jsa"))
                        .args("--bootstrap-server", cluster.bootstrapServers(), "--list"),
                LIMIT);
    }

    @BeforeEach
    void cluster(PartsCluster running) throws Exception {
        cluster = running;
        cluster.awaitHealthy();
    }

    private static ChildJvm.Builder prepared(String mainClass) {
        return KafkaPeer.of(CURRENT, mainClass)
                .jvmArgs("-XX:SharedArchiveFile=" + shared.resolve("classes.jsa"));
    }

    private String tool(String mainClass, String... args) {
        return KafkaPeer.run(
                prepared(mainClass)
                        .args(
                                Stream.concat(
                                                Stream.of(
                                                        "--bootstrap-server",
                                                        cluster.bootstrapServers()),
                                                Stream.of(args))
                                        .toArray(String[]::new)),
                LIMIT);
    }

    private Path file(String name, String json) throws Exception {
        return Files.writeString(temp.resolve(name), json);
    }

    private void fill(String topic, int partition, int records) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", cluster.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            Future<?> last = null;
            for (int i = 0; i < records; i++) {
                last =
                        producer.send(
                                new ProducerRecord<>(
                                        topic, partition, null, new byte[RECORD_BYTES]));
            }
            producer.flush();
            assertThat(last).isNotNull().isDone();
        }
    }

    @Test
    void partitions_are_moved_throttled_cancelled_and_verified() throws Exception {
        String topic = "tools-moved";
        cluster.createTopic(topic, List.of(List.of(1, 2), List.of(2, 1)));
        fill(topic, 0, 80);
        Path topics =
                file("topics.json", "{\"version\":1,\"topics\":[{\"topic\":\"" + topic + "\"}]}");
        String generated =
                tool(
                        REASSIGN,
                        "--topics-to-move-json-file",
                        topics.toString(),
                        "--broker-list",
                        "2,3",
                        "--generate");
        assertThat(generated).contains("Current partition replica assignment");
        Path plan =
                file(
                        "plan.json",
                        generated
                                .lines()
                                .filter(line -> line.startsWith("{"))
                                .reduce((first, last) -> last)
                                .orElseThrow());
        String file = "--reassignment-json-file";
        assertThat(tool(REASSIGN, file, plan.toString(), "--execute", "--throttle", "100000"))
                .contains("Successfully started partition reassignment");
        assertThat(tool(REASSIGN, file, plan.toString(), "--verify", "--preserve-throttles"))
                .contains("is still in progress");
        assertThat(tool(REASSIGN, "--list")).contains(topic + "-0: replicas: ");
        assertThat(tool(CONFIGS, "--describe", "--entity-type", "brokers", "--entity-name", "3"))
                .contains("follower.replication.throttled.rate=100000");
        Path other =
                file(
                        "other.json",
                        """
                        {"version":1,"partitions":[{"topic":"%s","partition":1,"replicas":[1,3]}]}
                        """
                                .formatted(topic));
        assertThatThrownBy(() -> tool(REASSIGN, file, other.toString(), "--execute"))
                .hasMessageContaining("there is an existing partition assignment");
        assertThat(tool(REASSIGN, file, other.toString(), "--execute", "--additional"))
                .contains("Successfully started partition reassignment");
        assertThat(tool(REASSIGN, file, plan.toString(), "--cancel"))
                .contains("Successfully cancelled partition reassignment");
        cluster.await(image -> image.topic(topic).orElseThrow().moves().isEmpty());
        assertThat(cluster.image().topic(topic).orElseThrow().assignments().getFirst())
                .containsExactlyInAnyOrder(1, 2);
        assertThat(tool(REASSIGN, file, plan.toString(), "--execute"))
                .contains("Successfully started partition reassignment");
        cluster.await(image -> image.topic(topic).orElseThrow().moves().isEmpty());
        assertThat(tool(REASSIGN, file, plan.toString(), "--verify"))
                .contains("Reassignment of partition " + topic + "-0 is completed.");
        assertThat(cluster.image().brokerConfigs().getOrDefault(3, Map.of())).isEmpty();
        assertThat(cluster.image().topic(topic).orElseThrow().config())
                .as("no throttle is left")
                .doesNotContainKey("leader.replication.throttled.replicas")
                .doesNotContainKey("follower.replication.throttled.replicas");
        assertThat(tool(TOPICS, "--describe", "--topic", topic))
                .containsPattern("Partition: 0\tLeader: [23]\tReplicas: (2,3|3,2)\tIsr: ");
        cluster.awaitInSync(topic, 2);
        cluster.checkReplicasEqual(topic);
        assertThat(
                        tool(
                                TOOLS + "LogDirsCommand",
                                "--describe",
                                "--broker-list",
                                "2,3",
                                "--topic-list",
                                topic))
                .contains("\"broker\":2", "\"broker\":3", topic + "-0", topic + "-1")
                .doesNotContain("\"broker\":1");
        try (ChildJvm verification =
                prepared(TOOLS + "ReplicaVerificationTool")
                        .args(
                                "--broker-list",
                                cluster.bootstrapServers(),
                                "--topics-include",
                                topic,
                                "--report-interval-ms",
                                "500")
                        .start()) {
            assertThat(verification.awaitLine(line -> line.contains("max lag is"), LIMIT))
                    .contains("max lag is 0 ");
        }
    }

    @Test
    void leaders_are_elected_by_preference_and_against_the_odds_only_when_told_so()
            throws Exception {
        String topic = "tools-led";
        cluster.createTopic(topic, List.of(List.of(2, 1, 3)));
        Path order =
                file(
                        "order.json",
                        """
                        {"version":1,"partitions":[{"topic":"%s","partition":0,"replicas":[1,2,3]}]}
                        """
                                .formatted(topic));
        assertThat(tool(REASSIGN, "--reassignment-json-file", order.toString(), "--execute"))
                .contains("Successfully started");
        cluster.await(image -> image.topic(topic).orElseThrow().moves().isEmpty());
        assertThat(elect(topic, "preferred")).contains("Successfully completed leader election");
        cluster.await(image -> leader(image.topic(topic).orElseThrow()) == 1);

        String risked = "tools-risked";
        cluster.createTopic(risked, List.of(List.of(1, 2)));
        assertThat(
                        tool(
                                CONFIGS,
                                "--alter",
                                "--entity-type",
                                "topics",
                                "--entity-name",
                                risked,
                                "--add-config",
                                "min.insync.replicas=1"))
                .contains("Completed updating config");
        cluster.parts().kill9(2);
        cluster.awaitInSync(risked, 1);
        fill(risked, 0, 1);
        assertThat(tool(TOPICS, "--describe", "--under-replicated-partitions"))
                .contains("Topic: " + risked);
        cluster.parts().kill9(1);
        cluster.parts().start(2);
        cluster.await(
                image ->
                        image.admission().epochs().containsKey(2)
                                && leader(image.topic(risked).orElseThrow()) == -1);
        assertThat(tool(TOPICS, "--describe", "--unavailable-partitions"))
                .containsPattern("Topic: " + risked + "\tPartition: 0\tLeader: none");
        assertThatThrownBy(() -> elect(risked, "preferred")).hasMessageContaining("exit code 1");
        assertThat(leader(cluster.image().topic(risked).orElseThrow())).isEqualTo(-1);
        assertThat(elect(risked, "unclean")).contains("Successfully completed leader election");
        cluster.await(image -> leader(image.topic(risked).orElseThrow()) == 2);
        cluster.parts().start(1);
        cluster.awaitHealthy();
        cluster.checkReplicasEqual(risked);
        cluster.checkReplicasEqual(topic);
    }

    private String elect(String topic, String type) {
        return tool(ELECT, "--election-type", type, "--topic", topic, "--partition", "0");
    }

    private static int leader(TopicImage topic) {
        return topic.states().getFirst().leader();
    }
}
