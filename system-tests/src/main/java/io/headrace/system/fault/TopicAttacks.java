package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Topics that come, go and are tidied up (F44, F56, F57). */
final class TopicAttacks {

    private static final short COPIES = 3;
    private static final int SEVERAL = 40;
    private static final int LIVES_LEAST = 3;
    private static final int KEYS = 50;
    private static final int CHUNK = 500_000;
    private static final Duration CONVERGE = Duration.ofSeconds(60);
    private static final Duration SEND_MAX = Duration.ofSeconds(60);

    private TopicAttacks() {}

    /** F44: topics are made and deleted while the admin-services die. */
    static void admins(Field field) throws IOException {
        List<String> kept = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        List<String> asked = new ArrayList<>();
        List<Node> services = field.adminsInOrder();
        try (Admin admin = field.clients().admin()) {
            for (int i = 0; i < services.size() || field.goesOn(); i++) {
                Node service = services.get(i % services.size());
                String name = field.topic() + "-some-" + i;
                asked.add(name);
                var made = admin.createTopics(List.of(new NewTopic(name, 2, COPIES))).all();
                field.pause(field.random().nextDouble() * 0.1);
                ProcessAttacks.kill(field, service);
                if (isDone(field, made, "creation of " + name)) {
                    kept.add(name);
                }
                field.startAgain(service);
                if (!kept.isEmpty() && field.random().nextBoolean()) {
                    String old = kept.removeFirst();
                    var deleted = admin.deleteTopics(List.of(old)).all();
                    field.pause(field.random().nextDouble() * 0.1);
                    ProcessAttacks.kill(field, service);
                    if (isDone(field, deleted, "deletion of " + old)) {
                        gone.add(old);
                    }
                    field.startAgain(service);
                }
            }
            field.settle();
            Set<String> names = Clients.answer(admin.listTopics().names());
            for (String name : kept) {
                if (!names.contains(name)) {
                    field.wrong("C22", name + " was made, and is not there");
                }
            }
            for (String name : gone) {
                if (names.contains(name)
                        || !Waiting.until(CONVERGE, () -> !isOnDisk(field, name + "-0"))) {
                    field.wrong("C22", name + " was deleted, and is still there");
                }
            }
            for (String name : asked) {
                expectWholeOrNotAtAll(field, name, names.contains(name));
            }
        }
    }

    /** Also of what was left open nothing half done stays. */
    private static void expectWholeOrNotAtAll(Field field, String name, boolean isListed)
            throws IOException {
        boolean isSo =
                Waiting.until(
                        CONVERGE,
                        () ->
                                isListed
                                        ? field.clients().described(name).partitions().stream()
                                                .allMatch(each -> each.leader() != null)
                                        : !isOnDisk(field, name + "-0"));
        field.expect(
                isSo,
                "C22",
                name + (isListed ? " has partitions that nobody leads" : " has files, and is not"));
    }

    private static boolean isDone(
            Field field, org.apache.kafka.common.KafkaFuture<Void> change, String what) {
        try {
            Clients.answer(change);
            return true;
        } catch (IOException e) {
            field.mark(what + " is open: " + e.getCause());
            return false;
        }
    }

    private static boolean isOnDisk(Field field, String partition) {
        for (int id = 1; id <= field.cluster().brokers().size(); id++) {
            if (Files.exists(field.cluster().partition(id, partition))) {
                return true;
            }
        }
        return false;
    }

    /** F56: a topic is deleted and made again under the same name, while brokers die. */
    static void sameName(Field field) throws IOException {
        String name = field.topic() + "-again";
        try (Admin admin = field.clients().admin();
                KafkaProducer<String, String> producer = producer(field)) {
            for (int life = 0; life < LIVES_LEAST || field.goesOn(); life++) {
                Clients.answer(admin.createTopics(List.of(new NewTopic(name, 1, COPIES))).all());
                Node broker = life % 3 == 1 ? field.anyBroker() : null;
                if (broker != null) {
                    ProcessAttacks.kill(field, broker);
                }
                String value = "life " + life;
                for (int i = 0; i < SEVERAL; i++) {
                    send(producer, new ProducerRecord<>(name, "k" + i, value));
                }
                List<ConsumerRecord<String, String>> read = readAll(field, name, SEVERAL);
                if (read.size() != SEVERAL
                        || !read.stream().allMatch(each -> each.value().equals(value))) {
                    field.wrong("C10", name + " in " + value + " held " + text(read));
                }
                if (broker != null) {
                    field.startAgain(broker);
                }
                Clients.answer(admin.deleteTopics(List.of(name)).all());
                if (!Waiting.until(
                        CONVERGE,
                        () -> !Clients.answer(admin.listTopics().names()).contains(name))) {
                    field.wrong("C22", name + " was deleted, and is still listed");
                    return;
                }
            }
        }
        field.settle();
    }

    /** F57: a compacted topic, and one whose beginning is deleted, while leaders die. */
    static void tidied(Field field) throws IOException {
        String compacted = field.topic() + "-compacted";
        String cut = field.topic() + "-cut";
        Map<String, @Nullable String> latest = new HashMap<>();
        long sent = 0;
        long start = 0;
        try (Admin admin = field.clients().admin();
                KafkaProducer<String, String> producer = producer(field)) {
            Map<String, String> small =
                    Map.of("min.insync.replicas", "2", "segment.bytes", "20000");
            Map<String, String> compaction = new HashMap<>(small);
            compaction.put("cleanup.policy", "compact");
            compaction.put("min.cleanable.dirty.ratio", "0.01");
            Clients.answer(
                    admin.createTopics(
                                    List.of(
                                            new NewTopic(compacted, 1, COPIES).configs(compaction),
                                            new NewTopic(cut, 1, COPIES).configs(small)))
                            .all());
            while (field.goesOn()) {
                Node leader = field.leader(compacted, 0);
                ProcessAttacks.kill(field, leader);
                for (int i = 0; i < SEVERAL * KEYS; i++) {
                    String key = "k" + field.random().nextInt(KEYS);
                    String value = field.random().nextInt(10) == 0 ? null : "v" + sent;
                    send(producer, new ProducerRecord<>(compacted, key, value));
                    latest.put(key, value);
                    send(producer, new ProducerRecord<>(cut, "k", "v" + sent));
                    sent++;
                }
                start = sent - 1 - field.random().nextInt(SEVERAL);
                Clients.answer(
                        admin.deleteRecords(
                                        Map.of(
                                                new TopicPartition(cut, 0),
                                                RecordsToDelete.beforeOffset(start)))
                                .all());
                field.startAgain(leader);
                field.settle();
            }
        }
        Map<String, @Nullable String> found = new HashMap<>();
        long sentInAll = sent;
        List<List<ConsumerRecord<String, String>>> kept = new ArrayList<>();
        boolean isCompacted =
                Waiting.until(
                        CONVERGE,
                        () -> {
                            kept.add(readAll(field, compacted, Long.MAX_VALUE));
                            return kept.getLast().size() < sentInAll / 2;
                        });
        field.expect(isCompacted, "INCOMPLETE", compacted + " was not compacted");
        for (ConsumerRecord<String, String> each : kept.getLast()) {
            found.put(each.key(), each.value());
        }
        latest.forEach(
                (key, value) -> {
                    if (!Optional.ofNullable(value).equals(Optional.ofNullable(found.get(key)))) {
                        field.wrong(
                                "C1",
                                compacted
                                        + ": "
                                        + key
                                        + " is "
                                        + found.get(key)
                                        + ", not "
                                        + value);
                    }
                });
        List<ConsumerRecord<String, String>> rest = readAll(field, cut, sent - start);
        for (int i = 0; i < rest.size(); i++) {
            ConsumerRecord<String, String> each = rest.get(i);
            if (each.offset() != start + i || !each.value().equals("v" + (start + i))) {
                field.wrong(
                        "C10",
                        cut + ": " + text(List.of(each)) + " where " + (start + i) + " is due");
                return;
            }
        }
        if (rest.size() != sent - start) {
            field.wrong("C1", cut + " holds " + rest.size() + " of " + (sent - start));
        }
    }

    /** Makes a topic of one partition that holds about so much. */
    static void fill(Field field, String topic, int bytes) throws IOException {
        String value = "x".repeat(CHUNK);
        try (Admin admin = field.clients().admin();
                KafkaProducer<String, String> producer = producer(field)) {
            Clients.answer(admin.createTopics(List.of(new NewTopic(topic, 1, COPIES))).all());
            for (int sent = 0; sent < bytes; sent += CHUNK) {
                send(producer, new ProducerRecord<>(topic, "k", value));
            }
        }
    }

    private static KafkaProducer<String, String> producer(Field field) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        field.cluster().bootstrapServers(),
                        "delivery.timeout.ms",
                        (int) SEND_MAX.toMillis(),
                        "request.timeout.ms",
                        10_000,
                        "max.in.flight.requests.per.connection",
                        1),
                new StringSerializer(),
                new StringSerializer());
    }

    private static void send(
            KafkaProducer<String, String> producer, ProducerRecord<String, String> record)
            throws IOException {
        Future<RecordMetadata> sent = producer.send(record);
        try {
            sent.get(2 * SEND_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(record + " was not taken", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** What is in partition 0 now, by a client that knows nothing; so many at most. */
    static List<ConsumerRecord<String, String>> readAll(Field field, String topic, long count)
            throws IOException {
        TopicPartition partition = new TopicPartition(topic, 0);
        List<ConsumerRecord<String, String>> read = new ArrayList<>();
        try (KafkaConsumer<String, String> reader =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                field.cluster().bootstrapServers(),
                                "auto.offset.reset",
                                "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            reader.assign(List.of(partition));
            long end = reader.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            Waiting.until(
                    CONVERGE,
                    () -> {
                        reader.poll(Duration.ofMillis(100)).forEach(read::add);
                        return read.size() >= count || reader.position(partition) >= end;
                    });
        }
        return read;
    }

    private static String text(List<ConsumerRecord<String, String>> records) {
        return records.size()
                + " records: "
                + records.stream()
                        .limit(5)
                        .map(each -> each.offset() + "=" + each.value())
                        .toList();
    }
}
