package io.headrace.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.headrace.broker.kafka.api.ControllerClient.Answer;
import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.ServiceRegistration;
import io.headrace.model.error.ErrorCode;
import io.headrace.testkit.process.FreePorts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

class ControllerClientTest {

    @Test
    void whoGivesNoTimeIsAnsweredAtOnceWithWhatIsKnown() {
        CompletableFuture<Answer> open = new CompletableFuture<>();
        assertThat(ControllerClient.within(1, open)).isSameAs(open);
        for (int askedMs : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThat(ControllerClient.within(askedMs, open).getNow(null).code())
                    .isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        }
        Answer answer = new Answer(ErrorCode.NONE, "", JsonNodeFactory.instance.missingNode());
        open.complete(answer);
        assertThat(ControllerClient.within(0, open).getNow(null)).isSameAs(answer);
    }

    @Test
    void theNextOneIsAskedWhereTheControllerTakesNoConnectionAndNobodyIsWhereNoneDoes()
            throws Exception {
        HttpServer alive =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        alive.createContext(
                "/v3/clusters/c/topics",
                exchange -> {
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        alive.start();
        String dead = "http://127.0.0.1:" + FreePorts.some(1).getFirst();
        try {
            String url = "http://127.0.0.1:" + alive.getAddress().getPort();
            assertThat(asked(Map.of("a", dead, "b", url)).code()).isEqualTo(ErrorCode.NONE);
            assertThat(asked(Map.of("a", dead)).code()).isEqualTo(ErrorCode.NOT_CONTROLLER);
        } finally {
            alive.stop(0);
        }
    }

    /** With {@code a} as the controller. */
    private static Answer asked(Map<String, String> admins) throws Exception {
        Map<String, ServiceRegistration> registered = new HashMap<>();
        admins.forEach((id, url) -> registered.put(id, new ServiceRegistration(id, url, "test")));
        ClusterImage image =
                new ClusterImage(
                        1,
                        "c",
                        1,
                        Optional.of("a"),
                        Map.of(),
                        Map.of(),
                        Map.of(),
                        registered,
                        Map.of(),
                        Admission.NONE,
                        Map.of(),
                        Map.of(),
                        Optional.empty());
        try (ControllerClient client = new ControllerClient(() -> image)) {
            return client.call("POST", "/topics", Optional.of(Map.of()), Duration.ofSeconds(10))
                    .get(20, TimeUnit.SECONDS);
        }
    }
}
