package io.headrace.admin.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.wiring.AdminFixture;
import io.headrace.admin.wiring.Rest;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.ControllerNode;
import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import io.headrace.testkit.process.FreePorts;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

class ForwardFilterTest {

    private final AdminFixture fixture = AdminFixture.shared();
    private final Rest rest = new Rest();

    @Test
    void anyInstanceTakesAChangeAndTheControllerMakesIt() {
        try (ConfigurableApplicationContext other =
                fixture.startAdmin("admin-b", "b", "--server.forward-headers-strategy=framework")) {
            String url = AdminFixture.url(other) + "/v3/clusters/" + fixture.clusterId();
            Rest.Answer created = rest.post(url + "/topics", "{\"topic_name\":\"forwarded\"}");
            assertThat(created.status()).isEqualTo(201);
            assertThat(created.header("Location")).isEqualTo(url + "/topics/forwarded");
            assertThat(created.json().path("metadata").path("self").asString())
                    .isEqualTo(url + "/topics/forwarded");
            assertThat(
                            rest.get(fixture.cluster("audit?resource=forwarded"))
                                    .json()
                                    .path("data")
                                    .get(0)
                                    .path("admin_id")
                                    .asString())
                    .isEqualTo("admin-a");
            assertThat(rest.put(url + "/brokers/1/cordon", "").status()).isEqualTo(204);
            assertThat(fixture.image().cordons()).containsOnlyKeys(1);
            assertThat(rest.delete(url + "/brokers/1/cordon").status()).isEqualTo(204);
            assertThat(rest.delete(url + "/balance").status()).isEqualTo(204);
            assertThat(
                            rest.put(
                                            url + "/topics/forwarded/partitions/0/reassignment",
                                            "{\"replicas\":[9]}")
                                    .errorCode())
                    .isEqualTo(40002);
            Rest.Answer looped =
                    rest.call(
                            "DELETE",
                            url + "/topics/forwarded",
                            null,
                            ForwardFilter.FORWARDED_BY,
                            "admin-a");
            assertThat(looped.status()).isEqualTo(503);
            assertThat(looped.errorCode()).isEqualTo(50003);
            Rest.Answer refused = rest.post(url + "/topics", "{\"topic_name\":\"..\"}");
            assertThat(refused.errorCode()).isEqualTo(42206);
            assertThat(
                            rest.get(
                                            url + "/topics",
                                            "X-Forwarded-Host",
                                            "api.example",
                                            "X-Forwarded-Proto",
                                            "https")
                                    .json()
                                    .path("metadata")
                                    .path("self")
                                    .asString())
                    .startsWith("https://api.example/v3/clusters/");
        }
        fixture.await(image -> !image.admins().containsKey("admin-b"));
    }

    /** The dead one is still registered and holds the latch, as for a moment after a kill. */
    @Test
    void aChangeThatMeetsADeadControllerIsMadeByTheNextOne() throws Exception {
        String connectString = fixture.connectString() + "/dead-controller";
        String nobody = "http://127.0.0.1:" + FreePorts.some(1).getFirst();
        try (CuratorFramework client =
                        ZkConnection.connect(
                                connectString, Duration.ofSeconds(10), Duration.ofSeconds(20));
                Registration broker = AdminFixture.registerBroker(client, 0, "rack", false);
                Registration dead =
                        Registration.register(
                                client,
                                ZkPaths.admin("dead"),
                                new ServiceNode(nobody, "test"),
                                Duration.ofSeconds(20))) {
            assertThat(broker.epoch()).isLessThan(dead.epoch());
            LeaderLatch latch = new LeaderLatch(client, ZkPaths.CONTROLLER_LATCH, "dead");
            latch.start();
            Awaitility.await().until(latch::hasLeadership);
            client.create()
                    .creatingParentsIfNeeded()
                    .forPath(
                            ZkPaths.CONTROLLER_EPOCH,
                            ZkPayloads.encode(new ControllerNode(1, "dead")));
            try (ConfigurableApplicationContext other =
                    fixture.startAdminAt(connectString, "admin-c", "c")) {
                String url =
                        AdminFixture.url(other)
                                + "/v3/clusters/"
                                + other.getBean(ClusterWatch.class).image().clusterId();
                CompletableFuture<Rest.Answer> created =
                        CompletableFuture.supplyAsync(
                                () -> rest.post(url + "/topics", "{\"topic_name\":\"survivor\"}"));
                CompletableFuture<Rest.Answer> refused =
                        CompletableFuture.supplyAsync(
                                () -> rest.post(url + "/topics", "{\"topic_name\":\"..\"}"));
                Awaitility.await()
                        .during(Duration.ofMillis(300))
                        .until(() -> !created.isDone() && !refused.isDone());
                latch.close();
                assertThat(created.get(30, TimeUnit.SECONDS).status()).isEqualTo(201);
                assertThat(refused.get(30, TimeUnit.SECONDS).errorCode()).isEqualTo(42206);
            }
        }
    }

    @Test
    void whatIsTooLargeOrMalformedIsRefusedBeforeItIsForwarded() throws Exception {
        try (ConfigurableApplicationContext other = fixture.startAdmin("admin-d", "d");
                HttpClient http = HttpClient.newHttpClient()) {
            String topics =
                    AdminFixture.url(other) + "/v3/clusters/" + fixture.clusterId() + "/topics";
            byte[] large = new byte[2_000_000];
            HttpResponse<String> tooLarge =
                    http.send(
                            HttpRequest.newBuilder(URI.create(topics))
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            HttpRequest.BodyPublishers.ofInputStream(
                                                    () -> new ByteArrayInputStream(large)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(tooLarge.statusCode()).as(tooLarge.body()).isEqualTo(413);
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), URI.create(topics).getPort())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write(
                                ("POST "
                                                + URI.create(topics).getRawPath()
                                                + "?validate_only=%zz HTTP/1.1\r\nHost: a\r\n"
                                                + "Content-Type: application/json\r\n"
                                                + "Connection: close\r\nContent-Length: 2\r\n\r\n{}")
                                        .getBytes(StandardCharsets.US_ASCII));
                String answer =
                        new String(
                                socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertThat(answer).startsWith("HTTP/1.1 4");
            }
        }
        fixture.await(image -> !image.admins().containsKey("admin-d"));
    }
}
