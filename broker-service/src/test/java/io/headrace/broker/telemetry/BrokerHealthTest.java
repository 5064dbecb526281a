package io.headrace.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.telemetry.Troubles;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Status;

class BrokerHealthTest {

    private boolean isRegistered = true;
    private OptionalInt behind = OptionalInt.empty();
    private long nowNanos = 5;
    private final BrokerHealth health =
            new BrokerHealth(
                    source(), new Troubles(() -> nowNanos), Duration.ofMinutes(10), () -> nowNanos);

    /** All is well but for what the test says; a new question needs no change here. */
    private BrokerHealth.Source source() {
        return (BrokerHealth.Source)
                Proxy.newProxyInstance(
                        BrokerHealth.class.getClassLoader(),
                        new Class<?>[] {BrokerHealth.Source.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "areLogsRecovered", "isZooKeeperConnected" -> true;
                                    case "isRegistered" -> isRegistered;
                                    case "partitionsBehind" -> behind;
                                    case "replicas" -> new BrokerFigures.Replicas(0, 0, 0, 0, 0);
                                    default ->
                                            method.getReturnType() == boolean.class
                                                    ? (Object) false
                                                    : List.of();
                                });
    }

    private Status status() {
        return health.health().getStatus();
    }

    private Object catchUp() {
        return health.health().getDetails().get("catchUp");
    }

    @Test
    void itIsReadyOnceItWasInSyncAndStaysSo() {
        assertThat(status()).isEqualTo(Status.OUT_OF_SERVICE);
        behind = OptionalInt.of(3);
        assertThat(status()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.health().getDetails()).containsEntry("partitionsBehind", 3);
        behind = OptionalInt.of(0);
        assertThat(status()).isEqualTo(Status.UP);
        behind = OptionalInt.of(1);
        assertThat(status()).isEqualTo(Status.UP);
        assertThat(catchUp()).isEqualTo("done");
    }

    @Test
    void afterTheWaitItIsReadyAllTheSameAndSaysSo() {
        isRegistered = false;
        assertThat(status()).isEqualTo(Status.OUT_OF_SERVICE);
        nowNanos += Duration.ofHours(1).toNanos();
        isRegistered = true;
        behind = OptionalInt.of(3);
        assertThat(status()).as("recovery does not count").isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(catchUp()).isEqualTo("under_way");
        nowNanos += Duration.ofMinutes(10).toNanos();
        assertThat(status()).isEqualTo(Status.UP);
        assertThat(catchUp()).isEqualTo("given_up");
    }
}
