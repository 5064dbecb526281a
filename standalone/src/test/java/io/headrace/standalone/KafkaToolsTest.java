package io.headrace.standalone;

import static io.headrace.testkit.process.KafkaPeer.Release.CURRENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.KafkaPeer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Kafka's own command line tools, each in a process of its own, two at a time. The first keeps the
 * classes that it loaded in an archive of the JVM, which halves the processor time of the others.
 */
@ExtendWith(SharedPlatform.class)
class KafkaToolsTest {

    private static final String TOOLS = "org.apache.kafka.tools.";
    private static final String TOPICS = TOOLS + "TopicCommand";
    private static final String GROUPS = TOOLS + "consumer.group.ConsumerGroupCommand";
    private static final String OFFSETS = TOOLS + "GetOffsetShell";
    private static final String CONFIGS = "kafka.admin.ConfigCommand";
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir static Path shared;

    @TempDir Path temp;

    private PlatformProcess platform;

    @BeforeAll
    static void archiveClasses(PlatformProcess platform) {
        KafkaPeer.run(
                KafkaPeer.of(CURRENT, TOPICS)
                        .jvmArgs("-XX:ArchiveClassesAtExit=" + shared.resolve("classes.jsa"))
                        .args("--bootstrap-server", platform.bootstrapServers(), "--list"),
                LIMIT);
    }

    @BeforeEach
    void platform(PlatformProcess running) {
        platform = running;
    }

    private ChildJvm.Builder started(String mainClass) {
        return KafkaPeer.of(CURRENT, mainClass)
                .jvmArgs("-XX:SharedArchiveFile=" + shared.resolve("classes.jsa"));
    }

    private String tool(String mainClass, String... args) {
        return KafkaPeer.run(started(mainClass).args(onUs(args)), LIMIT);
    }

    private String[] onUs(String... args) {
        return Stream.concat(
                        Stream.of("--bootstrap-server", platform.bootstrapServers()),
                        Stream.of(args))
                .toArray(String[]::new);
    }

    private void produce(String topic, List<String> lines, String... more) throws Exception {
        Path input = Files.write(temp.resolve(topic + ".txt"), lines);
        String[] args =
                Stream.concat(Stream.of("--topic", topic), Stream.of(more)).toArray(String[]::new);
        KafkaPeer.run(started(TOOLS + "ConsoleProducer").args(onUs(args)).input(input), LIMIT);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void topics_are_created_described_grown_set_and_deleted() {
        tool(
                TOPICS,
                "--create",
                "--topic",
                "cli-topic",
                "--partitions",
                "2",
                "--config",
                "retention.ms=7000000");
        assertThat(tool(TOPICS, "--describe", "--topic", "cli-topic"))
                .contains("PartitionCount: 2", "ReplicationFactor: 1", "retention.ms=7000000");
        tool(TOPICS, "--alter", "--topic", "cli-topic", "--partitions", "5");
        assertThat(tool(TOPICS, "--describe", "--topic", "cli-topic")).contains("Partition: 4");
        tool(
                TOPICS,
                "--alter",
                "--topic",
                "cli-topic",
                "--partitions",
                "6",
                "--replica-assignment",
                "1,1,1,1,1,1");
        assertThat(tool(TOPICS, "--describe", "--topic", "cli-topic")).contains("Partition: 5");
        tool(
                CONFIGS,
                "--alter",
                "--entity-type",
                "topics",
                "--entity-name",
                "cli-topic",
                "--add-config",
                "segment.bytes=2097152",
                "--delete-config",
                "retention.ms");
        assertThat(
                        tool(
                                CONFIGS,
                                "--describe",
                                "--entity-type",
                                "topics",
                                "--entity-name",
                                "cli-topic"))
                .contains("segment.bytes=2097152")
                .doesNotContain("retention.ms");
        assertThat(
                        tool(
                                CONFIGS,
                                "--describe",
                                "--all",
                                "--entity-type",
                                "brokers",
                                "--entity-name",
                                "1"))
                .contains("node.id=1");
        tool(TOPICS, "--delete", "--topic", "cli-topic");
        assertThat(tool(TOPICS, "--list")).doesNotContain("cli-topic");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void a_group_is_read_described_reset_and_deleted() throws Exception {
        platform.createTopic("cli-group-topic", 1);
        List<String> lines = IntStream.range(0, 30).mapToObj(i -> "k" + i + ":v" + i).toList();
        produce(
                "cli-group-topic",
                lines,
                "--reader-property",
                "parse.key=true",
                "--reader-property",
                "key.separator=:",
                "--compression-codec",
                "zstd");
        assertThat(consume("cli-group-topic", "cli-group", 30).lines()).containsSubsequence(lines);
        assertThat(group("--describe")).containsPattern("cli-group-topic +0 +30 +30 +0 ");
        assertThat(tool(GROUPS, "--list", "--state")).containsPattern("cli-group +Empty");
        assertThat(
                        group(
                                "--reset-offsets",
                                "--topic",
                                "cli-group-topic",
                                "--shift-by",
                                "-4",
                                "--execute"))
                .containsPattern("cli-group-topic +0 +26");
        assertThat(consume("cli-group-topic", "cli-group", 4).lines())
                .containsSubsequence(lines.subList(26, 30))
                .doesNotContain(lines.get(25));
        assertThat(group("--reset-offsets", "--all-topics", "--to-earliest", "--execute"))
                .containsPattern("cli-group-topic +0 +0");
        assertThat(group("--delete-offsets", "--topic", "cli-group-topic")).contains("Successful");
        assertThat(group("--delete")).contains("successful");
        assertThat(tool(GROUPS, "--list")).doesNotContain("cli-group");
    }

    private String group(String... args) {
        return tool(
                GROUPS,
                Stream.concat(Stream.of("--group", "cli-group"), Stream.of(args))
                        .toArray(String[]::new));
    }

    private String consume(String topic, String group, int count) {
        return tool(
                TOOLS + "consumer.ConsoleConsumer",
                "--topic",
                topic,
                "--group",
                group,
                "--from-beginning",
                "--max-messages",
                "" + count,
                "--timeout-ms",
                "60000",
                "--formatter-property",
                "print.key=true",
                "--formatter-property",
                "key.separator=:");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void records_are_counted_deleted_and_dumped_from_the_files_on_disk() throws Exception {
        platform.createTopic("cli-records", 1);
        produce("cli-records", List.of("one", "two", "three", "four"), "--sync");
        assertThat(tool(OFFSETS, "--topic", "cli-records")).contains("cli-records:0:4");
        Path request = temp.resolve("delete.json");
        Files.writeString(
                request,
                """
                {"version":1,"partitions":[{"topic":"cli-records","partition":0,"offset":3}]}
                """);
        assertThat(tool(TOOLS + "DeleteRecordsCommand", "--offset-json-file", request.toString()))
                .contains("low_watermark: 3");
        assertThat(tool(OFFSETS, "--topic", "cli-records", "--time", "earliest"))
                .contains("cli-records:0:3");
        JsonNode directory =
                lastJson(
                                tool(
                                        TOOLS + "LogDirsCommand",
                                        "--describe",
                                        "--topic-list",
                                        "cli-records"))
                        .at("/brokers/0/logDirs/0");
        assertThat(directory.at("/partitions/0/partition").asString()).isEqualTo("cli-records-0");
        assertThat(directory.at("/partitions/0/size").asLong()).isPositive();
        Path log =
                Path.of(directory.path("logDir").asString(), "cli-records-0")
                        .resolve("00000000000000000000.log");
        assertThat(
                        KafkaPeer.run(
                                started(TOOLS + "DumpLogSegments")
                                        .args("--print-data-log", "--files", log.toString()),
                                LIMIT))
                .contains("isvalid: true", "payload: four")
                .doesNotContain("isvalid: false");
        assertThat(tool(TOOLS + "BrokerApiVersionsCommand"))
                .contains("(id: 1 rack: null isFenced: false) -> (", "Produce(0): ", "Fetch(1): ");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void the_verifiable_consumer_sees_once_what_the_verifiable_producer_was_told_is_stored() {
        platform.createTopic("cli-verifiable", 3);
        int count = 20_000;
        List<JsonNode> produced =
                json(
                        tool(
                                TOOLS + "VerifiableProducer",
                                "--topic",
                                "cli-verifiable",
                                "--max-messages",
                                "" + count,
                                "--acks",
                                "-1"));
        Set<String> acknowledged = new HashSet<>();
        for (JsonNode event : produced) {
            if (event.path("name").asString().equals("producer_send_success")) {
                acknowledged.add(
                        event.path("partition").asInt() + "@" + event.path("offset").asLong());
            }
        }
        // The last lines are kept, so not all; each of them names another place.
        assertThat(acknowledged).hasSizeGreaterThan(5_000);
        JsonNode summary = produced.getLast();
        assertThat(summary.path("sent").asInt()).isEqualTo(count);
        assertThat(summary.path("acked").asInt()).isEqualTo(count);
        List<JsonNode> consumed =
                json(
                        tool(
                                TOOLS + "VerifiableConsumer",
                                "--topic",
                                "cli-verifiable",
                                "--group-id",
                                "cli-verifiers",
                                "--max-messages",
                                "" + count,
                                "--reset-policy",
                                "earliest"));
        long[] next = new long[3];
        for (JsonNode event : consumed) {
            if (!event.path("name").asString().equals("records_consumed")) {
                continue;
            }
            for (JsonNode part : event.path("partitions")) {
                int partition = part.path("partition").asInt();
                assertThat(part.path("minOffset").asLong()).isEqualTo(next[partition]);
                next[partition] = part.path("maxOffset").asLong() + 1;
            }
        }
        assertThat(next[0] + next[1] + next[2]).isEqualTo(count);
        assertThat(consumed)
                .filteredOn(event -> event.path("name").asString().equals("offsets_committed"))
                .isNotEmpty()
                .allMatch(event -> event.path("success").asBoolean());
    }

    private static JsonNode lastJson(String output) {
        return json(output).getLast();
    }

    private static List<JsonNode> json(String output) {
        List<JsonNode> events = new ArrayList<>();
        output.lines()
                .filter(line -> line.startsWith("{"))
                .forEach(line -> events.add(JsonMapper.shared().readTree(line)));
        return events;
    }
}
