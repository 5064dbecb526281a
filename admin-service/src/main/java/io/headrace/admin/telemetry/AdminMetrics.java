package io.headrace.admin.telemetry;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.controller.Controller;
import io.headrace.admin.controller.UncleanElections;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.telemetry.GaugesByTags;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The metrics of the admin-service, taken from the cluster image.
 *
 * <p>Series per partition are left out above a bound of partitions; {@code
 * headrace_partition_series_enabled} says so.
 */
public final class AdminMetrics implements MeterBinder {

    private final ClusterWatch watch;
    private final Controller controller;
    private final UncleanElections uncleanElections;
    private final AuditLog audit;
    private final int partitionsMax;

    /**
     * @param partitionsMax with more partitions than that, none has series of its own
     */
    public AdminMetrics(
            ClusterWatch watch,
            Controller controller,
            UncleanElections uncleanElections,
            AuditLog audit,
            int partitionsMax) {
        this.watch = watch;
        this.controller = controller;
        this.uncleanElections = uncleanElections;
        this.audit = audit;
        this.partitionsMax = partitionsMax;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(
                        "kafka.controller.kafkacontroller.activecontrollercount",
                        controller,
                        c -> c.isActive() ? 1 : 0)
                .register(registry);
        Gauge.builder(
                        "kafka.controller.kafkacontroller.offlinepartitionscount",
                        watch,
                        w -> offlineCount(w.image()))
                .register(registry);
        Gauge.builder(
                        "kafka.controller.kafkacontroller.globaltopiccount",
                        watch,
                        w -> w.image().topics().size())
                .register(registry);
        Gauge.builder(
                        "kafka.controller.kafkacontroller.globalpartitioncount",
                        watch,
                        w -> partitionCount(w.image()))
                .register(registry);
        FunctionCounter.builder(
                        "kafka.controller.controllerstats.uncleanleaderelections",
                        uncleanElections,
                        UncleanElections::count)
                .register(registry);
        Gauge.builder("kafka.brokers", watch, w -> w.image().brokers().size()).register(registry);
        Gauge.builder(
                        "headrace.partition.series.enabled",
                        watch,
                        w -> partitionCount(w.image()) <= partitionsMax ? 1 : 0)
                .register(registry);
        Gauge.builder("headrace.admin.audit.queue", audit, AuditLog::queueLength)
                .register(registry);
        FunctionCounter.builder("headrace.admin.audit.lost", audit, AuditLog::lostCount)
                .register(registry);
        FunctionCounter.builder("headrace.admin.audit.failures", audit, AuditLog::failureCount)
                .register(registry);
        Series series = new Series(registry, partitionsMax);
        watch.listen(series::show);
    }

    static int offlineCount(ClusterImage image) {
        return image.topics().values().stream()
                .mapToInt(
                        topic ->
                                (int)
                                        topic.states().stream()
                                                .filter(
                                                        s ->
                                                                !image.brokers()
                                                                        .containsKey(s.leader()))
                                                .count())
                .sum();
    }

    static int partitionCount(ClusterImage image) {
        return image.topics().values().stream().mapToInt(TopicImage::partitionCount).sum();
    }

    /** Series with labels, replaced with every image. */
    private static final class Series {
        private final GaugesByTags brokerInfo;
        private final GaugesByTags topicPartitions;
        private final GaugesByTags leaders;
        private final GaugesByTags leaderIsPreferred;
        private final GaugesByTags replicas;
        private final GaugesByTags inSync;
        private final GaugesByTags underReplicated;
        private final int partitionsMax;

        Series(MeterRegistry registry, int partitionsMax) {
            this.partitionsMax = partitionsMax;
            brokerInfo = new GaugesByTags(registry, "kafka.broker.info");
            topicPartitions = new GaugesByTags(registry, "kafka.topic.partitions");
            leaders = new GaugesByTags(registry, "kafka.topic.partition.leader");
            leaderIsPreferred =
                    new GaugesByTags(registry, "kafka.topic.partition.leader.is.preferred");
            replicas = new GaugesByTags(registry, "kafka.topic.partition.replicas");
            inSync = new GaugesByTags(registry, "kafka.topic.partition.in.sync.replica");
            underReplicated =
                    new GaugesByTags(registry, "kafka.topic.partition.under.replicated.partition");
        }

        void show(ClusterImage image) {
            Map<Tags, Integer> brokers = new HashMap<>();
            for (BrokerRegistration broker : image.brokers().values()) {
                brokers.put(
                        Tags.of("id", Integer.toString(broker.id()), "address", broker.httpUrl()),
                        1);
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
            if (partitionCount(image) <= partitionsMax) {
                for (TopicImage topic : image.topics().values()) {
                    for (int p = 0; p < topic.partitionCount(); p++) {
                        Tags tags =
                                Tags.of("topic", topic.name(), "partition", Integer.toString(p));
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
}
