package io.headrace.model.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One gauge with a series for each set of tags. A series that stays keeps its meter and gets a new
 * value: meters that are put in place of others make a scrape at that moment fail, because it finds
 * both.
 *
 * <p>Any thread shows, and scrapes.
 */
public final class GaugesByTags {

    private final MultiGauge gauge;
    private final Map<Tags, AtomicLong> values = new HashMap<>();

    public GaugesByTags(MeterRegistry registry, String name) {
        this.gauge = MultiGauge.builder(name).register(registry);
    }

    /** These series are there from now on, and no others. */
    public synchronized void show(Map<Tags, ? extends Number> now) {
        values.keySet().retainAll(now.keySet());
        now.forEach(
                (tags, value) ->
                        values.computeIfAbsent(tags, added -> new AtomicLong())
                                .set(value.longValue()));
        gauge.register(
                values.entrySet().stream()
                        .map(each -> Row.of(each.getKey(), each.getValue(), AtomicLong::get))
                        .toList(),
                false);
    }
}
