package io.headrace.gateway.telemetry.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.gateway.telemetry.Tracing;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A collector that takes connections and never answers. */
class OtlpTracingTest {

    private static final int SPANS = 50_000;

    @Test
    void a_collector_that_hangs_holds_up_neither_requests_nor_the_end() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            OtlpTracing tracing =
                    new OtlpTracing(
                            new OtlpTracing.Settings(
                                    "http://127.0.0.1:" + silent.getLocalPort(),
                                    1,
                                    "",
                                    "test",
                                    Duration.ofMillis(1),
                                    Duration.ofMillis(300)));
            long startNanos = System.nanoTime();
            for (int i = 0; i < SPANS; i++) {
                Tracing.Span span = tracing.publish("t", null);
                assertThat(span).isNotNull();
                span.end("t", 1, null);
            }
            long spansNanos = System.nanoTime() - startNanos;
            tracing.close();
            long closeNanos = System.nanoTime() - startNanos - spansNanos;
            System.out.println("a span takes " + spansNanos / SPANS + " ns");
            assertThat(Duration.ofNanos(spansNanos)).isLessThan(Duration.ofSeconds(10));
            assertThat(Duration.ofNanos(closeNanos))
                    .isBetween(Duration.ofMillis(250), Duration.ofSeconds(3));
        }
    }
}
