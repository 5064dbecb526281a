package io.headrace.gateway.telemetry.otlp;

import io.headrace.gateway.telemetry.TraceContext;
import io.headrace.gateway.telemetry.Tracing;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends spans to a collector by OTLP over HTTP.
 *
 * <p>Owner: one thread of OpenTelemetry's sends; requests only put their span into its queue.
 * Bounds: {@value #QUEUE_MAX} spans wait, further ones are dropped; a send gives up after {@link
 * #SEND_MAX}. Errors: what cannot be sent is dropped, and the server log says so now and then.
 */
public final class OtlpTracing implements Tracing {

    private static final int QUEUE_MAX = 8_192;
    private static final int BATCH_MAX = 512;
    private static final Duration SEND_MAX = Duration.ofSeconds(5);
    private static final Duration CONNECT_MAX = Duration.ofSeconds(3);
    private static final String TRACES_PATH = "/v1/traces";

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final Duration closeWait;

    /**
     * What to send where.
     *
     * @param endpoint URL of the collector; without a path, OTLP's own is taken
     * @param ratio of the requests that are recorded, of those that come without a parent; the
     *     parent decides for the others
     * @param instanceId of this gateway; empty if it has none of its own
     * @param every how long a span waits for others to be sent with
     * @param closeWait how long {@link #close} takes at most
     */
    public record Settings(
            String endpoint,
            double ratio,
            String instanceId,
            String version,
            Duration every,
            Duration closeWait) {}

    public OtlpTracing(Settings settings) {
        OtlpHttpSpanExporter exporter =
                OtlpHttpSpanExporter.builder()
                        .setEndpoint(tracesUrl(settings.endpoint()))
                        .setConnectTimeout(CONNECT_MAX)
                        .setTimeout(SEND_MAX)
                        .build();
        BatchSpanProcessor queue =
                BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(QUEUE_MAX)
                        .setMaxExportBatchSize(BATCH_MAX)
                        .setScheduleDelay(settings.every())
                        .setExporterTimeout(SEND_MAX)
                        .build();
        provider =
                SdkTracerProvider.builder()
                        .setResource(resource(settings))
                        .setSampler(
                                Sampler.parentBased(Sampler.traceIdRatioBased(settings.ratio())))
                        .addSpanProcessor(queue)
                        .build();
        tracer = provider.get("io.headrace.gateway", settings.version());
        closeWait = settings.closeWait();
    }

    private static String tracesUrl(String endpoint) {
        String path = URI.create(endpoint).getPath();
        if (path.isEmpty()) {
            return endpoint + TRACES_PATH;
        }
        return path.equals("/") ? endpoint + TRACES_PATH.substring(1) : endpoint;
    }

    private static Resource resource(Settings settings) {
        AttributesBuilder attributes =
                Attributes.builder()
                        .put("service.name", "headrace-gateway")
                        .put("service.version", settings.version());
        if (!settings.instanceId().isEmpty()) {
            attributes.put("service.instance.id", settings.instanceId());
        }
        return Resource.getDefault().merge(Resource.create(attributes.build()));
    }

    @Override
    public @Nullable Span publish(String topic, @Nullable TraceContext parent) {
        return begin(topic + " publish", SpanKind.PRODUCER, parent);
    }

    @Override
    public @Nullable Span receive(@Nullable TraceContext parent) {
        return begin("receive", SpanKind.CONSUMER, parent);
    }

    private @Nullable Span begin(String name, SpanKind kind, @Nullable TraceContext parent) {
        SpanBuilder builder = tracer.spanBuilder(name).setSpanKind(kind);
        if (parent == null) {
            builder.setNoParent();
        } else {
            builder.setParent(contextOf(parent));
        }
        io.opentelemetry.api.trace.Span span = builder.startSpan();
        return span.getSpanContext().isSampled() ? new OtlpSpan(span, kind, parent) : null;
    }

    static Context contextOf(TraceContext trace) {
        return W3CTraceContextPropagator.getInstance()
                .extract(Context.root(), trace, TraceFields.INSTANCE);
    }

    @Override
    public void close() {
        var _ = provider.shutdown().join(closeWait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private enum TraceFields implements TextMapGetter<TraceContext> {
        INSTANCE;

        @Override
        public Iterable<String> keys(TraceContext trace) {
            return List.of(TraceContext.TRACEPARENT, TraceContext.TRACESTATE);
        }

        @Override
        public @Nullable String get(@Nullable TraceContext trace, String key) {
            if (trace == null) {
                return null;
            }
            return switch (key) {
                case TraceContext.TRACEPARENT -> trace.toString();
                case TraceContext.TRACESTATE -> trace.tracestate();
                default -> null;
            };
        }
    }
}
