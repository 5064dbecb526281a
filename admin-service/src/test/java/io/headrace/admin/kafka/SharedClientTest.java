package io.headrace.admin.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.testkit.cluster.TestImage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** Which brokers the one client begins with, and when it is made anew. No broker is there. */
class SharedClientTest {

    private static final Map<String, String> FIRST = Map.of("PLAINTEXT", "127.0.0.1:1");
    private static final Map<String, String> SECOND = Map.of("PLAINTEXT", "127.0.0.1:2");

    private volatile ClusterImage image = image();

    @SafeVarargs
    private static ClusterImage image(Map<String, String>... endpoints) {
        Map<Integer, BrokerRegistration> brokers = new HashMap<>();
        for (int id = 0; id < endpoints.length; id++) {
            brokers.put(
                    id,
                    new BrokerRegistration(
                            id,
                            1,
                            "http://x",
                            endpoints[id],
                            Optional.empty(),
                            "test",
                            -1,
                            "disk",
                            false));
        }
        return TestImage.empty().brokers(brokers).image();
    }

    private static KafkaAdmin.Settings settings(String listener) {
        return new KafkaAdmin.Settings(
                "test", Optional.ofNullable(listener), Duration.ofSeconds(1));
    }

    @Test
    void aClientIsKeptWhileOneOfItsAddressesLivesAndMadeAnewAfterwards() {
        try (SharedClient client = new SharedClient(() -> image, settings(null))) {
            image = image(FIRST, SECOND);
            Admin made = client.get();
            assertThat(client.get()).isSameAs(made);
            image = image(SECOND);
            assertThat(client.get()).isSameAs(made);
            image = image(Map.of("PLAINTEXT", "127.0.0.1:3"));
            assertThat(client.get()).isNotSameAs(made);
        }
    }

    @Test
    void withoutAnAddressThereIsNoClientForNow() {
        try (SharedClient client = new SharedClient(() -> image, settings(null))) {
            refused(client, 503, "COORDINATOR_NOT_AVAILABLE");
            image = image(Map.of());
            refused(client, 503, "COORDINATOR_NOT_AVAILABLE");
            image = image(Map.of("PLAINTEXT", "no-such-host.invalid:9"));
            refused(client, 503, "COORDINATOR_NOT_AVAILABLE");
        }
    }

    @Test
    void aClosedClientIsNotMadeAgain() {
        image = image(FIRST);
        SharedClient client = new SharedClient(() -> image, settings(null));
        client.close();
        refused(client, 503, "SHUTTING_DOWN");
    }

    private static void refused(SharedClient client, int status, String code) {
        assertThatThrownBy(client::get)
                .isInstanceOfSatisfying(
                        V3Exception.class,
                        e -> {
                            assertThat(e.status()).isEqualTo(status);
                            assertThat(e.code()).isEqualTo(code);
                        });
    }

    @Test
    void theNamedListenerIsUsedElsePlaintextElseTheFirst() {
        ClusterImage several =
                image(Map.of("A", "a:1", "PLAINTEXT", "p:1", "Z", "z:1"), Map.of("Z", "z:2"));
        assertThat(SharedClient.addresses(several, Optional.empty())).containsExactly("p:1", "z:2");
        assertThat(SharedClient.addresses(several, Optional.of("Z"))).containsExactly("z:1", "z:2");
        assertThat(SharedClient.addresses(several, Optional.of("none"))).isEmpty();
    }

    @Test
    void aBrokerThatDoesNotAnswerIsWaitedForNoLongerThanTheTimeout() {
        image = image(FIRST);
        long startNs = System.nanoTime();
        try (KafkaAdmin kafka = new KafkaAdmin(() -> image, settings(null))) {
            assertThatThrownBy(kafka::groups)
                    .isInstanceOfSatisfying(
                            V3Exception.class,
                            e -> {
                                assertThat(e.code()).isEqualTo("REQUEST_TIMED_OUT");
                                assertThat(e.errorCode()).isEqualTo(50003);
                                assertThat(e.isRetriable()).isTrue();
                            });
        }
        assertThat(Duration.ofNanos(System.nanoTime() - startNs))
                .isLessThan(Duration.ofSeconds(20));
    }
}
