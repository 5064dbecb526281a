package io.headrace.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TombstoneTest {

    @TempDir Path folder;

    @Test
    void filesGoOnlyByATombstoneThatNamesTheTopicId() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            TopicId id = broker.createTopic("kept", 1, Map.of());
            broker.post(broker.batches("kept", 0), RunningBroker.batch("precious"));

            broker.forgetTopic("kept");
            awaitStatus(broker, "kept", 404);
            assertThat(directories(broker)).contains("kept-0");
            assertThat(broker.get(broker.url() + "/actuator/health/readiness").statusCode())
                    .isEqualTo(200);
            Awaitility.await()
                    .until(
                            () ->
                                    broker.get(broker.url() + "/actuator/health")
                                            .body()
                                            .contains("kept-0 (topic id " + id));

            broker.createTopic("kept", id, 1, Map.of());
            broker.awaitLed("kept", 1);
            assertThat(endOffset(broker, "kept")).contains("\"log_end_offset\":1,");

            redirectsToTheLeader(broker, id);
            recreatedNamesGetNoOldFiles(broker, id);
        }
    }

    private static void redirectsToTheLeader(RunningBroker broker, TopicId id) throws Exception {
        broker.put(
                ZkPaths.broker(2),
                new BrokerNode("http://127.0.0.1:9", Map.of(), null, "test", -1, "d", false));
        broker.state("kept", id, new PartitionState(2, 1, List.of(2), 1));
        Awaitility.await()
                .until(
                        () ->
                                broker.get(broker.batches("kept", 0) + "?offset=0").statusCode()
                                        == 421);
        HttpResponse<String> elsewhere =
                broker.post(broker.batches("kept", 0), RunningBroker.batch("x"));
        assertThat(elsewhere.statusCode()).isEqualTo(421);
        assertThat(elsewhere.headers().firstValue(BatchesHttp.LEADER_URL))
                .contains("http://127.0.0.1:9");
        assertThat(elsewhere.body()).contains("NOT_LEADER_OR_FOLLOWER").contains("\"leader_id\":2");
    }

    private static void recreatedNamesGetNoOldFiles(RunningBroker broker, TopicId id)
            throws Exception {
        broker.deleteTopic("kept", id, 600_000);
        awaitStatus(broker, "kept", 404);
        Awaitility.await().until(() -> !directories(broker).contains("kept-0"));
        assertThat(directories(broker))
                .anyMatch(name -> name.startsWith("kept-0.") && name.endsWith("-delete"));

        TopicId second = broker.createTopic("kept", 1, Map.of());
        assertThat(second).isNotEqualTo(id);
        assertThat(endOffset(broker, "kept")).contains("\"log_end_offset\":0,");
        broker.post(broker.batches("kept", 0), RunningBroker.batch("new"));

        broker.deleteTopic("kept", second, 0);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                directories(broker).stream()
                                                .filter(name -> name.startsWith("kept-0"))
                                                .count()
                                        == 1);
    }

    private static String endOffset(RunningBroker broker, String topic) {
        return broker.get(broker.url() + "/v1/topics/" + topic + "/partitions/0").body();
    }

    private static void awaitStatus(RunningBroker broker, String topic, int status) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                broker.get(broker.batches(topic, 0) + "?offset=0").statusCode()
                                        == status);
    }

    private static List<String> directories(RunningBroker broker) throws IOException {
        try (Stream<Path> paths = Files.list(broker.dataDir())) {
            return paths.filter(Files::isDirectory).map(p -> p.getFileName().toString()).toList();
        }
    }
}
