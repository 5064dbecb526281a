package io.headrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import io.headrace.model.topic.TopicId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcknowledgementTest {

    @TempDir Path folder;

    @Test
    void allMeansEveryReplicaInSyncAndNothingUncommittedIsRead() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            TopicId id = TopicId.random();
            broker.registerOther(2);
            broker.state("acked", id, new PartitionState(1, 0, List.of(1), 0));
            broker.put(
                    ZkPaths.topic("acked"),
                    new TopicNode(
                            id.toString(),
                            List.of(List.of(1, 2)),
                            Map.of("min.insync.replicas", "2")));
            broker.awaitLed("acked", 1);
            HttpResponse<String> tooFew = produce(broker, "?acks=-1");
            assertThat(tooFew.statusCode()).isEqualTo(503);
            assertThat(tooFew.body()).contains("NOT_ENOUGH_REPLICAS").contains("not_done");
            assertThat(produce(broker, "?acks=1").body()).contains("\"base_offset\":0");
            assertThat(produce(broker, "?acks=0").statusCode()).isEqualTo(204);

            broker.state("acked", id, new PartitionState(1, 1, List.of(1, 2), 1));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> state(broker).contains("\"isr\":[1,2]"));
            HttpResponse<String> waited = produce(broker, "?acks=-1&timeout_ms=200");
            assertThat(waited.statusCode()).isEqualTo(503);
            assertThat(waited.body()).contains("REQUEST_TIMED_OUT").contains("\"unknown\"");
            assertThat(produce(broker, "?acks=1").body()).contains("\"base_offset\":3");
            assertThat(state(broker))
                    .contains("\"high_watermark\":0,")
                    .contains("\"log_end_offset\":4,");
            assertThat(broker.get(broker.batches("acked", 0) + "?offset=0").statusCode())
                    .isEqualTo(204);

            broker.state("acked", id, new PartitionState(1, 1, List.of(1), 2));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> state(broker).contains("\"isr\":[1],"));
            assertThat(state(broker)).contains("\"high_watermark\":0,");
            assertThat(broker.get(broker.batches("acked", 0) + "?offset=0").statusCode())
                    .isEqualTo(204);
        }
    }

    /** Kafka asks for the smaller of min.insync.replicas and the count of replicas. */
    @Test
    void aTopicOfOneReplicaNeedsNoMoreThanThatOneWhateverItsMinimumSays() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            broker.createTopic("acked", 1, Map.of("min.insync.replicas", "2"));
            HttpResponse<String> taken = produce(broker, "?acks=-1");
            assertThat(taken.body()).contains("\"base_offset\":0");
            assertThat(taken.statusCode()).isEqualTo(200);
            assertThat(state(broker)).contains("\"high_watermark\":1,");
            try (KafkaProducer<String, String> stock =
                    new KafkaProducer<>(
                            Map.of("bootstrap.servers", broker.bootstrap(), "acks", "all"),
                            new StringSerializer(),
                            new StringSerializer())) {
                assertThat(stock.send(new ProducerRecord<>("acked", "v")).get().offset()).isOne();
            }
        }
    }

    private static HttpResponse<String> produce(RunningBroker broker, String query) {
        return broker.post(broker.batches("acked", 0) + query, RunningBroker.batch("x"));
    }

    private static String state(RunningBroker broker) {
        return broker.get(broker.url() + "/v1/topics/acked/partitions/0").body();
    }
}
