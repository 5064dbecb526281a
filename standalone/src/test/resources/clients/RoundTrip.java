import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.AppInfoParser;

/** What programs do with Kafka's Java clients. Compiles with those of 3.9 and of 4.x alike. */
public class RoundTrip {

    static final int RECORDS = 2_000;

    /** Of the first record; one of long ago would be deleted by the topic's retention. */
    static final long FIRST_MS = System.currentTimeMillis();

    static String servers;
    static String prefix;

    public static void main(String[] args) throws Exception {
        servers = args[0];
        prefix = args[1];
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            topics(admin);
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                producesAndReads(codec);
            }
            groups(admin);
            groupByPattern(admin);
            records(admin);
        }
        System.out.println("all right with kafka-clients " + AppInfoParser.getVersion());
    }

    static void topics(Admin admin) throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        for (String name : List.of("none", "gzip", "snappy", "lz4", "zstd", "grown")) {
            topics.add(new NewTopic(prefix + name, 2, (short) 1));
        }
        admin.createTopics(topics).all().get();
        check(admin.listTopics().names().get().contains(prefix + "zstd"), "the topic is listed");
        try {
            admin.createTopics(List.of(new NewTopic(prefix + "zstd", 1, (short) 1))).all().get();
            check(false, "a topic is created once");
        } catch (ExecutionException e) {
            check(e.getCause() instanceof TopicExistsException, "the second one is refused");
        }
        admin.createPartitions(Map.of(prefix + "grown", NewPartitions.increaseTo(3))).all().get();
        var described = admin.describeTopics(List.of(prefix + "grown")).allTopicNames().get();
        check(described.get(prefix + "grown").partitions().size() == 3, "the topic has grown");
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, prefix + "grown");
        var change = new AlterConfigOp(new ConfigEntry("retention.ms", "999999"), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
        var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        check(config.get("retention.ms").value().equals("999999"), "the setting is kept");
    }

    static void producesAndReads(String codec) throws Exception {
        String topic = prefix + codec;
        try (var producer = producer(Map.of("compression.type", codec))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                sent.add(
                        producer.send(
                                new ProducerRecord<>(
                                        topic,
                                        i % 2,
                                        FIRST_MS + i,
                                        "k" + i,
                                        "value " + i,
                                        List.of(new RecordHeader("n", new byte[] {(byte) i})))));
            }
            for (int i = 0; i < RECORDS; i++) {
                check(sent.get(i).get().offset() == i / 2, "offsets follow the order of sending");
            }
        }
        try (var consumer = consumer(Map.of())) {
            var one = new TopicPartition(topic, 1);
            consumer.assign(List.of(new TopicPartition(topic, 0), one));
            List<ConsumerRecord<String, String>> read = read(consumer, RECORDS);
            for (var record : read) {
                long number = record.offset() * 2 + record.partition();
                check(record.value().equals("value " + number), "the value is the one sent");
                check(record.timestamp() == FIRST_MS + number, "so is the timestamp");
                check(record.headers().lastHeader("n").value()[0] == (byte) number, "and the header");
            }
            check(consumer.endOffsets(List.of(one)).get(one) == RECORDS / 2, "the end is known");
            var found = consumer.offsetsForTimes(Map.of(one, FIRST_MS + 101));
            check(found.get(one).offset() == 50, "a time is found");
            consumer.seek(one, RECORDS / 2 - 3);
            check(read(consumer, 3).get(0).value().equals("value " + (RECORDS - 5)), "a seek is followed");
        }
    }

    static void groups(Admin admin) throws Exception {
        String group = prefix + "group";
        var zero = new TopicPartition(prefix + "lz4", 0);
        Set<String> values = new HashSet<>();
        try (var consumer = consumer(Map.of("group.id", group, "max.poll.records", "100"))) {
            consumer.subscribe(List.of(prefix + "lz4"));
            read(consumer, RECORDS).forEach(record -> check(values.add(record.value()), "read once"));
            consumer.commitSync();
            var members = admin.describeConsumerGroups(List.of(group)).all().get().get(group).members();
            check(members.size() == 1, "the member is seen");
            check(members.iterator().next().assignment().topicPartitions().size() == 2, "with what it owns");
        }
        var committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        check(committed.get(zero).offset() == RECORDS / 2, "the commit is seen");
        admin.alterConsumerGroupOffsets(group, Map.of(zero, new OffsetAndMetadata(RECORDS / 2 - 7))).all().get();
        try (var consumer = consumer(Map.of("group.id", group))) {
            consumer.subscribe(List.of(prefix + "lz4"));
            check(read(consumer, 7).get(0).offset() == RECORDS / 2 - 7, "it goes on at the altered offset");
        }
        admin.deleteConsumerGroups(List.of(group)).all().get();
    }

    static void groupByPattern(Admin admin) throws Exception {
        try (var one = consumer(Map.of("group.id", prefix + "pattern"));
                var two = consumer(Map.of("group.id", prefix + "pattern"))) {
            Pattern pattern = Pattern.compile(Pattern.quote(prefix) + "(none|zstd)");
            one.subscribe(pattern);
            two.subscribe(pattern);
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (one.assignment().size() != 2 || two.assignment().size() != 2) {
                one.poll(Duration.ofMillis(50));
                two.poll(Duration.ofMillis(50));
                check(System.nanoTime() < deadline, "two members share four partitions");
            }
            var shared = new HashSet<>(one.assignment());
            shared.retainAll(two.assignment());
            check(shared.isEmpty(), "no partition has two owners");
        }
    }

    static void records(Admin admin) throws Exception {
        var zero = new TopicPartition(prefix + "none", 0);
        admin.deleteRecords(Map.of(zero, RecordsToDelete.beforeOffset(10))).all().get();
        var offsets = admin.listOffsets(Map.of(zero, OffsetSpec.earliest()));
        check(offsets.partitionResult(zero).get().offset() == 10, "records are deleted");
        admin.deleteTopics(List.of(prefix + "none")).all().get();
    }

    static List<ConsumerRecord<String, String>> read(KafkaConsumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> read = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (read.size() < count) {
            consumer.poll(Duration.ofMillis(500)).forEach(read::add);
            check(System.nanoTime() < deadline, "all records come");
        }
        return read;
    }

    static KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", servers);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    static KafkaConsumer<String, String> consumer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", servers);
        config.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("it does not hold that " + what);
        }
    }
}
