package io.headrace.admin.telemetry;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The cluster's partitions as an operator asks for them: down while one of them has no leader that
 * lives, up with missing replicas. For people and alerts; no probe may ask it, because no start of
 * an admin-service mends it.
 */
public final class PartitionsHealth implements HealthIndicator {

    private final Supplier<ClusterImage> cluster;

    public PartitionsHealth(Supplier<ClusterImage> cluster) {
        this.cluster = cluster;
    }

    @Override
    public Health health() {
        ClusterImage image = cluster.get();
        int offline = AdminMetrics.offlineCount(image);
        return (offline == 0 ? Health.up() : Health.down())
                .withDetail("brokers", image.brokers().size())
                .withDetail("partitions", AdminMetrics.partitionCount(image))
                .withDetail("offline", offline)
                .withDetail("underReplicated", underReplicatedCount(image))
                .build();
    }

    private static int underReplicatedCount(ClusterImage image) {
        int count = 0;
        for (TopicImage topic : image.topics().values()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                if (topic.states().get(p).isr().size() < topic.assignments().get(p).size()) {
                    count++;
                }
            }
        }
        return count;
    }
}
