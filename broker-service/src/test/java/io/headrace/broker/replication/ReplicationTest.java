package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.TestCluster;
import io.headrace.broker.replica.Partition;
import io.headrace.testkit.replica.ReplicasEqual;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeletedRecords;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers with real sockets, files and ZooKeeper; the test is the controller. */
class ReplicationTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String TOPIC = "orders";

    @TempDir Path folder;

    private static Producer<String, String> producer(TestCluster cluster) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", cluster.bootstrap());
        properties.put("acks", "all");
        properties.put("linger.ms", "0");
        properties.put("metadata.max.age.ms", "2000");
        return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    }

    private static List<Future<RecordMetadata>> send(
            Producer<String, String> producer, int from, int count) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            sent.add(producer.send(new ProducerRecord<>(TOPIC, 0, null, "v" + i)));
        }
        return sent;
    }

    private static void await(List<Future<RecordMetadata>> sent) throws Exception {
        for (Future<RecordMetadata> each : sent) {
            assertThat(each.get(30, TimeUnit.SECONDS).hasOffset()).isTrue();
        }
    }

    private static void awaitCopied(TestCluster cluster, List<Integer> ids, long end) {
        Awaitility.await()
                .atMost(LIMIT)
                .until(
                        () ->
                                ids.stream()
                                        .map(id -> cluster.replica(id, TOPIC, 0))
                                        .allMatch(
                                                p ->
                                                        p.log().logEndOffset() == end
                                                                && p.highWatermark() == end));
    }

    private static List<String> values(TestCluster cluster, long end) throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", cluster.bootstrap());
        try (Consumer<String, String> consumer =
                new KafkaConsumer<>(
                        properties, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new ArrayList<>();
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                consumer.poll(Duration.ofMillis(200))
                                        .forEach(record -> values.add(record.value()));
                                return values.size() >= end;
                            });
            return values;
        }
    }

    private static List<String> expected(int count) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add("v" + i);
        }
        return values;
    }

    @Test
    void acknowledgedRecordsOutliveTheirLeadersAndReplicasAreEqual() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 3)) {
            cluster.createTopic(TOPIC, List.of(1, 2, 3), Map.of("min.insync.replicas", "2"));
            try (Producer<String, String> producer = producer(cluster)) {
                await(send(producer, 0, 300));
                awaitCopied(cluster, List.of(1, 2, 3), 300);

                // The first leader goes, while records are under way.
                List<Future<RecordMetadata>> underWay = send(producer, 300, 100);
                cluster.elect(TOPIC, 2, List.of(2, 3));
                await(underWay);
                await(send(producer, 400, 100));
                awaitCopied(cluster, List.of(1, 2, 3), 500);
                Awaitility.await()
                        .atMost(LIMIT)
                        .until(() -> cluster.state(TOPIC).isr().contains(1));
                Partition first = cluster.replica(1, TOPIC, 0);
                assertThat(first.leadership()).isNull();
                assertThat(first.log().latestLeaderEpoch()).isEqualTo(1);

                // It stops cleanly, misses records, comes back and catches up.
                cluster.stop(1); // the leader takes it out of the ISR
                assertThat(cluster.state(TOPIC).isr()).containsExactlyInAnyOrder(2, 3);
                assertThat(cluster.healthDetails(2))
                        .containsEntry("underReplicatedPartitions", 1)
                        .containsEntry("underMinIsrPartitions", 0);
                await(send(producer, 500, 100));
                cluster.launch(1);
                cluster.admitAll();
                awaitCopied(cluster, List.of(1, 2, 3), 600);
                Awaitility.await()
                        .atMost(LIMIT)
                        .untilAsserted(
                                () ->
                                        assertThat(cluster.state(TOPIC).isr())
                                                .containsExactlyInAnyOrder(1, 2, 3));
            }
            assertThat(values(cluster, 600)).containsExactlyElementsOf(expected(600));
            int batches =
                    ReplicasEqual.check(
                            List.of(
                                    cluster.directory(1, TOPIC),
                                    cluster.directory(2, TOPIC),
                                    cluster.directory(3, TOPIC)),
                            600);
            assertThat(batches).isPositive();
        }
    }

    @Test
    void deletionOfRecordsIsAnsweredWhenEveryReplicaStartsThereThoughNothingMoreIsWritten()
            throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 3)) {
            cluster.createTopic(TOPIC, List.of(1, 2, 3), Map.of("min.insync.replicas", "2"));
            try (Producer<String, String> producer = producer(cluster);
                    Admin admin =
                            Admin.create(
                                    Map.<String, Object>of(
                                            "bootstrap.servers", cluster.bootstrap()))) {
                await(send(producer, 0, 30));
                awaitCopied(cluster, List.of(1, 2, 3), 30);
                TopicPartition partition = new TopicPartition(TOPIC, 0);
                DeletedRecords deleted =
                        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(20)))
                                .lowWatermarks()
                                .get(partition)
                                .get(15, TimeUnit.SECONDS);
                assertThat(deleted.lowWatermark()).isEqualTo(20);
                assertThat(List.of(1, 2, 3))
                        .allMatch(id -> cluster.replica(id, TOPIC, 0).log().logStartOffset() == 20);
            }
        }
    }

    @Test
    void aConsumerReadsFromTheReplicaInItsRackAndGoesOnWhereThatOneLeadsOrStops() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 2)) {
            cluster.createTopic(TOPIC, List.of(1, 2), Map.of("min.insync.replicas", "1"));
            try (Producer<String, String> producer = producer(cluster);
                    Consumer<String, String> consumer = consumerInRack(cluster, 2)) {
                await(send(producer, 0, 100));
                List<String> values = new ArrayList<>();
                read(consumer, values, 100);
                assertThat(preferredReplica(consumer)).isEqualTo(2);

                // What is new wakes a fetch that waits at the follower.
                await(send(producer, 100, 50));
                read(consumer, values, 150);
                assertThat(preferredReplica(consumer)).isEqualTo(2);

                cluster.elect(TOPIC, 2, List.of(1, 2));
                await(send(producer, 150, 50));
                read(consumer, values, 200);
                cluster.elect(TOPIC, 1, List.of(1, 2));
                await(send(producer, 200, 50));
                read(consumer, values, 250);

                cluster.stop(2);
                await(send(producer, 250, 50));
                read(consumer, values, 300);
                assertThat(values).containsExactlyElementsOf(expected(300));
            }
        }
    }

    private static Consumer<String, String> consumerInRack(TestCluster cluster, int broker)
            throws Exception {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", cluster.bootstrap());
        properties.put("client.rack", "rack-" + broker);
        properties.put("auto.offset.reset", "none");
        Consumer<String, String> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        consumer.assign(List.of(partition));
        consumer.seek(partition, 0);
        return consumer;
    }

    private static void read(Consumer<String, String> consumer, List<String> values, int count) {
        Awaitility.await()
                .atMost(LIMIT)
                .until(
                        () -> {
                            consumer.poll(Duration.ofMillis(200))
                                    .forEach(record -> values.add(record.value()));
                            return values.size() >= count;
                        });
    }

    private static int preferredReplica(Consumer<String, String> consumer) {
        return consumer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("preferred-read-replica"))
                .map(metric -> ((Number) metric.getValue().metricValue()).intValue())
                .findFirst()
                .orElse(-1);
    }

    @Test
    void aStoppingLeaderServesUntilAnotherOneLeads() throws Exception {
        try (TestCluster cluster = TestCluster.start(folder, 2)) {
            cluster.createTopic(TOPIC, List.of(1, 2), Map.of("min.insync.replicas", "1"));
            try (Producer<String, String> producer = producer(cluster)) {
                await(send(producer, 0, 10));
                awaitCopied(cluster, List.of(1, 2), 10);
                CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> cluster.stop(1));
                Awaitility.await().atMost(LIMIT).until(() -> cluster.node(1).stopping());
                await(send(producer, 10, 10));
                assertThat(stopped).as("it waits to be relieved").isNotDone();
                cluster.elect(TOPIC, 2, List.of(2));
                await(send(producer, 20, 10));
                stopped.get(30, TimeUnit.SECONDS);
            }
            awaitCopied(cluster, List.of(2), 30);
            assertThat(values(cluster, 30)).containsExactlyElementsOf(expected(30));
            long stoppedEpoch = cluster.rememberedEpoch(1);
            cluster.launch(1);
            assertThat(cluster.node(1).provenEpoch())
                    .as("the proof of its clean stop")
                    .isEqualTo(stoppedEpoch);
        }
    }
}
