package io.headrace.admin.telemetry;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.controller.Controller;
import io.headrace.admin.controller.UncleanElections;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ClusterWatch;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of the admin-service, taken from the cluster image when they are scraped.
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
    private volatile @Nullable ClusterSeries series;

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
        series = new ClusterSeries(registry, watch::image, partitionsMax);
    }

    /** Called before each scrape: brings the series with labels up to date. */
    public void refresh() {
        ClusterSeries bound = series;
        if (bound != null) {
            bound.refresh();
        }
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
}
