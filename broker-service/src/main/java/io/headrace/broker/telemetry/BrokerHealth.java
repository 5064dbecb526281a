package io.headrace.broker.telemetry;

import io.headrace.model.telemetry.Troubles;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Readiness of this broker: its logs are recovered, it is registered, its log directory works, and
 * once since its start it was in sync with all leaders that live. So a roll does not stop the next
 * broker while this one still lacks what was written meanwhile. Who does not get there in time is
 * ready all the same, and says so.
 *
 * <p>A nearly full disk, strays, missing followers, a ZooKeeper that does not answer and the
 * troubles of the last minute are shown, and do not make the broker unready: reads go on.
 */
public final class BrokerHealth implements HealthIndicator {

    /** What the health depends on. */
    public interface Source {
        boolean areLogsRecovered();

        boolean isRegistered();

        /** Followed partitions out of sync; empty while that cannot be said. */
        OptionalInt partitionsBehind();

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

        /** Kafka clients that are told an address of which nobody here knows whether it fits. */
        List<String> kafkaAddressesNotChecked();
    }

    private enum CatchUp {
        UNDER_WAY,
        DONE,
        GIVEN_UP
    }

    private final Source source;
    private final Troubles troubles;
    private final Duration catchUpMax;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private CatchUp catchUp = CatchUp.UNDER_WAY;
    private OptionalLong registeredAtNanos = OptionalLong.empty();

    /**
     * @param catchUpMax how long to be in sync is waited for, from when the broker is first seen
     *     registered
     */
    public BrokerHealth(
            Source source, Troubles troubles, Duration catchUpMax, LongSupplier nanoTime) {
        this.source = source;
        this.troubles = troubles;
        this.catchUpMax = catchUpMax;
        this.nanoTime = nanoTime;
    }

    /** Does not go back: who falls behind later is as ready as its followers are. */
    private CatchUp catchUp(OptionalInt behind) {
        lock.lock();
        try {
            if (catchUp != CatchUp.UNDER_WAY || !source.isRegistered()) {
                return catchUp;
            }
            long now = nanoTime.getAsLong();
            if (registeredAtNanos.isEmpty()) {
                registeredAtNanos = OptionalLong.of(now);
            }
            if (behind.isPresent() && behind.getAsInt() == 0) {
                catchUp = CatchUp.DONE;
            } else if (now - registeredAtNanos.getAsLong() >= catchUpMax.toNanos()) {
                catchUp = CatchUp.GIVEN_UP;
            }
            return catchUp;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Health health() {
        BrokerFigures.Replicas replicas = source.replicas();
        OptionalInt behind = source.partitionsBehind();
        CatchUp progress = catchUp(behind);
        boolean isReady =
                source.areLogsRecovered()
                        && progress != CatchUp.UNDER_WAY
                        && source.isRegistered()
                        && !source.isLogDirectoryOffline();
        return (isReady ? Health.up() : Health.outOfService())
                .withDetail("logsRecovered", source.areLogsRecovered())
                .withDetail("registered", source.isRegistered())
                .withDetail("catchUp", progress.name().toLowerCase(Locale.ROOT))
                .withDetail("partitionsBehind", behind.orElse(-1))
                .withDetail("zooKeeperConnected", source.isZooKeeperConnected())
                .withDetail("logDirectoryOffline", source.isLogDirectoryOffline())
                .withDetail("diskNearlyFull", source.isDiskNearlyFull())
                .withDetail("underReplicatedPartitions", replicas.underReplicated())
                .withDetail("underMinIsrPartitions", replicas.underMinIsr())
                .withDetail("failures", source.failures())
                .withDetail("strayReplicas", source.strays())
                .withDetail("damagedSegments", source.damagedSegments())
                .withDetail("kafkaAddresses", source.kafkaAddresses())
                .withDetail("kafkaAddressesNotChecked", source.kafkaAddressesNotChecked())
                .withDetail("recentTroubles", troubles.recent())
                .build();
    }
}
