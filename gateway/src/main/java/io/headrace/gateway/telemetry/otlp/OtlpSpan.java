package io.headrace.gateway.telemetry.otlp;

import static java.util.Objects.requireNonNull;

import io.headrace.gateway.telemetry.TraceContext;
import io.headrace.gateway.telemetry.Tracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One span, with the attributes that OpenTelemetry's conventions for messaging name.
 *
 * <p>Bounds: {@value #LINKS_MAX} links, each producing span once.
 */
final class OtlpSpan implements Tracing.Span {

    static final int LINKS_MAX = 32;

    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> OPERATION =
            AttributeKey.stringKey("messaging.operation.name");
    private static final AttributeKey<String> OPERATION_TYPE =
            AttributeKey.stringKey("messaging.operation.type");
    private static final AttributeKey<String> TOPIC =
            AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<Long> COUNT =
            AttributeKey.longKey("messaging.batch.message_count");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private final Span span;
    private final SpanKind kind;
    private final @Nullable TraceContext parent;
    private final List<byte[]> linked = new ArrayList<>();
    private boolean hasEnded;

    OtlpSpan(Span span, SpanKind kind, @Nullable TraceContext parent) {
        this.span = span;
        this.kind = kind;
        this.parent = parent;
    }

    @Override
    public TraceContext context() {
        SpanContext own = span.getSpanContext();
        String traceparent =
                "00-"
                        + own.getTraceId()
                        + "-"
                        + own.getSpanId()
                        + "-"
                        + own.getTraceFlags().asHex();
        String tracestate = parent == null ? "" : parent.tracestate();
        return requireNonNull(TraceContext.parse(traceparent, tracestate));
    }

    @Override
    public void link(byte[] traceparent) {
        if (linked.size() == LINKS_MAX || isLinked(traceparent)) {
            return;
        }
        TraceContext producer =
                TraceContext.parse(new String(traceparent, StandardCharsets.ISO_8859_1), "");
        if (producer != null) {
            linked.add(traceparent);
            span.addLink(Span.fromContext(OtlpTracing.contextOf(producer)).getSpanContext());
        }
    }

    private boolean isLinked(byte[] traceparent) {
        for (byte[] known : linked) {
            if (Arrays.equals(known, traceparent)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void end(@Nullable String topic, int recordCount, @Nullable String failure) {
        if (hasEnded) {
            return;
        }
        hasEnded = true;
        boolean isPublish = kind == SpanKind.PRODUCER;
        String operation = isPublish ? "publish" : "receive";
        span.setAttribute(SYSTEM, "kafka")
                .setAttribute(OPERATION, operation)
                .setAttribute(OPERATION_TYPE, isPublish ? "send" : "receive")
                .setAttribute(COUNT, (long) recordCount);
        if (topic != null) {
            span.updateName(topic + " " + operation).setAttribute(TOPIC, topic);
        }
        if (failure != null) {
            span.setStatus(StatusCode.ERROR).setAttribute(ERROR, failure);
        }
        span.end();
    }
}
