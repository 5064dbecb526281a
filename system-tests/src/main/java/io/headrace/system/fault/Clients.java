package io.headrace.system.fault;

import io.headrace.system.cluster.Cluster;
import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Clients of an attack's own, beside those of the load: they note nothing in the history. */
final class Clients {

    private static final Duration OPEN_MAX = Duration.ofSeconds(30);
    private static final int REQUEST_MAX_MS = 10_000;
    private static final int ANSWER_MAX_MS = 20_000;
    private static final int POLLS = 20;

    static final Comparator<TopicPartition> IN_ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final Field field;

    Clients(Field field) {
        this.field = field;
    }

    /** The brokers that lead the partitions of the attacked topic. */
    Map<TopicPartition, Integer> leaders() throws IOException {
        Map<TopicPartition, Integer> leaders = new TreeMap<>(IN_ORDER);
        for (TopicPartitionInfo each : described(field.topic()).partitions()) {
            leaders.put(
                    new TopicPartition(field.topic(), each.partition()),
                    each.leader() == null ? -1 : each.leader().id());
        }
        return leaders;
    }

    /** Whether each partition of the attacked topic is led by the first of its replicas. */
    boolean areLeadersAtHome() throws IOException {
        return described(field.topic()).partitions().stream()
                .allMatch(
                        each ->
                                each.leader() != null
                                        && each.leader().id() == each.replicas().getFirst().id());
    }

    /** How many followers there are, of all partitions of all topics. */
    int followers() throws IOException {
        try (Admin admin = admin()) {
            Set<String> topics =
                    answer(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
            return answer(admin.describeTopics(topics).allTopicNames()).values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .mapToInt(each -> each.replicas().size() - 1)
                    .sum();
        }
    }

    TopicDescription described(String topic) throws IOException {
        try (Admin admin = admin()) {
            return answer(admin.describeTopics(List.of(topic)).allTopicNames())
                    .values()
                    .iterator()
                    .next();
        }
    }

    /** In which leader epochs the partitions of the attacked topic are. */
    Map<TopicPartition, Integer> leaderEpochs() throws IOException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int p = 0; p < field.partitions(); p++) {
            latest.put(new TopicPartition(field.topic(), p), OffsetSpec.latest());
        }
        Map<TopicPartition, Integer> epochs = new TreeMap<>(IN_ORDER);
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
        return topicOn(brokers, Map.of());
    }

    String topicOn(List<Node> brokers, Map<String, String> configs) throws IOException {
        Node broker = brokers.getFirst();
        List<Integer> ids = brokers.stream().map(field::id).toList();
        String name =
                field.topic()
                        + "-at-"
                        + field.id(broker)
                        + "-"
                        + field.random().nextInt(Integer.MAX_VALUE);
        try (Admin admin = admin()) {
            NewTopic topic = new NewTopic(name, Map.of(0, ids)).configs(configs);
            answer(admin.createTopics(List.of(topic)).all());
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
        return admin(field.cluster());
    }

    static Admin admin(Cluster cluster) {
        return Admin.create(
                Map.of(
                        "bootstrap.servers",
                        cluster.bootstrapServers(),
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
