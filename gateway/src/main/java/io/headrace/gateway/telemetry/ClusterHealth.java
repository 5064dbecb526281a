package io.headrace.gateway.telemetry;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.telemetry.Troubles;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Readiness: at least one broker is known. ZooKeeper out of sight is shown and does not make the
 * gateway unready: records flow between it and the brokers it knows, and a load balancer that took
 * it away would close the front door of all of them at once.
 */
public final class ClusterHealth implements HealthIndicator {

    private final Supplier<ClusterImage> cluster;
    private final BooleanSupplier isConnected;
    private final Troubles troubles;

    /**
     * @param isConnected whether ZooKeeper answers at the moment
     */
    public ClusterHealth(
            Supplier<ClusterImage> cluster, BooleanSupplier isConnected, Troubles troubles) {
        this.cluster = cluster;
        this.isConnected = isConnected;
        this.troubles = troubles;
    }

    @Override
    public Health health() {
        int brokerCount = cluster.get().brokers().size();
        boolean isZooKeeperSeen = isConnected.getAsBoolean();
        Health.Builder health = brokerCount > 0 ? Health.up() : Health.down();
        return health.withDetail("zookeeper", isZooKeeperSeen ? "connected" : "not connected")
                .withDetail("brokers", brokerCount)
                .withDetail("recentTroubles", troubles.recent())
                .build();
    }
}
