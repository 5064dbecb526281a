package io.headrace.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.headrace.broker.kafka.api.PartitionAnswers.Named;
import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.ServiceRegistration;
import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ElectLeadersApiTest {

    private static final int PART = ElectLeadersApi.PART_COUNT_MAX;
    private static final String NAME = "n".repeat(249);
    private static final int BODY_BYTES_MAX = 1_000_000;

    /** How many partitions each part named. */
    private final List<Integer> parts = new CopyOnWriteArrayList<>();

    private volatile int refusedPart = Integer.MAX_VALUE;
    private HttpServer admin;

    @BeforeEach
    void start() throws IOException {
        admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        admin.createContext("/v3/clusters/c/topics/-/partitions:elect-leaders", this::answer);
        admin.start();
    }

    @AfterEach
    void stop() {
        admin.stop(0);
    }

    @Test
    void manyPartitionsAreElectedInPartsThatTheControllerTakes() throws Exception {
        PartitionAnswers answers = elected(2 * PART + 1);
        assertThat(parts).containsExactly(PART, PART, 1);
        assertThat(answers.ofAll().code()).isZero();
        assertThat(answers.of(NAME, 0).code()).isZero();
        assertThat(answers.of(NAME, 7).code())
                .isEqualTo(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE.number());
        assertThat(answers.of(NAME, 2 * PART).code()).isZero();
    }

    @Test
    void aPartThatFailsIsTheLastAndWhatWasElectedBeforeIsSaidToBe() throws Exception {
        refusedPart = 2;
        PartitionAnswers answers = elected(3 * PART);
        assertThat(parts).containsExactly(PART, PART);
        short refused = ErrorCode.NOT_CONTROLLER.number();
        assertThat(answers.ofAll().code()).isEqualTo(refused);
        assertThat(answers.of(NAME, PART - 1).code()).isZero();
        assertThat(answers.of(NAME, PART).code()).isEqualTo(refused);
        assertThat(answers.of(NAME, 3 * PART - 1).code()).isEqualTo(refused);
    }

    /** Partition 7 has no leader that could be elected. */
    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        JsonNode named = JsonMapper.shared().readTree(body).path("data");
        parts.add(named.size());
        boolean isRefused = parts.size() == refusedPart || body.length > BODY_BYTES_MAX;
        StringBuilder results = new StringBuilder();
        for (JsonNode each : named) {
            int partition = each.path("partition_id").asInt(-1);
            results.append(results.isEmpty() ? "" : ",")
                    .append(
                            "{\"topic_name\":\"%s\",\"partition_id\":%d,\"error_code\":%d}"
                                    .formatted(
                                            NAME,
                                            partition,
                                            partition == 7
                                                    ? ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
                                                            .number()
                                                    : 0));
        }
        byte[] answer =
                (isRefused ? "{\"code\":\"NOT_CONTROLLER\"}" : "{\"data\":[" + results + "]}")
                        .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(isRefused ? 503 : 200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private PartitionAnswers elected(int count) throws Exception {
        List<Named> all =
                IntStream.range(0, count).mapToObj(p -> new Named(NAME, p, null)).toList();
        ServiceRegistration registered =
                new ServiceRegistration(
                        "a", "http://127.0.0.1:" + admin.getAddress().getPort(), "test");
        ClusterImage image =
                new ClusterImage(
                        1,
                        "c",
                        1,
                        Optional.of("a"),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        Map.of("a", registered),
                        Map.of(),
                        Admission.NONE,
                        Map.of(),
                        Map.of(),
                        Optional.empty());
        try (ControllerClient client = new ControllerClient(() -> image)) {
            long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            return ElectLeadersApi.elect(
                            client, "preferred", all, PartitionAnswers.none(), deadlineNs)
                    .get(60, TimeUnit.SECONDS);
        }
    }
}
