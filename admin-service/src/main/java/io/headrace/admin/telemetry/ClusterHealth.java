package io.headrace.admin.telemetry;

import io.headrace.admin.controller.Controller;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.telemetry.Troubles;
import java.util.function.BooleanSupplier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Ready means: connected to ZooKeeper, and registered. Troubles are shown and change nothing. */
public final class ClusterHealth implements HealthIndicator {

    private final BooleanSupplier isConnected;
    private final String adminId;
    private final ClusterWatch watch;
    private final Controller controller;
    private final Troubles troubles;

    public ClusterHealth(
            BooleanSupplier isConnected,
            String adminId,
            ClusterWatch watch,
            Controller controller,
            Troubles troubles) {
        this.isConnected = isConnected;
        this.adminId = adminId;
        this.watch = watch;
        this.controller = controller;
        this.troubles = troubles;
    }

    @Override
    public Health health() {
        boolean connected = isConnected.getAsBoolean();
        boolean registered = watch.image().admins().containsKey(adminId);
        return (connected && registered ? Health.up() : Health.outOfService())
                .withDetail("zooKeeperConnected", connected)
                .withDetail("registered", registered)
                .withDetail("isController", controller.isActive())
                .withDetail("controllerEpoch", watch.image().controllerEpoch())
                .withDetail("recentTroubles", troubles.recent())
                .build();
    }
}
