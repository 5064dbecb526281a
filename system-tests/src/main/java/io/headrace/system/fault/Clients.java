package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Clients of an attack's own, beside those of the load: they note nothing in the history. */
final class Clients {

    private static final Duration OPEN_MAX = Duration.ofSeconds(30);
    private static final int REQUEST_MAX_MS = 10_000;
    private static final int ANSWER_MAX_MS = 20_000;
    private static final int POLLS = 20;

    private final Field field;

    Clients(Field field) {
        this.field = field;
    }

    /** In which leader epochs the partitions of the attacked topic are. */
    Map<TopicPartition, Integer> leaderEpochs() throws IOException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int p = 0; p < field.partitions(); p++) {
            latest.put(new TopicPartition(field.topic(), p), OffsetSpec.latest());
        }
        Map<TopicPartition, Integer> epochs = new HashMap<>();
        try (Admin admin = admin()) {
            answer(admin.listOffsets(latest).all())
                    .forEach(
                            (partition, end) ->
                                    epochs.put(partition, end.leaderEpoch().orElse(-1)));
        }
        return epochs;
    }

    /**
     * A client that reads the attacked topic from its start again and again, whatever is answered.
     *
     * @return how many records it got
     */
    long readFromStart(double seconds) throws IOException {
        long all = 0;
        long untilNs = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        List<TopicPartition> each =
                IntStream.range(0, field.partitions())
                        .mapToObj(p -> new TopicPartition(field.topic(), p))
                        .toList();
        while (System.nanoTime() < untilNs) {
            try (KafkaConsumer<byte[], byte[]> reader =
                    new KafkaConsumer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    field.cluster().bootstrapServers(),
                                    "request.timeout.ms",
                                    REQUEST_MAX_MS,
                                    "default.api.timeout.ms",
                                    ANSWER_MAX_MS),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer())) {
                reader.assign(each);
                reader.seekToBeginning(each);
                long read = 0;
                for (int i = 0; i < POLLS && System.nanoTime() < untilNs; i++) {
                    read += reader.poll(Duration.ofMillis(200)).count();
                }
                all += read;
                field.mark("read " + read + " from the start");
            } catch (KafkaException e) {
                field.mark("a reader from the start: " + e);
                field.pause(0.5);
            }
        }
        return all;
    }

    /** A topic with one partition, which only this broker keeps, and which takes records. */
    String topicAt(Node broker) throws IOException {
        return topicOn(List.of(broker));
    }

    /** A topic with one partition, which takes records and which the first of these leads. */
    String topicOn(List<Node> brokers) throws IOException {
        Node broker = brokers.getFirst();
        List<Integer> ids = brokers.stream().map(field::id).toList();
        String name =
                field.topic()
                        + "-at-"
                        + field.id(broker)
                        + "-"
                        + field.random().nextInt(Integer.MAX_VALUE);
        try (Admin admin = admin()) {
            answer(admin.createTopics(List.of(new NewTopic(name, Map.of(0, ids)))).all());
        }
        if (!Waiting.until(OPEN_MAX, () -> refusal(name).isEmpty())) {
            throw new IOException(name + " takes nothing");
        }
        return name;
    }

    /** What a producer that does not try again is told; empty when its record is taken. */
    String refusal(String ofTopic) throws IOException {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                field.cluster().bootstrapServers(),
                                "retries",
                                0,
                                "enable.idempotence",
                                false,
                                "request.timeout.ms",
                                REQUEST_MAX_MS,
                                "delivery.timeout.ms",
                                ANSWER_MAX_MS),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(ofTopic, new byte[] {1}))
                    .get(2L * ANSWER_MAX_MS, TimeUnit.MILLISECONDS);
            return "";
        } catch (ExecutionException e) {
            return e.getCause() == null ? e.toString() : e.getCause().getClass().getSimpleName();
        } catch (TimeoutException e) {
            return "nothing";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Of Kafka's own tools and protocol. */
    Admin admin() {
        return Admin.create(
                Map.of(
                        "bootstrap.servers",
                        field.cluster().bootstrapServers(),
                        "request.timeout.ms",
                        REQUEST_MAX_MS,
                        "default.api.timeout.ms",
                        ANSWER_MAX_MS));
    }

    /** What the brokers answer. */
    static <T> T answer(KafkaFuture<T> future) throws IOException {
        try {
            return future.get(2 * ANSWER_MAX_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "the brokers did not do what was asked: "
                            + (e.getCause() == null ? e : e.getCause()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
