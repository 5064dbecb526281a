package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own Java clients, with their defaults, against one broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StockClientTest {

    private RunningBroker broker;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker = RunningBroker.start(temp);
    }

    @AfterAll
    void stop() throws Exception {
        broker.close();
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) throws Exception {
        Map<String, Object> config = new java.util.HashMap<>(more);
        config.put("bootstrap.servers", broker.bootstrap());
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(Map<String, Object> more) throws Exception {
        Map<String, Object> config = new java.util.HashMap<>(more);
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void what_a_producer_sends_a_consumer_reads_in_order(String codec) throws Exception {
        String topic = "round-trip-" + codec;
        broker.createTopic(topic, 2, Map.of());
        int count = 5_000;
        try (KafkaProducer<String, String> producer = producer(Map.of("compression.type", codec))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(topic, i % 2, "k" + i, "value number " + i)));
            }
            for (int i = 0; i < count; i++) {
                assertThat(sent.get(i).get().offset()).isEqualTo(i / 2);
            }
        }
        try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
            TopicPartition first = new TopicPartition(topic, 0);
            TopicPartition second = new TopicPartition(topic, 1);
            consumer.assign(List.of(first, second));
            List<ConsumerRecord<String, String>> zero = new ArrayList<>();
            List<ConsumerRecord<String, String>> one = new ArrayList<>();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (zero.size() + one.size() < count && System.nanoTime() < deadline) {
                var records = consumer.poll(Duration.ofSeconds(1));
                zero.addAll(records.records(first));
                one.addAll(records.records(second));
            }
            assertThat(zero).hasSize(count / 2);
            assertThat(one).hasSize(count / 2);
            for (int i = 0; i < count / 2; i++) {
                assertThat(zero.get(i).offset()).isEqualTo(i);
                assertThat(zero.get(i).value()).isEqualTo("value number " + 2 * i);
                assertThat(one.get(i).value()).isEqualTo("value number " + (2 * i + 1));
            }
            assertThat(consumer.endOffsets(List.of(first))).containsEntry(first, (long) count / 2);
            assertThat(consumer.beginningOffsets(List.of(first))).containsEntry(first, 0L);
        }
    }

    @Test
    void a_consumer_that_waits_gets_a_record_when_it_comes() throws Exception {
        broker.createTopic("waiting", 1, Map.of());
        TopicPartition partition = new TopicPartition("waiting", 0);
        try (KafkaConsumer<String, String> consumer =
                        consumer(Map.of("fetch.max.wait.ms", 20_000));
                KafkaProducer<String, String> producer = producer(Map.of())) {
            consumer.assign(List.of(partition));
            assertThat(consumer.poll(Duration.ofMillis(300))).isEmpty();
            producer.send(new ProducerRecord<>("waiting", "now")).get();
            assertThat(consumer.poll(Duration.ofSeconds(15)).records(partition))
                    .extracting(ConsumerRecord::value)
                    .containsExactly("now");
        }
    }

    @Test
    void the_admin_client_sees_cluster_topics_offsets_and_configs() throws Exception {
        broker.createTopic("described", 3, Map.of("retention.ms", "1234567"));
        long now = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>("described", 1, now, "k", "v")).get();
            producer.send(new ProducerRecord<>("described", 1, now + 1_000, "k", "v")).get();
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            assertThat(admin.describeCluster().clusterId().get()).isEqualTo("test-cluster");
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
            var topic =
                    admin.describeTopics(List.of("described"))
                            .allTopicNames()
                            .get()
                            .get("described");
            assertThat(topic.partitions()).hasSize(3);
            assertThat(topic.partitions().get(2).leader().id()).isEqualTo(RunningBroker.ID);
            TopicPartition one = new TopicPartition("described", 1);
            assertThat(offset(admin, one, OffsetSpec.latest())).isEqualTo(2);
            assertThat(offset(admin, one, OffsetSpec.earliest())).isZero();
            assertThat(offset(admin, one, OffsetSpec.forTimestamp(now + 500))).isEqualTo(1);
            assertThat(offset(admin, one, OffsetSpec.forTimestamp(now + 8_000))).isEqualTo(-1);
            assertThat(offset(admin, one, OffsetSpec.maxTimestamp())).isEqualTo(1);
            var resource =
                    new org.apache.kafka.common.config.ConfigResource(
                            org.apache.kafka.common.config.ConfigResource.Type.TOPIC, "described");
            var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertThat(config.get("retention.ms").value()).isEqualTo("1234567");
            assertThat(config.get("retention.ms").isDefault()).isFalse();
            assertThat(config.get("cleanup.policy").isDefault()).isTrue();
        }
    }

    @Test
    void the_admin_client_deletes_records_and_sees_log_directories() throws Exception {
        broker.createTopic("shrinking", 1, Map.of());
        TopicPartition partition = new TopicPartition("shrinking", 0);
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("shrinking", "v" + i)).get();
            }
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            long low =
                    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4)))
                            .lowWatermarks()
                            .get(partition)
                            .get()
                            .lowWatermark();
            assertThat(low).isEqualTo(4);
            assertThat(offset(admin, partition, OffsetSpec.earliest())).isEqualTo(4);
            var directories =
                    admin.describeLogDirs(List.of(RunningBroker.ID))
                            .allDescriptions()
                            .get()
                            .get(RunningBroker.ID);
            assertThat(directories).hasSize(1);
            assertThat(directories.values().iterator().next().replicaInfos().get(partition).size())
                    .isPositive();
        }
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec)
            throws Exception {
        return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset();
    }
}
