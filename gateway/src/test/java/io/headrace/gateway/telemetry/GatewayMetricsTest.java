package io.headrace.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMetrics metrics = new GatewayMetrics(registry);

    @Test
    void requests_are_counted_in_buckets_of_how_long_they_took() {
        metrics.request("produce", 200, TimeUnit.MILLISECONDS.toNanos(1));
        metrics.request("produce", 204, TimeUnit.MILLISECONDS.toNanos(3));
        metrics.request("produce", 200, TimeUnit.SECONDS.toNanos(6));
        metrics.request("produce", 503, TimeUnit.MILLISECONDS.toNanos(3));

        assertThat(bucket("2xx", "0.001")).isEqualTo(1);
        assertThat(bucket("2xx", "0.002")).isEqualTo(1);
        assertThat(bucket("2xx", "0.005")).isEqualTo(2);
        assertThat(bucket("2xx", "5.0")).isEqualTo(2);
        assertThat(bucket("2xx", "+Inf")).isEqualTo(3);
        assertThat(bucket("5xx", "0.005")).isEqualTo(1);
        assertThat(registry.scrape().lines())
                .filteredOn(line -> line.contains("_bucket{") && line.contains("\"2xx\""))
                .hasSize(13);
    }

    @Test
    void counting_a_request_allocates_nothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        count(20_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        count(20_000);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes for 20,000 requests")
                .isLessThan(20_000);
    }

    private void count(int requests) {
        for (int i = 0; i < requests; i++) {
            metrics.request("produce", 200, i * 1_000L);
        }
    }

    private double bucket(String status, String upTo) {
        String name =
                "headrace_gateway_requests_seconds_bucket{route=\"produce\",status=\""
                        + status
                        + "\",le=\""
                        + upTo
                        + "\"} ";
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .sum();
    }
}
