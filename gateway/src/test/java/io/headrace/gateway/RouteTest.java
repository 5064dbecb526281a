package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.gateway.http.InFlightBytes;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.http.Http;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** How the gateway finds brokers and admin-services, and what it repeats. */
class RouteTest {

    private static final String JSON = "application/json";
    private static final String ONE = "{\"records\":[{\"value\":1}]}";

    private static final int FAKE = 2;

    private static GatewayFixture gateway;
    private static FakeBroker fake;
    private static Http http;

    @BeforeAll
    static void start() throws Exception {
        gateway = GatewayFixture.start();
        fake = new FakeBroker();
        gateway.cluster.put(
                ZkPaths.broker(FAKE),
                new ZkPayloads.BrokerNode(fake.url(), Map.of(), null, "test", -1, "d", false));
        http = new Http();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        gateway.close();
        fake.close();
    }

    private static void createTopicOnFake(String name) throws Exception {
        gateway.cluster.createTopic(name, FAKE, 1, Map.of());
        gateway.awaitTopic(name);
    }

    private static FakeBroker.Refusal refusal(int status, String code) {
        return new FakeBroker.Refusal(status, code, Map.of());
    }

    @Test
    void anAppendWaitsWhileLeadershipMoves() throws Exception {
        TopicId id = gateway.cluster.createTopic("moves", 1, Map.of());
        gateway.awaitTopic("moves");
        gateway.cluster.lead("moves", id, PartitionState.NO_LEADER, 1, 1);
        ClusterWatch watch = gateway.context().getBean(ClusterWatch.class);
        Awaitility.await().until(() -> !leader(watch, "moves").hasLeader());
        CompletableFuture<HttpResponse<String>> answer =
                CompletableFuture.supplyAsync(
                        () -> http.post(gateway.url() + "/topics/moves", JSON, ONE));
        InFlightBytes budget = gateway.context().getBean(InFlightBytes.class);
        Awaitility.await().until(() -> budget.taken() > 0);
        gateway.cluster.lead("moves", id, TestCluster.BROKER, 2, 1);
        assertThat(answer.get(20, TimeUnit.SECONDS).body())
                .contains("\"offset\":0,\"error_code\":null");
        assertThat(gateway.cluster.batchList("moves", 0)).hasSize(1);
    }

    private static PartitionState leader(ClusterWatch watch, String topic) {
        return watch.image().topics().get(topic).states().getFirst();
    }

    @Test
    void aReadIsRepeatedWhileLeadershipMoves() throws Exception {
        createTopicOnFake("read-moves");
        RecordBatchBuilder batch = new RecordBatchBuilder(Compression.NONE, 100);
        batch.append(5, (byte[]) null, new byte[] {'1'}, List.of());
        fake.put("read-moves", 0, batch.build());
        AtomicInteger left = new AtomicInteger(3);
        fake.overrule(
                call ->
                        call.contains("/batches") && left.getAndDecrement() > 0
                                ? refusal(421, "NOT_LEADER_OR_FOLLOWER")
                                : null);
        try {
            assertThat(http.get(gateway.url() + "/topics/read-moves/partitions/0/records").body())
                    .contains("\"value\":1,", "\"timestamp\":5");
        } finally {
            fake.overrule(null);
        }
        assertThat(left.get()).isNegative();
    }

    @Test
    void aTopicThatWasJustCreatedIsFound() throws Exception {
        Thread creator =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        gateway.createTopic("fresh", 1, Map.of());
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
        assertThat(http.post(gateway.url() + "/topics/fresh", JSON, ONE).statusCode())
                .isEqualTo(200);
        creator.join();
    }

    @Test
    void aTopicThatIsDeletedUnderLoadIsNotCreatedAgainByTheGateway() throws Exception {
        TopicId id = gateway.cluster.createTopic("deleted", 1, Map.of());
        gateway.awaitTopic("deleted");
        List<String> created = new CopyOnWriteArrayList<>();
        DisposableServer admin = adminThatCreates(created);
        gateway.cluster.put(
                ZkPaths.admin("a2"),
                new ZkPayloads.ServiceNode("http://127.0.0.1:" + admin.port(), "test"));
        try (GatewayFixture hasty =
                GatewayFixture.beside(
                        gateway.cluster, "--headrace.gateway.brokers.append-timeout=2s")) {
            String topic = hasty.url() + "/topics/deleted?acks=1";
            assertThat(http.post(topic, JSON, ONE).body()).contains("\"offset\":0");
            CompletableFuture<Void> posts =
                    CompletableFuture.runAsync(
                            () -> {
                                while (http.post(topic, JSON, ONE).statusCode() != 404) {
                                    Thread.onSpinWait();
                                }
                            });
            gateway.cluster.deleteTopic("deleted", id);
            posts.get(60, TimeUnit.SECONDS);
            try (KafkaProducer<byte[], byte[]> other =
                    new KafkaProducer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    gateway.cluster.bootstrap(),
                                    "max.block.ms",
                                    3_000),
                            new ByteArraySerializer(),
                            new ByteArraySerializer())) {
                var _ = other.send(new ProducerRecord<>("wanted", new byte[0]));
                Awaitility.await().until(() -> !created.isEmpty());
            } catch (org.apache.kafka.common.errors.TimeoutException e) {
                assertThat(created).isNotEmpty();
            }
            assertThat(created).allSatisfy(body -> assertThat(body).contains("wanted"));
        } finally {
            gateway.cluster.remove(ZkPaths.admin("a2"));
            admin.disposeNow();
        }
    }

    /** Keeps what it was asked to create. */
    private static DisposableServer adminThatCreates(List<String> created) {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(
                        (request, response) ->
                                request.receive()
                                        .aggregate()
                                        .asString()
                                        .doOnNext(created::add)
                                        .then(response.status(503).send()))
                .bindNow();
    }

    @Test
    void adminCallsPassThroughWithBodiesAndWithoutHopHeadersAndOurs() throws Exception {
        DisposableServer admin =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .handle(
                                (request, response) -> {
                                    String seen =
                                            request.uri()
                                                    + " "
                                                    + request.requestHeaders().get("X-Own")
                                                    + " "
                                                    + request.requestHeaders().get("X-Hop")
                                                    + " "
                                                    + request.requestHeaders()
                                                            .get("Headrace-Forwarded-By")
                                                    + " "
                                                    + request.requestHeaders()
                                                            .get("X-Forwarded-Proto");
                                    return response.status(201)
                                            .header("X-Answer", "yes")
                                            .sendString(
                                                    Flux.concat(
                                                            Mono.just(seen + " "),
                                                            request.receive()
                                                                    .aggregate()
                                                                    .asString()
                                                                    .defaultIfEmpty("empty")));
                                })
                        .bindNow();
        gateway.cluster.put(
                ZkPaths.admin("a1"),
                new ZkPayloads.ServiceNode("http://127.0.0.1:" + admin.port(), "test"));
        try {
            Awaitility.await()
                    .until(() -> http.get(gateway.url() + "/v3/clusters").statusCode() == 201);
            HttpResponse<String> answer =
                    http.get(
                            gateway.url() + "/v3/clusters/-?x=%2F",
                            "X-Own",
                            "own",
                            "headrace-forwarded-by",
                            "a1");
            assertThat(answer.body()).isEqualTo("/v3/clusters/-?x=%2F own null null http empty");
            assertThat(answer.headers().firstValue("X-Answer")).hasValue("yes");
            String large = "y".repeat(300_000);
            assertThat(http.post(gateway.url() + "/kafka/v3/topics", JSON, large).body())
                    .isEqualTo("/kafka/v3/topics null null null http " + large);
        } finally {
            gateway.cluster.remove(ZkPaths.admin("a1"));
            admin.disposeNow();
        }
    }

    @Test
    void healthMetricsAndTheDescriptionAreOnTheSamePort() {
        for (String path :
                List.of(
                        "/actuator/health/liveness",
                        "/actuator/health/readiness",
                        "/livez",
                        "/readyz",
                        "/actuator/info")) {
            HttpResponse<String> answer = http.get(gateway.url() + path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.headers().firstValue("connection")).as(path).isEmpty();
        }
        http.get(gateway.url() + "/brokers");
        assertThat(http.get(gateway.url() + "/actuator/prometheus").body())
                .contains("headrace_gateway_requests_seconds_count{route=\"brokers\"")
                .contains("headrace_gateway_inflight_bytes", "headrace_gateway_records_produced");
        assertThat(http.get(gateway.url() + "/openapi/json").body())
                .contains("\"/topics/{topic}\"", "/topics/{topic}/partitions/{partition}/records");
        assertThat(http.get(gateway.url() + "/actuator/nothing").body())
                .contains("\"error_code\":404");
    }

    @Test
    void aGatewayRegistersItself() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                gateway
                                        .context()
                                        .getBean(ClusterWatch.class)
                                        .image()
                                        .gateways()
                                        .values()
                                        .stream()
                                        .anyMatch(one -> one.url().equals(gateway.url())));
    }
}
