package io.headrace.admin.telemetry;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.telemetry.GaugesByTags;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The series with labels: of brokers, topics and partitions. A large cluster has many thousands and
 * publishes an image with every change, so they are made when somebody wants to see them.
 *
 * <p>Owner: any thread refreshes; one at a time does.
 */
final class ClusterSeries {

    private static final long NONE = -1;

    private final GaugesByTags brokerInfo;
    private final GaugesByTags topicPartitions;
    private final GaugesByTags leaders;
    private final GaugesByTags leaderIsPreferred;
    private final GaugesByTags replicas;
    private final GaugesByTags inSync;
    private final GaugesByTags underReplicated;
    private final Supplier<ClusterImage> cluster;
    private final int partitionsMax;
    private long shownVersion = NONE;

    ClusterSeries(MeterRegistry registry, Supplier<ClusterImage> cluster, int partitionsMax) {
        this.cluster = cluster;
        this.partitionsMax = partitionsMax;
        brokerInfo = new GaugesByTags(registry, "kafka.broker.info");
        topicPartitions = new GaugesByTags(registry, "kafka.topic.partitions");
        leaders = new GaugesByTags(registry, "kafka.topic.partition.leader");
        leaderIsPreferred = new GaugesByTags(registry, "kafka.topic.partition.leader.is.preferred");
        replicas = new GaugesByTags(registry, "kafka.topic.partition.replicas");
        inSync = new GaugesByTags(registry, "kafka.topic.partition.in.sync.replica");
        underReplicated =
                new GaugesByTags(registry, "kafka.topic.partition.under.replicated.partition");
    }

    /** Returns when the series are those of the image; does nothing when they are. */
    synchronized void refresh() {
        ClusterImage image = cluster.get();
        if (image.version() != shownVersion) {
            show(image);
            shownVersion = image.version();
        }
    }

    private void show(ClusterImage image) {
        Map<Tags, Integer> brokers = new HashMap<>();
        for (BrokerRegistration broker : image.brokers().values()) {
            brokers.put(
                    Tags.of("id", Integer.toString(broker.id()), "address", broker.httpUrl()), 1);
        }
        brokerInfo.show(brokers);
        Map<Tags, Integer> counts = new HashMap<>();
        for (TopicImage topic : image.topics().values()) {
            counts.put(Tags.of("topic", topic.name()), topic.partitionCount());
        }
        topicPartitions.show(counts);
        showPartitions(image);
    }

    private void showPartitions(ClusterImage image) {
        Map<Tags, Integer> leader = new HashMap<>();
        Map<Tags, Integer> preferred = new HashMap<>();
        Map<Tags, Integer> replica = new HashMap<>();
        Map<Tags, Integer> isr = new HashMap<>();
        Map<Tags, Integer> under = new HashMap<>();
        if (AdminMetrics.partitionCount(image) <= partitionsMax) {
            for (TopicImage topic : image.topics().values()) {
                for (int p = 0; p < topic.partitionCount(); p++) {
                    Tags tags = Tags.of("topic", topic.name(), "partition", Integer.toString(p));
                    PartitionState state = topic.states().get(p);
                    List<Integer> assigned = topic.assignments().get(p);
                    boolean isPreferred = state.leader() == assigned.getFirst();
                    leader.put(tags, state.leader());
                    preferred.put(tags, isPreferred ? 1 : 0);
                    replica.put(tags, assigned.size());
                    isr.put(tags, state.isr().size());
                    under.put(tags, state.isr().size() < assigned.size() ? 1 : 0);
                }
            }
        }
        leaders.show(leader);
        leaderIsPreferred.show(preferred);
        replicas.show(replica);
        inSync.show(isr);
        underReplicated.show(under);
    }
}
