package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.FreePorts;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Spring Boot application with Spring Kafka, as it is packaged: examples/spring-kafka, in its own
 * process, with the Kafka client that Spring Boot chose.
 */
@ExtendWith(SharedPlatform.class)
class SpringKafkaTest {

    private static final Path TARGET = Path.of("..", "examples", "spring-kafka", "target");
    private static final Duration START_WAIT = Duration.ofMinutes(3);
    private static final int ORDERS = 50;

    @Test
    void orders_are_shipped_once_and_a_refused_one_goes_to_the_dead_letter_topic(
            PlatformProcess platform) throws Exception {
        int port = FreePorts.some(1).getFirst();
        try (ChildJvm app = start(platform, port);
                Http http = new Http()) {
            app.awaitLine(line -> line.contains("Started OrdersApplication"), START_WAIT);
            String url = "http://127.0.0.1:" + port + "/orders";
            for (int i = 0; i < ORDERS; i++) {
                order(http, url, "customer-" + i % 7, i == 25 ? 0 : 1);
            }
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () ->
                                    assertThat(http.get(url).body())
                                            .isEqualTo(
                                                    "{\"shipped\":%d,\"attempts\":%d,\"refused\":1}"
                                                            .formatted(ORDERS - 1, ORDERS + 2)));
            String partitions = platform.gateway() + "/topics/shop-orders-dlt/partitions/";
            List<String> dead =
                    Stream.of("0", "1", "2")
                            .map(partition -> partitions + partition + "/records?offset=0")
                            .map(each -> platform.http().get(each).body())
                            .filter(body -> body.contains("customer-4"))
                            .toList();
            assertThat(dead).as("partitions with the refused order").hasSize(1);
        }
    }

    private static void order(Http http, String url, String customer, int count) {
        HttpResponse<String> answer =
                http.post(
                        url,
                        "application/json",
                        "{\"customer\":\"%s\",\"item\":\"tea\",\"count\":%d}"
                                .formatted(customer, count));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        JsonNode place = JsonMapper.shared().readTree(answer.body());
        assertThat(place.path("offset").asLong(-1)).isNotNegative();
    }

    private static ChildJvm start(PlatformProcess platform, int port) throws IOException {
        try (Stream<Path> files = Files.list(TARGET)) {
            Path jar =
                    files.filter(file -> file.toString().endsWith(".jar"))
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            new AssertionError(
                                                    "run ./mvnw package -pl examples/spring-kafka"));
            return ChildJvm.of("org.springframework.boot.loader.launch.JarLauncher")
                    .classPath(jar.toAbsolutePath().toString())
                    .jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")
                    .args(
                            "--server.port=" + port,
                            "--spring.kafka.bootstrap-servers=" + platform.bootstrapServers())
                    .start();
        }
    }
}
