package io.headrace.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Capability;
import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.FreePorts;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The image of standalone, hardened as README.md and compose have it, started and stopped by
 * Testcontainers. Whoever built it names it with {@code -Dheadrace.containers.standalone=}; it is
 * never pulled.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StandaloneContainerTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String TEXT = "application/vnd.kafka.text.v2+json";

    private static Network network;
    private static GenericContainer<?> container;
    private static Http http;
    private static String gateway;
    private static String bootstrap;

    @BeforeAll
    static void standaloneIsHealthy() {
        String image = System.getProperty("headrace.containers.standalone");
        assumeTrue(image != null, "no -Dheadrace.containers.standalone=IMAGE to start");
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(), "no container engine answers");
        List<Integer> ports = FreePorts.some(2);
        int httpPort = ports.getFirst();
        int kafkaPort = ports.getLast();
        gateway = "http://localhost:" + httpPort;
        bootstrap = "localhost:" + kafkaPort;
        http = new Http();
        network = Network.newNetwork();
        container = new GenericContainer<>(DockerImageName.parse(image));
        // Its own bindings, not mapped ports: a client is told the port, and a network that comes
        // back brings other mapped ones.
        container.setPortBindings(
                List.of(
                        "127.0.0.1:" + httpPort + ":8080",
                        "127.0.0.1:" + kafkaPort + ":" + kafkaPort));
        container
                .withImagePullPolicy(_ -> false)
                .withNetwork(network)
                .withCommand("--kafka-port", String.valueOf(kafkaPort))
                .withTmpFs(Map.of("/tmp", "mode=1777,exec"))
                .withCreateContainerCmdModifier(
                        create ->
                                create.getHostConfig()
                                        .withReadonlyRootfs(true)
                                        .withCapDrop(Capability.ALL)
                                        .withSecurityOpts(List.of("no-new-privileges:true"))
                                        .withMemory(1L << 30))
                .waitingFor(Wait.forHealthcheck().withStartupTimeout(PATIENCE))
                .start();
    }

    @AfterAll
    static void stops() {
        if (container != null) {
            container.stop();
        }
        if (network != null) {
            network.close();
            http.close();
        }
    }

    private static DockerClient engine() {
        return DockerClientFactory.instance().client();
    }

    @Test
    void whatOneSideWritesTheOtherReads() throws Exception {
        String topic = topic("both-sides");
        Map<Long, String> acknowledged = new TreeMap<>();
        assertThat(isStored(topic, "over HTTP", acknowledged)).isTrue();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrap,
                                // Its native library is unpacked to /tmp.
                                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                                "zstd"),
                        new StringSerializer(),
                        new StringSerializer())) {
            long offset =
                    producer.send(new ProducerRecord<>(topic, 0, null, "over Kafka"))
                            .get()
                            .offset();
            acknowledged.put(offset, "over Kafka");
        }
        assertThat(readOverKafka(topic)).isEqualTo(acknowledged);
        assertThat(readOverHttp(topic)).isEqualTo(acknowledged);
    }

    @Test
    void nothingAcknowledgedIsLostWhenItIsKilledAndWhenItIsCutOff() {
        String topic = topic("kept");
        Map<Long, String> acknowledged = new TreeMap<>();
        writeSome(topic, acknowledged);

        engine().killContainerCmd(container.getContainerId()).exec();
        await().atMost(PATIENCE).until(() -> !container.isRunning());
        engine().startContainerCmd(container.getContainerId()).exec();
        await().atMost(PATIENCE).until(container::isHealthy);
        assertThat(readOverKafka(topic)).containsAllEntriesOf(acknowledged);
        writeSome(topic, acknowledged);

        engine().disconnectFromNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(container.getContainerId())
                .exec();
        assertThat(isStored(topic, "to nobody", acknowledged)).isFalse();
        engine().connectToNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(container.getContainerId())
                .exec();
        await().atMost(PATIENCE).until(() -> isStored(topic, "back", acknowledged));
        writeSome(topic, acknowledged);
        assertThat(readOverKafka(topic)).containsAllEntriesOf(acknowledged);
        assertThat(readOverHttp(topic)).containsAllEntriesOf(acknowledged);
    }

    private static String topic(String name) {
        String clusters = gateway + "/v3/clusters";
        String cluster =
                JsonMapper.shared()
                        .readTree(http.get(clusters).body())
                        .at("/data/0/cluster_id")
                        .asString();
        HttpResponse<String> made =
                http.post(
                        clusters + "/" + cluster + "/topics",
                        "application/json",
                        "{\"topic_name\":\"" + name + "\",\"partitions_count\":1}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        await().atMost(PATIENCE)
                .until(() -> http.get(gateway + "/topics").body().contains("\"" + name + "\""));
        return name;
    }

    private static void writeSome(String topic, Map<Long, String> acknowledged) {
        int before = acknowledged.size();
        for (int i = 0; i < 50; i++) {
            assertThat(isStored(topic, "value " + (before + i), acknowledged)).isTrue();
        }
        assertThat(acknowledged).hasSize(before + 50);
    }

    /** Whether a post was answered with an offset, which is noted. */
    private static boolean isStored(String topic, String value, Map<Long, String> acknowledged) {
        HttpResponse<String> answer;
        try {
            answer =
                    http.post(
                            gateway + "/topics/" + topic + "/partitions/0",
                            TEXT,
                            "{\"records\":[{\"value\":\"" + value + "\"}]}");
        } catch (UncheckedIOException _) {
            return false;
        }
        JsonNode offset =
                answer.statusCode() == 200
                        ? JsonMapper.shared().readTree(answer.body()).at("/offsets/0/offset")
                        : JsonMapper.shared().nullNode();
        if (offset.isNumber()) {
            acknowledged.put(offset.asLong(), value);
        }
        return offset.isNumber();
    }

    private static Map<Long, String> readOverKafka(String topic) {
        Map<Long, String> read = new HashMap<>();
        List<TopicPartition> only = List.of(new TopicPartition(topic, 0));
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(only);
            consumer.seekToBeginning(only);
            long end = consumer.endOffsets(only).get(only.getFirst());
            await().atMost(PATIENCE)
                    .until(
                            () -> {
                                for (ConsumerRecord<String, String> each :
                                        consumer.poll(Duration.ofSeconds(1))) {
                                    read.put(each.offset(), each.value());
                                }
                                return consumer.position(only.getFirst()) >= end;
                            });
        }
        return read;
    }

    private static Map<Long, String> readOverHttp(String topic) {
        HttpResponse<String> answer =
                http.get(
                        gateway + "/topics/" + topic + "/partitions/0/records?offset=0&count=1000",
                        "Accept",
                        TEXT);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Map<Long, String> read = new HashMap<>();
        for (JsonNode each : JsonMapper.shared().readTree(answer.body())) {
            read.put(each.path("offset").asLong(), each.path("value").asString());
        }
        return read;
    }
}
