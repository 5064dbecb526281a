package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.testkit.process.KafkaPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of Kafka's own consumers, its admin client and its tools, against one broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroupClientTest {

    private static final String TOOL = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String DELAY = "--headrace.broker.groups.initial-rebalance-delay=100ms";
    private static final int OFFSETS_PARTITIONS = 4;

    private RunningBroker broker;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker = RunningBroker.start(temp, DELAY);
        broker.createTopic(
                "__consumer_offsets", OFFSETS_PARTITIONS, Map.of("cleanup.policy", "compact"));
    }

    @AfterAll
    void stop() throws Exception {
        broker.close();
    }

    private KafkaConsumer<String, String> member(String group, Map<String, Object> more)
            throws Exception {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("group.id", group);
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        config.put("heartbeat.interval.ms", "200");
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private Admin admin() throws Exception {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    private void produce(String topic, int partitions, int from, int to) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new StringSerializer(),
                        new StringSerializer())) {
            for (int i = from; i < to; i++) {
                var _ = producer.send(new ProducerRecord<>(topic, i % partitions, "k", "v" + i));
            }
            producer.flush();
        }
    }

    /** Reads until it has so many different values; none may come twice. */
    private static Set<String> read(KafkaConsumer<String, String> consumer, int count) {
        Set<String> values = new HashSet<>();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            consumer.poll(Duration.ofMillis(200))
                                    .forEach(
                                            record ->
                                                    assertThat(values.add(record.value()))
                                                            .as(record.value())
                                                            .isTrue());
                            return values.size() >= count;
                        });
        return values;
    }

    @Test
    void a_group_reads_on_where_it_committed_after_the_broker_was_restarted() throws Exception {
        broker.createTopic("resumed", 3, Map.of());
        produce("resumed", 3, 0, 300);
        try (KafkaConsumer<String, String> consumer = member("resumers", Map.of())) {
            consumer.subscribe(List.of("resumed"));
            assertThat(read(consumer, 300)).hasSize(300);
            consumer.commitSync();
        }
        broker.stop();
        broker.launch(DELAY);
        broker.awaitLed("resumed", 3);
        broker.awaitLed("__consumer_offsets", OFFSETS_PARTITIONS);
        produce("resumed", 3, 300, 310);
        try (KafkaConsumer<String, String> consumer = member("resumers", Map.of())) {
            TopicPartition first = new TopicPartition("resumed", 0);
            assertThat(consumer.committed(Set.of(first)).get(first).offset()).isEqualTo(100);
            consumer.subscribe(List.of("resumed"));
            assertThat(read(consumer, 10)).contains("v300", "v309").doesNotContain("v299");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {RangeAssignor.class, CooperativeStickyAssignor.class})
    void two_members_share_the_partitions_and_one_takes_over_when_the_other_leaves(
            Class<?> assignor) throws Exception {
        String topic = "shared-" + assignor.getSimpleName();
        broker.createTopic(topic, 4, Map.of());
        Map<String, Object> config = Map.of("partition.assignment.strategy", assignor.getName());
        try (KafkaConsumer<String, String> one = member(topic, config)) {
            one.subscribe(List.of(topic));
            await(() -> assigned(one) == 4);
            try (KafkaConsumer<String, String> two = member(topic, config)) {
                two.subscribe(List.of(topic));
                await(() -> assigned(one) + assigned(two) == 4 && assigned(two) == 2);
                assertThat(one.assignment()).doesNotContainAnyElementsOf(two.assignment());
                produce(topic, 4, 0, 40);
                Set<String> first = read(one, 20);
                first.addAll(read(two, 20));
                assertThat(first).hasSize(40);
                one.commitSync();
                two.commitSync();
            }
            await(() -> assigned(one) == 4);
            produce(topic, 4, 40, 60);
            assertThat(read(one, 20)).contains("v40", "v59");
        }
    }

    private static int assigned(KafkaConsumer<String, String> consumer) {
        var _ = consumer.poll(Duration.ofMillis(50));
        return consumer.assignment().size();
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
    }

    @Test
    void a_static_member_that_restarts_causes_no_rebalance() throws Exception {
        broker.createTopic("static", 2, Map.of());
        Map<String, Object> config = Map.of("group.instance.id", "one");
        int generation;
        try (KafkaConsumer<String, String> consumer = member("statics", config)) {
            consumer.subscribe(List.of("static"));
            await(() -> assigned(consumer) == 2);
            generation = consumer.groupMetadata().generationId();
        }
        try (KafkaConsumer<String, String> consumer = member("statics", config)) {
            consumer.subscribe(List.of("static"));
            await(() -> assigned(consumer) == 2);
            assertThat(consumer.groupMetadata().generationId()).isEqualTo(generation);
        }
        try (Admin admin = admin()) {
            admin.removeMembersFromConsumerGroup(
                            "statics",
                            new RemoveMembersFromConsumerGroupOptions(
                                    Set.of(new MemberToRemove("one"))))
                    .all()
                    .get();
            var group = admin.describeConsumerGroups(List.of("statics")).all().get();
            assertThat(group.get("statics").groupState()).isEqualTo(GroupState.EMPTY);
        }
    }

    @Test
    void the_admin_client_lists_describes_alters_and_deletes_groups() throws Exception {
        broker.createTopic("administered", 1, Map.of());
        produce("administered", 1, 0, 10);
        TopicPartition partition = new TopicPartition("administered", 0);
        try (Admin admin = admin()) {
            try (KafkaConsumer<String, String> consumer = member("admin-group", Map.of())) {
                consumer.subscribe(List.of("administered"));
                assertThat(read(consumer, 10)).hasSize(10);
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(7, "note")));
                var described =
                        admin.describeConsumerGroups(List.of("admin-group"))
                                .all()
                                .get()
                                .get("admin-group");
                assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
                assertThat(described.members()).hasSize(1);
                assertThat(described.members().iterator().next().assignment().topicPartitions())
                        .containsExactly(partition);
                assertThat(admin.listGroups().all().get())
                        .anyMatch(group -> group.groupId().equals("admin-group"));
                assertThat(admin.deleteConsumerGroups(List.of("admin-group")).all())
                        .failsWithin(LIMIT)
                        .withThrowableThat()
                        .withCauseInstanceOf(GroupNotEmptyException.class);
            }
            assertThat(offsets(admin, "admin-group"))
                    .containsEntry(partition, new OffsetAndMetadata(7, "note"));
            admin.alterConsumerGroupOffsets(
                            "admin-group", Map.of(partition, new OffsetAndMetadata(3)))
                    .all()
                    .get();
            assertThat(offsets(admin, "admin-group").get(partition).offset()).isEqualTo(3);
            admin.deleteConsumerGroupOffsets("admin-group", Set.of(partition)).all().get();
            assertThat(offsets(admin, "admin-group")).isEmpty();
            admin.deleteConsumerGroups(List.of("admin-group")).all().get();
            assertThat(admin.deleteConsumerGroups(List.of("admin-group")).all())
                    .failsWithin(LIMIT)
                    .withThrowableThat()
                    .withCauseInstanceOf(GroupIdNotFoundException.class);
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Admin admin, String group)
            throws Exception {
        return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    }

    @Test
    void kafkas_own_tools_describe_reset_and_read_groups() throws Exception {
        broker.createTopic("tooled", 1, Map.of());
        produce("tooled", 1, 0, 25);
        try (KafkaConsumer<String, String> consumer = member("tool-group", Map.of())) {
            consumer.subscribe(List.of("tooled"));
            read(consumer, 25);
            consumer.commitSync(Map.of(new TopicPartition("tooled", 0), new OffsetAndMetadata(20)));
        }
        assertThat(tool("--list")).contains("tool-group");
        assertThat(tool("--describe", "--group", "tool-group"))
                .containsPattern("tool-group +tooled +0 +20 +25 +5");
        assertThat(tool("--describe", "--state", "--group", "tool-group")).contains("Empty");
        assertThat(
                        tool(
                                "--reset-offsets",
                                "--group",
                                "tool-group",
                                "--topic",
                                "tooled",
                                "--to-earliest",
                                "--execute"))
                .containsPattern("tool-group +tooled +0 +0");
        assertThat(tool("--describe", "--group", "tool-group"))
                .containsPattern("tool-group +tooled +0 +0 +25 +25");
        String dump = dump();
        assertThat(dump).contains("\"group\":\"tool-group\"").contains("\"offset\":20");
        assertThat(tool("--delete", "--group", "tool-group")).contains("successful");
    }

    private String tool(String... args) throws Exception {
        String[] all =
                Stream.concat(Stream.of("--bootstrap-server", broker.bootstrap()), Stream.of(args))
                        .toArray(String[]::new);
        return KafkaPeer.run(TOOL, LIMIT, all);
    }

    /** Kafka's decoder of the topic, over the files as they lie on disk. */
    private String dump() throws Exception {
        String files;
        try (Stream<Path> found = Files.walk(broker.dataDir())) {
            files =
                    String.join(
                            ",",
                            found.filter(path -> path.toString().contains("__consumer_offsets-"))
                                    .filter(path -> path.toString().endsWith(".log"))
                                    .map(Path::toString)
                                    .toList());
        }
        return KafkaPeer.run(
                "org.apache.kafka.tools.DumpLogSegments",
                LIMIT,
                "--offsets-decoder",
                "--files",
                files);
    }
}
