package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.FreePorts;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Which admin-service is asked while one that is registered is gone or going. */
class AdminRouteTest {

    private static final String JSON = "application/json";

    private static TestCluster cluster;
    private static GatewayFixture gateway;
    private static Http http;

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private DisposableServer alive;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.withoutBroker();
        gateway = GatewayFixture.beside(cluster, "--headrace.gateway.brokers.admin-timeout=2s");
        http = new Http();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        gateway.close();
        cluster.close();
    }

    @BeforeEach
    void startAlive() {
        alive =
                server(
                        (request, response) ->
                                request.receive()
                                        .aggregate()
                                        .asString()
                                        .defaultIfEmpty("nothing")
                                        .flatMap(
                                                body -> {
                                                    seen.add(request.method() + " " + body);
                                                    return response.status(201)
                                                            .sendString(Mono.just("done"))
                                                            .then();
                                                }));
    }

    @AfterEach
    void removeAll() throws Exception {
        alive.disposeNow();
        for (String id : image().admins().keySet()) {
            cluster.remove(ZkPaths.admin(id));
        }
        Awaitility.await().until(() -> image().admins().isEmpty());
    }

    @Test
    void whenTheFirstTakesNoConnectionTheNextHasTheWholeRequest() throws Exception {
        register(FreePorts.some(1).getFirst(), alive.port());
        String body = "y".repeat(300_000);
        assertThat(http.get(v3()).statusCode()).isEqualTo(201);
        assertThat(http.post(v3(), JSON, body).body()).isEqualTo("done");
        assertThat(seen).containsExactly("GET nothing", "POST " + body);
    }

    @Test
    void aReadIsRepeatedWhenTheConnectionBreaksAndAChangeIsNot() throws Exception {
        List<String> broken = new CopyOnWriteArrayList<>();
        DisposableServer breaks =
                server((request, response) -> breakOff(broken, request, response));
        try {
            register(breaks.port(), alive.port());
            assertThat(http.get(v3()).statusCode()).isEqualTo(201);
            for (HttpResponse<String> answer :
                    List.of(http.post(v3(), JSON, "{}"), http.delete(v3()))) {
                assertThat(answer.statusCode()).isEqualTo(504);
                assertThat(answer.body()).contains("\"error_code\":50401", "look whether");
                assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
            }
            assertThat(broken).containsExactly("GET", "POST", "DELETE");
            assertThat(seen).containsExactly("GET nothing");
        } finally {
            breaks.disposeNow();
        }
    }

    /** Once it has the request. */
    private static Mono<Void> breakOff(
            List<String> broken, HttpServerRequest request, HttpServerResponse response) {
        return request.receive()
                .aggregate()
                .asString()
                .defaultIfEmpty("")
                .doOnNext(body -> broken.add(request.method().name()))
                .flatMap(
                        body ->
                                Mono.fromRunnable(
                                        () -> response.withConnection(Connection::dispose)));
    }

    @Test
    void oneThatIsSlowIsNotFollowedByAnother() throws Exception {
        DisposableServer slow = server((request, response) -> Mono.never());
        try {
            register(slow.port(), alive.port());
            HttpResponse<String> read = http.get(v3());
            assertThat(read.statusCode()).isEqualTo(503);
            assertThat(read.body()).contains("\"error_code\":50302");
            assertThat(http.post(v3(), JSON, "{}").body()).contains("\"error_code\":50401");
            assertThat(seen).isEmpty();
        } finally {
            slow.disposeNow();
        }
    }

    @Test
    void noneThatTakesAConnectionIsAnError() throws Exception {
        List<Integer> ports = FreePorts.some(4);
        register(ports.get(0), ports.get(1), ports.get(2), ports.get(3), alive.port());
        HttpResponse<String> answer = http.post(v3(), JSON, "{}");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("\"error_code\":50302");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(seen).isEmpty();
    }

    private static DisposableServer server(
            BiFunction<HttpServerRequest, HttpServerResponse, Mono<Void>> handler) {
        return HttpServer.create().host("127.0.0.1").port(0).handle(handler).bindNow();
    }

    /** Asked in this order, as none is the controller. */
    private static void register(Integer... ports) throws Exception {
        for (int i = 0; i < ports.length; i++) {
            cluster.put(
                    ZkPaths.admin("a" + i),
                    new ZkPayloads.ServiceNode("http://127.0.0.1:" + ports[i], "test"));
        }
        Awaitility.await().until(() -> image().admins().size() == ports.length);
    }

    private static ClusterImage image() {
        return gateway.context().getBean(ClusterWatch.class).image();
    }

    private static String v3() {
        return gateway.url() + "/v3/clusters";
    }
}
