package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.testkit.http.Http;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
                new ZkPayloads.BrokerNode(fake.url(), Map.of(), null, "test", false));
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
    void anAppendIsRepeatedWhileLeadershipMoves() throws Exception {
        createTopicOnFake("moves");
        AtomicInteger left = new AtomicInteger(3);
        fake.overrule(
                call ->
                        call.startsWith("POST") && left.getAndDecrement() > 0
                                ? refusal(421, "NOT_LEADER_OR_FOLLOWER")
                                : null);
        try {
            assertThat(http.post(gateway.url() + "/topics/moves", JSON, ONE).body())
                    .contains("\"offset\":0,\"error_code\":null");
        } finally {
            fake.overrule(null);
        }
        assertThat(fake.batchList("moves", 0)).hasSize(1);
    }

    @Test
    void anAppendOfUnknownOutcomeIsNeverRepeated() throws Exception {
        createTopicOnFake("once");
        int before = fake.appends.get();
        fake.overrule(call -> call.startsWith("POST") ? refusal(503, "REQUEST_TIMED_OUT") : null);
        try {
            HttpResponse<String> answer = http.post(gateway.url() + "/topics/once", JSON, ONE);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"error_code\":50003", "REQUEST_TIMED_OUT");
            HttpResponse<String> plain =
                    http.post(gateway.url() + "/topics/once", "text/plain", "x");
            assertThat(plain.statusCode()).isEqualTo(503);
        } finally {
            fake.overrule(null);
        }
        assertThat(fake.appends.get() - before).isEqualTo(2);
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
    void adminCallsPassThroughWithBodiesAndWithoutHopHeaders() throws Exception {
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
                    http.get(gateway.url() + "/v3/clusters/-?x=%2F", "X-Own", "own");
            assertThat(answer.body()).isEqualTo("/v3/clusters/-?x=%2F own null http empty");
            assertThat(answer.headers().firstValue("X-Answer")).hasValue("yes");
            String large = "y".repeat(300_000);
            assertThat(http.post(gateway.url() + "/kafka/v3/topics", JSON, large).body())
                    .isEqualTo("/kafka/v3/topics null null http " + large);
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
