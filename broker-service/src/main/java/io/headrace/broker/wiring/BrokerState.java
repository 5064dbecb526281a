package io.headrace.broker.wiring;

import io.headrace.broker.cluster.Converger;
import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.cluster.Membership;
import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.GroupCounters;
import io.headrace.broker.http.BytesInFlight;
import io.headrace.broker.kafka.ConnectionDoctor;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.replica.Leadership;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.replication.FetchCounters;
import io.headrace.broker.replication.ScrubCounters;
import io.headrace.broker.telemetry.BrokerFigures;
import io.headrace.broker.telemetry.BrokerHealth;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What metrics and health ask about a broker. Any thread. */
final class BrokerState implements BrokerFigures, BrokerHealth.Source {

    private final Broker broker;
    private final ReplicaManager replicas;
    private final BytesInFlight bytesInFlight;
    private final ConnectionDoctor doctor;
    private final GroupCoordinator groups;

    BrokerState(
            Broker broker,
            ReplicaManager replicas,
            BytesInFlight bytesInFlight,
            ConnectionDoctor doctor,
            GroupCoordinator groups) {
        this.broker = broker;
        this.replicas = replicas;
        this.bytesInFlight = bytesInFlight;
        this.doctor = doctor;
        this.groups = groups;
    }

    @Override
    public Replicas replicas() {
        ClusterImage image = broker.image();
        int partitions = 0;
        int leaders = 0;
        int underReplicated = 0;
        int underMinIsr = 0;
        int offline = 0;
        for (Partition partition : replicas.partitions()) {
            partitions++;
            if (partition.log().isOffline()) {
                offline++;
            }
            Leadership leadership = partition.leadership();
            if (leadership == null) {
                continue;
            }
            leaders++;
            if (leadership.isr().size() < assigned(image, partition)) {
                underReplicated++;
            }
            if (leadership.isr().size() < leadership.fewestInSync()) {
                underMinIsr++;
            }
        }
        return new Replicas(partitions, leaders, underReplicated, underMinIsr, offline);
    }

    private static int assigned(@Nullable ClusterImage image, Partition p) {
        TopicImage topic = image == null ? null : image.topics().get(p.name().topic());
        return topic == null || p.name().partition() >= topic.partitionCount()
                ? 0
                : topic.assignments().get(p.name().partition()).size();
    }

    @Override
    public long isrShrinks() {
        return replicas.isrCounts().shrinks();
    }

    @Override
    public long isrExpansions() {
        return replicas.isrCounts().expansions();
    }

    @Override
    public int offlineLogDirectories() {
        return isLogDirectoryOffline() ? 1 : 0;
    }

    @Override
    public int parkedFetches() {
        return replicas.parkedCount();
    }

    @Override
    public long requestBytesInFlight() {
        return bytesInFlight.bytes();
    }

    @Override
    public long producersCrowdedOut() {
        LogDirectory logs = broker.logs();
        return logs == null ? 0 : logs.producersCrowdedOut();
    }

    @Override
    public int strayReplicas() {
        return strays().size();
    }

    @Override
    public List<LogSize> logSizes() {
        List<LogSize> sizes = new ArrayList<>();
        for (Partition partition : replicas.partitions()) {
            sizes.add(
                    new LogSize(
                            partition.name().topic(),
                            partition.name().partition(),
                            partition.log().sizeInBytes()));
        }
        return sizes;
    }

    @Override
    public List<Led> led() {
        ClusterImage image = broker.image();
        List<Led> led = new ArrayList<>();
        for (Partition partition : replicas.partitions()) {
            Leadership leadership = partition.leadership();
            if (leadership != null) {
                led.add(
                        new Led(
                                partition.name().topic(),
                                partition.name().partition(),
                                assigned(image, partition),
                                leadership.isr().size(),
                                leadership.fewestInSync(),
                                partition.log().logStartOffset(),
                                partition.highWatermark()));
            }
        }
        return led;
    }

    @Override
    public Set<String> topics() {
        ClusterImage image = broker.image();
        return image == null ? Set.of() : image.topics().keySet();
    }

    @Override
    public boolean areLogsRecovered() {
        return broker.logs() != null;
    }

    @Override
    public boolean isRegistered() {
        Membership membership = broker.membership();
        return membership != null && membership.isRegistered();
    }

    @Override
    public OptionalInt partitionsBehind() {
        ClusterImage image = broker.image();
        Membership membership = broker.membership();
        if (image == null || membership == null || !membership.isRegistered()) {
            return OptionalInt.empty();
        }
        // Before the controller has looked, an ISR may still name the process that was here before.
        boolean isOld = image.controllerId().isPresent() && !membership.isAdmitted(image);
        return isOld
                ? OptionalInt.empty()
                : OptionalInt.of(CatchUp.partitionsBehind(image, replicas.brokerId()));
    }

    @Override
    public boolean isZooKeeperConnected() {
        Membership membership = broker.membership();
        return membership != null && membership.isConnected();
    }

    @Override
    public long zooKeeperDisconnects() {
        Membership membership = broker.membership();
        return membership == null ? 0 : membership.disconnects();
    }

    @Override
    public boolean isLogDirectoryOffline() {
        LogDirectory logs = broker.logs();
        return logs != null && logs.isOffline();
    }

    @Override
    public boolean isDiskNearlyFull() {
        LogDirectory logs = broker.logs();
        return logs != null && logs.reserve().isNearlyFull();
    }

    @Override
    public List<String> failures() {
        Converger converger = broker.converger();
        return converger == null ? List.of() : converger.convergence().failures();
    }

    @Override
    public List<String> strays() {
        Converger converger = broker.converger();
        return converger == null
                ? List.of()
                : converger.convergence().strays().stream().map(LocalReplica::toString).toList();
    }

    @Override
    public List<String> damagedSegments() {
        return broker.scrubber().counters().standing();
    }

    @Override
    public Copying copying() {
        FetchCounters counters = broker.fetchers().counters();
        return new Copying(
                counters.bytes(),
                counters.damaged(),
                counters.truncations(),
                counters.disconnects(),
                counters.late());
    }

    @Override
    public Coordinating coordinating() {
        GroupCounters counters = groups.counters();
        return new Coordinating(
                counters.rebalanceCount(),
                counters.expiredCount(),
                counters.commitCount(),
                counters.groupCount(),
                counters.refusedCount(),
                groups.loads().count(),
                groups.loads().time());
    }

    @Override
    public long repeatedBatches() {
        return replicas.repeatedBatches().count();
    }

    @Override
    public Scrubbing scrubbing() {
        ScrubCounters counters = broker.scrubber().counters();
        return new Scrubbing(counters.bytes(), counters.standing().size(), counters.repaired());
    }

    @Override
    public List<String> kafkaAddresses() {
        return doctor.findings();
    }

    @Override
    public List<String> kafkaAddressesNotChecked() {
        return doctor.notChecked();
    }
}
