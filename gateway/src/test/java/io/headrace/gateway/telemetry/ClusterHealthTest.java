package io.headrace.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.telemetry.Trouble;
import io.headrace.model.telemetry.Troubles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class ClusterHealthTest {

    private final Troubles troubles = new Troubles(() -> 0);

    @Test
    void a_gateway_that_knows_brokers_stays_ready_while_zookeeper_is_away() {
        Health health = new ClusterHealth(() -> image(broker(1)), () -> false, troubles).health();
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("zookeeper", "not connected");
    }

    @Test
    void a_gateway_that_knows_no_broker_is_not_ready() {
        Health health = new ClusterHealth(() -> image(Map.of()), () -> true, troubles).health();
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails()).containsEntry("brokers", 0);
    }

    @Test
    void a_trouble_is_shown_and_leaves_the_gateway_ready() {
        troubles.note(Trouble.PACKETS_LOST, () -> "many");
        Health health = new ClusterHealth(() -> image(broker(1)), () -> true, troubles).health();
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails()).containsEntry("recentTroubles", List.of("packets_lost"));
    }

    private static Map<Integer, BrokerRegistration> broker(int id) {
        return Map.of(
                id,
                new BrokerRegistration(
                        id,
                        7,
                        "http://127.0.0.1:1",
                        Map.of(),
                        Optional.empty(),
                        "test",
                        BrokerRegistration.NO_PROVEN_EPOCH,
                        "disk",
                        false));
    }

    private static ClusterImage image(Map<Integer, BrokerRegistration> brokers) {
        return new ClusterImage(
                1,
                "cluster",
                1,
                Optional.empty(),
                brokers,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Admission.NONE,
                Map.of(),
                Map.of(),
                Optional.empty());
    }
}
