package io.headrace.admin.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.wiring.AdminFixture;
import io.headrace.admin.wiring.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

class ActuatorTest {

    private final AdminFixture admin = AdminFixture.shared();
    private final Rest rest = new Rest();

    @Test
    void readinessKnowsTheClusterAndLivenessDoesNot() {
        Rest.Answer ready = rest.get(admin.url() + "/actuator/health/readiness");
        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().path("components").path("admin").path("details").toString())
                .contains("\"registered\":true", "\"isController\":true");
        Rest.Answer live = rest.get(admin.url() + "/actuator/health/liveness");
        assertThat(live.status()).isEqualTo(200);
        assertThat(live.json().path("components").propertyNames()).containsExactly("livenessState");
        assertThat(rest.get(admin.url() + "/livez").status()).isEqualTo(200);
        assertThat(rest.get(admin.url() + "/readyz").status()).isEqualTo(200);
    }

    @Test
    void operatorsAskForTheClusterWithItsDatabaseAndPartitions() {
        Rest.Answer health = rest.get(admin.url() + "/actuator/health/cluster");
        assertThat(health.status()).isEqualTo(200);
        assertThat(health.json().path("components").propertyNames())
                .containsExactlyInAnyOrder("admin", "db", "partitions");
        assertThat(health.json().at("/components/partitions/details/brokers").asInt()).isEqualTo(3);
    }

    @Test
    void theActuatorMayHaveAPortOfItsOwnAndTheApiIsNotThere() {
        try (ConfigurableApplicationContext other =
                admin.startAdmin(
                        "admin-managed",
                        "managed",
                        "--management.server.port=0",
                        "--management.server.address=127.0.0.1")) {
            String management =
                    "http://127.0.0.1:"
                            + other.getEnvironment().getProperty("local.management.port");
            assertThat(rest.get(management + "/actuator/prometheus").status()).isEqualTo(200);
            assertThat(rest.get(management + "/actuator/health/cluster").status()).isEqualTo(200);
            assertThat(rest.get(management + "/v3/clusters").status()).isEqualTo(404);
            String main = AdminFixture.url(other);
            assertThat(rest.get(main + "/v3/clusters").status()).isEqualTo(200);
            assertThat(rest.get(main + "/livez").status()).isEqualTo(200);
            assertThat(rest.get(main + "/readyz").status()).isEqualTo(200);
            assertThat(rest.get(main + "/actuator/prometheus").status()).isEqualTo(404);
        }
    }

    @Test
    void answersAreCompressedForWhoAsksAndHttp2IsSpoken() throws Exception {
        HttpResponse<byte[]> page =
                rest.get(admin.url() + "/openapi/json", "Accept-Encoding", "gzip").raw();
        assertThat(page.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(
                        rest.get(admin.url() + "/openapi/json")
                                .raw()
                                .headers()
                                .firstValue("content-encoding"))
                .isEmpty();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> made =
                    client.send(
                            HttpRequest.newBuilder(URI.create(admin.cluster("topics")))
                                    .timeout(Duration.ofSeconds(20))
                                    .header("Content-Type", "application/json")
                                    .POST(
                                            BodyPublishers.ofString(
                                                    "{\"topic_name\":\"by-http-2\",\"partitions_count\":1}"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            HttpResponse<String> read =
                    client.send(
                            HttpRequest.newBuilder(URI.create(admin.cluster("topics")))
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(read.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(read.body()).contains("by-http-2");
        }
    }

    @Test
    void metricsCarryTheNamesThatDashboardsQuery() {
        assertThat(
                        rest.post(
                                        admin.cluster("topics"),
                                        "{\"topic_name\":\"measured\",\"partitions_count\":3}")
                                .status())
                .isIn(201);
        admin.await(image -> image.topic("measured").isPresent());
        assertThat(scraped(""))
                .contains(
                        "kafka_controller_kafkacontroller_activecontrollercount 1.0",
                        "kafka_controller_kafkacontroller_offlinepartitionscount 0.0",
                        "kafka_controller_controllerstats_uncleanleaderelections_total",
                        "kafka_brokers 3.0",
                        "kafka_topic_partitions{topic=\"measured\"} 3.0",
                        "kafka_topic_partition_leader{partition=\"0\",topic=\"measured\"}",
                        "headrace_admin_audit_lost_total 0.0");
    }

    @Test
    void everyScrapeShowsTheClusterAsItIs() {
        String series = "kafka_topic_partitions{topic=\"scraped\"}";
        String named = "?includedNames=kafka_topic_partitions";
        assertThat(scraped("")).doesNotContain(series);
        var _ = rest.post(admin.cluster("topics"), "{\"topic_name\":\"scraped\"}");
        admin.await(image -> image.topic("scraped").isPresent());
        assertThat(scraped(named)).contains(series);
        var _ = rest.delete(admin.cluster("topics/scraped"));
        admin.await(image -> image.topic("scraped").isEmpty());
        assertThat(scraped("")).doesNotContain(series);
    }

    private String scraped(String query) {
        return new String(
                rest.get(admin.url() + "/actuator/prometheus" + query).raw().body(),
                StandardCharsets.UTF_8);
    }

    @Test
    void onlyTheNamedEndpointsAreOpen() {
        assertThat(rest.get(admin.url() + "/actuator/info").status()).isEqualTo(200);
        for (String id :
                List.of(
                        "env",
                        "beans",
                        "heapdump",
                        "loggers",
                        "shutdown",
                        "configprops",
                        "threaddump")) {
            assertThat(rest.get(admin.url() + "/actuator/" + id).status()).isEqualTo(404);
        }
        assertThat(rest.get(admin.url() + "/h2-console").status()).isEqualTo(404);
    }

    @Test
    void theOpenApiPageDescribesTheEndpoints() {
        Rest.Answer api = rest.get(admin.url() + "/openapi/json");
        assertThat(api.status()).isEqualTo(200);
        assertThat(api.json().path("paths").propertyNames())
                .contains(
                        "/v3/clusters/{clusterId}/topics",
                        "/v3/clusters/{clusterId}/topics/{topic}/configs:alter",
                        "/v3/clusters/{clusterId}/audit",
                        "/v3/clusters/{clusterId}/catalog");
        assertThat(rest.get(admin.url() + "/openapi").status()).isIn(200, 302);
    }
}
