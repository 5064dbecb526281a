package io.headrace.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.topic.TopicId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker publishes about requests, topics and partitions, as Prometheus reads it. */
class BrokerMetricsTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String OFTEN = "--headrace.broker.metrics.refresh-every=100ms";

    @TempDir Path folder;

    /** Fault run F26, seed 34: a scrape in the moment of a refresh answered 500. */
    @Test
    void a_group_that_stays_keeps_its_meter() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        BrokerMetrics metrics = new BrokerMetrics(registry, new BrokerMetrics.Bounds(10, 10));
        metrics.showGroups(Map.of("stays", 1, "goes", 1));
        Gauge before = members(registry, "stays");

        metrics.showGroups(Map.of("stays", 2));

        assertThat(members(registry, "stays")).isSameAs(before);
        assertThat(before.value()).isEqualTo(2);
        assertThat(registry.get(MetricNames.GROUP_MEMBERS).gauges()).hasSize(1);
    }

    private static Gauge members(MeterRegistry registry, String group) {
        return registry.get(MetricNames.GROUP_MEMBERS).tag(MetricNames.TAG_GROUP, group).gauge();
    }

    private static String scrape(RunningBroker broker) {
        return broker.get(broker.url() + "/actuator/prometheus").body();
    }

    private static double value(String scrape, String series) {
        Matcher line =
                Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE)
                        .matcher(scrape);
        assertThat(line.find()).as(series + " in\n" + scrape).isTrue();
        return Double.parseDouble(line.group(1));
    }

    private static void produceAndRead(RunningBroker broker, String... topics) throws Exception {
        try (KafkaProducer<String, String> producer =
                        new KafkaProducer<>(
                                Map.of("bootstrap.servers", broker.bootstrap()),
                                new StringSerializer(),
                                new StringSerializer());
                KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(
                                Map.of(
                                        "bootstrap.servers",
                                        broker.bootstrap(),
                                        "auto.offset.reset",
                                        "earliest"),
                                new StringDeserializer(),
                                new StringDeserializer())) {
            for (String topic : topics) {
                producer.send(new ProducerRecord<>(topic, "v")).get();
                consumer.assign(List.of(new TopicPartition(topic, 0)));
                Awaitility.await()
                        .atMost(LIMIT)
                        .until(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
            }
        }
    }

    @Test
    void requests_are_timed_and_the_series_of_topics_are_bounded_and_go_with_their_topic()
            throws Exception {
        try (RunningBroker broker =
                RunningBroker.start(folder, "--headrace.broker.metrics.topics-max=2", OFTEN)) {
            TopicId one = broker.createTopic("one", 1, Map.of());
            for (String topic : List.of("two", "three")) {
                broker.createTopic(topic, 1, Map.of());
            }
            produceAndRead(broker, "one", "two", "three");
            String requests = "kafka_network_requestmetrics_totaltimems";
            String scrape = scrape(broker);
            for (String kind : List.of("Produce", "FetchConsumer", "Metadata", "ApiVersions")) {
                assertThat(value(scrape, requests + "_count{request=\"" + kind + "\"}"))
                        .isPositive();
                assertThat(value(scrape, requests + "{request=\"" + kind + "\",quantile=\"0.99\"}"))
                        .isPositive();
                assertThat(
                                value(
                                        scrape,
                                        "headrace_broker_kafka_requests_seconds_bucket{request=\""
                                                + kind
                                                + "\",le=\"+Inf\"}"))
                        .isPositive();
            }
            assertThat(scrape).doesNotContain("request=\"FetchFollower\"");
            assertThat(value(scrape, "kafka_server_socket_server_metrics_connection_count"))
                    .isNotNegative();

            String messages = "kafka_server_brokertopicmetrics_messagesin_total";
            assertThat(value(scrape, messages)).isEqualTo(3);
            assertThat(value(scrape, messages + "{topic=\"one\"}")).isOne();
            assertThat(scrape).doesNotContain(messages + "{topic=\"three\"}");

            String of = "{partition=\"0\",topic=\"one\"}";
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(
                            () ->
                                    assertThat(scrape(broker))
                                            .contains("kafka_log_log_size" + of)
                                            .contains(
                                                    "kafka_cluster_partition_replicascount" + of));
            String series = scrape(broker);
            assertThat(value(series, "kafka_cluster_partition_underminisr" + of)).isZero();
            assertThat(value(series, "kafka_cluster_partition_atminisr" + of)).isOne();
            assertThat(value(series, "kafka_cluster_partition_replicascount" + of)).isOne();

            assertThat(value(series, "kafka_topic_partition_oldest_offset" + of)).isZero();
            assertThat(value(series, "kafka_topic_partition_current_offset" + of)).isOne();

            broker.deleteTopic("one", one, 0);
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(scrape(broker)).doesNotContain("topic=\"one\""));
            assertThat(value(scrape(broker), messages)).isEqualTo(3);
            produceAndRead(broker, "three");
            assertThat(value(scrape(broker), messages + "{topic=\"three\"}")).isOne();
        }
    }

    @Test
    void a_broker_with_more_partitions_than_the_bound_has_no_series_of_each() throws Exception {
        try (RunningBroker broker =
                RunningBroker.start(folder, "--headrace.broker.metrics.partitions-max=3", OFTEN)) {
            broker.createTopic("wide", 4, Map.of());
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(
                            () ->
                                    assertThat(
                                                    value(
                                                            scrape(broker),
                                                            "headrace_broker_partition_series_left_out"))
                                            .isEqualTo(4));
            assertThat(scrape(broker))
                    .doesNotContain("kafka_log_log_size{")
                    .doesNotContain("kafka_cluster_partition_");
        }
    }
}
