package io.headrace.admin.telemetry;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.controller.Controller;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ClusterWatch;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.List;

/**
 * The metrics of the admin-service, taken from the cluster image.
 *
 * <p>Series per partition are left out above {@link #PARTITION_SERIES_MAX} partitions; {@code
 * headrace_partition_series_enabled} says so.
 */
public final class AdminMetrics implements MeterBinder {

    static final int PARTITION_SERIES_MAX = 5_000;

    private final ClusterWatch watch;
    private final Controller controller;
    private final AuditLog audit;

    public AdminMetrics(ClusterWatch watch, Controller controller, AuditLog audit) {
        this.watch = watch;
        this.controller = controller;
        this.audit = audit;
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
        Gauge.builder("kafka.brokers", watch, w -> w.image().brokers().size()).register(registry);
        Gauge.builder(
                        "headrace.partition.series.enabled",
                        watch,
                        w -> partitionCount(w.image()) <= PARTITION_SERIES_MAX ? 1 : 0)
                .register(registry);
        Gauge.builder("headrace.admin.audit.queue", audit, AuditLog::queueLength)
                .register(registry);
        FunctionCounter.builder("headrace.admin.audit.lost", audit, AuditLog::lostCount)
                .register(registry);
        FunctionCounter.builder("headrace.admin.audit.failures", audit, AuditLog::failureCount)
                .register(registry);
        Series series = new Series(registry);
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
        private final MultiGauge brokerInfo;
        private final MultiGauge topicPartitions;
        private final MultiGauge leaders;
        private final MultiGauge leaderIsPreferred;
        private final MultiGauge replicas;
        private final MultiGauge inSync;
        private final MultiGauge underReplicated;

        Series(MeterRegistry registry) {
            brokerInfo = MultiGauge.builder("kafka.broker.info").register(registry);
            topicPartitions = MultiGauge.builder("kafka.topic.partitions").register(registry);
            leaders = MultiGauge.builder("kafka.topic.partition.leader").register(registry);
            leaderIsPreferred =
                    MultiGauge.builder("kafka.topic.partition.leader.is.preferred")
                            .register(registry);
            replicas = MultiGauge.builder("kafka.topic.partition.replicas").register(registry);
            inSync = MultiGauge.builder("kafka.topic.partition.in.sync.replica").register(registry);
            underReplicated =
                    MultiGauge.builder("kafka.topic.partition.under.replicated.partition")
                            .register(registry);
        }

        void show(ClusterImage image) {
            List<MultiGauge.Row<?>> brokers = new ArrayList<>();
            for (BrokerRegistration broker : image.brokers().values()) {
                brokers.add(
                        MultiGauge.Row.of(
                                Tags.of(
                                        "id",
                                        Integer.toString(broker.id()),
                                        "address",
                                        broker.httpUrl()),
                                1));
            }
            brokerInfo.register(brokers, true);
            topicPartitions.register(
                    image.topics().values().stream()
                            .<MultiGauge.Row<?>>map(
                                    t ->
                                            MultiGauge.Row.of(
                                                    Tags.of("topic", t.name()), t.partitionCount()))
                            .toList(),
                    true);
            showPartitions(image);
        }

        private void showPartitions(ClusterImage image) {
            List<MultiGauge.Row<?>> leader = new ArrayList<>();
            List<MultiGauge.Row<?>> preferred = new ArrayList<>();
            List<MultiGauge.Row<?>> replica = new ArrayList<>();
            List<MultiGauge.Row<?>> isr = new ArrayList<>();
            List<MultiGauge.Row<?>> under = new ArrayList<>();
            if (partitionCount(image) <= PARTITION_SERIES_MAX) {
                for (TopicImage topic : image.topics().values()) {
                    for (int p = 0; p < topic.partitionCount(); p++) {
                        Tags tags =
                                Tags.of("topic", topic.name(), "partition", Integer.toString(p));
                        PartitionState state = topic.states().get(p);
                        List<Integer> assigned = topic.assignments().get(p);
                        boolean isPreferred = state.leader() == assigned.getFirst();
                        leader.add(MultiGauge.Row.of(tags, state.leader()));
                        preferred.add(MultiGauge.Row.of(tags, isPreferred ? 1 : 0));
                        replica.add(MultiGauge.Row.of(tags, assigned.size()));
                        isr.add(MultiGauge.Row.of(tags, state.isr().size()));
                        under.add(
                                MultiGauge.Row.of(
                                        tags, state.isr().size() < assigned.size() ? 1 : 0));
                    }
                }
            }
            leaders.register(leader, true);
            leaderIsPreferred.register(preferred, true);
            replicas.register(replica, true);
            inSync.register(isr, true);
            underReplicated.register(under, true);
        }
    }
}
