package io.headrace.admin.telemetry;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.registry.PrometheusScrapeRequest;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What Prometheus scrapes; says so before each scrape. */
public final class WatchedRegistry extends PrometheusRegistry {

    private final Runnable beforeScrape;

    public WatchedRegistry(Runnable beforeScrape) {
        this.beforeScrape = beforeScrape;
    }

    @Override
    public MetricSnapshots scrape(@Nullable PrometheusScrapeRequest request) {
        beforeScrape.run();
        return super.scrape(request);
    }

    @Override
    public MetricSnapshots scrape(
            @Nullable Predicate<String> names, @Nullable PrometheusScrapeRequest request) {
        beforeScrape.run();
        return super.scrape(names, request);
    }
}
