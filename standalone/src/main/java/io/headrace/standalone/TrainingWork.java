package io.headrace.standalone;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What the platform does in a training run, so that the start-up cache holds what a broker needs
 * when clients, followers and new leaderships come, and not only what a start needs: a process that
 * has just started would else load it while clients wait.
 *
 * <p>Errors: what does not work in {@link #WAIT} ends the run.
 */
final class TrainingWork implements AutoCloseable {

    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final String TOPIC = "trained";
    private static final int PARTITIONS = 6;
    private static final int RECORDS = 600;

    private final String bootstrap;
    private final String gateway;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(WAIT).build();
    private final KafkaProducer<String, String> producer;

    /**
     * @param bootstrap address of the brokers' Kafka listeners
     * @param gateway its URL
     */
    TrainingWork(String bootstrap, String gateway) {
        this.bootstrap = bootstrap;
        this.gateway = gateway;
        this.producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrap),
                        new StringSerializer(),
                        new StringSerializer());
    }

    /** A topic with so many replicas of each partition, all of which must be in sync. */
    void createTopic(int replicas)
            throws InterruptedException, ExecutionException, TimeoutException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            NewTopic topic =
                    new NewTopic(TOPIC, PARTITIONS, (short) replicas)
                            .configs(Map.of("min.insync.replicas", Integer.toString(replicas)));
            admin.createTopics(List.of(topic)).all().get(WAIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Writes to all partitions, with Kafka's client and over HTTP, and reads it in a group. */
    void run() throws IOException, InterruptedException, ExecutionException, TimeoutException {
        for (int i = 0; i < RECORDS; i += PARTITIONS) {
            for (int p = 1; p < PARTITIONS; p++) {
                var _ = send(i + p);
            }
            var _ = send(i).get(WAIT.toSeconds(), TimeUnit.SECONDS);
        }
        String url = gateway + "/topics/" + TOPIC;
        call(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"records\":[{\"value\":1}]}")));
        call(HttpRequest.newBuilder(URI.create(url + "/partitions/0/records")));
        readInGroup();
    }

    private Future<RecordMetadata> send(int number) {
        return producer.send(
                new ProducerRecord<>(
                        TOPIC, number % PARTITIONS, "key " + number, "value " + number));
    }

    private void readInGroup() {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrap,
                                "group.id",
                                TOPIC,
                                "auto.offset.reset",
                                "earliest",
                                "enable.auto.commit",
                                false),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            int read = 0;
            long deadline = System.nanoTime() + WAIT.toNanos();
            while (read < RECORDS) {
                read += consumer.poll(Duration.ofMillis(100)).count();
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("the group has read only " + read);
                }
            }
            consumer.commitSync();
        }
    }

    private void call(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(request.timeout(WAIT).build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer + ": " + answer.body());
        }
    }

    @Override
    public void close() {
        producer.close(WAIT);
        http.close();
    }
}
