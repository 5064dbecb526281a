package io.headrace.broker.telemetry;

import io.headrace.model.telemetry.Troubles;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Readiness of this broker: its logs are recovered, it is registered, its log directory works.
 *
 * <p>A nearly full disk, strays, missing followers, a ZooKeeper that does not answer and the
 * troubles of the last minute are shown, and do not make the broker unready: reads go on.
 */
public final class BrokerHealth implements HealthIndicator {

    /** What the health depends on. */
    public interface Source {
        boolean areLogsRecovered();

        boolean isRegistered();

        boolean isZooKeeperConnected();

        boolean isLogDirectoryOffline();

        boolean isDiskNearlyFull();

        /** Of what it leads, how much has too few replicas in sync. */
        BrokerFigures.Replicas replicas();

        /** What could not be done and is tried again. */
        List<String> failures();

        /** Replicas with files that the metadata does not explain. */
        List<String> strays();

        /** Segments whose bytes are damaged, and that no other replica could repair. */
        List<String> damagedSegments();

        /** Kafka clients that are told an address other than the one they came to. */
        List<String> kafkaAddresses();
    }

    private final Source source;
    private final Troubles troubles;

    public BrokerHealth(Source source, Troubles troubles) {
        this.source = source;
        this.troubles = troubles;
    }

    @Override
    public Health health() {
        BrokerFigures.Replicas replicas = source.replicas();
        boolean isReady =
                source.areLogsRecovered()
                        && source.isRegistered()
                        && !source.isLogDirectoryOffline();
        return (isReady ? Health.up() : Health.outOfService())
                .withDetail("logsRecovered", source.areLogsRecovered())
                .withDetail("registered", source.isRegistered())
                .withDetail("zooKeeperConnected", source.isZooKeeperConnected())
                .withDetail("logDirectoryOffline", source.isLogDirectoryOffline())
                .withDetail("diskNearlyFull", source.isDiskNearlyFull())
                .withDetail("underReplicatedPartitions", replicas.underReplicated())
                .withDetail("underMinIsrPartitions", replicas.underMinIsr())
                .withDetail("failures", source.failures())
                .withDetail("strayReplicas", source.strays())
                .withDetail("damagedSegments", source.damagedSegments())
                .withDetail("kafkaAddresses", source.kafkaAddresses())
                .withDetail("recentTroubles", troubles.recent())
                .build();
    }
}
