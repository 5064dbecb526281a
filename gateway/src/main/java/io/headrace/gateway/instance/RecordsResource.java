package io.headrace.gateway.instance;

import io.headrace.gateway.consume.RecordEncoder;
import io.headrace.gateway.consume.ValueFormat;
import io.headrace.gateway.http.Accepts;
import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.InFlightBytes;
import io.headrace.gateway.http.Reply;
import io.headrace.gateway.http.Stopping;
import io.headrace.gateway.http.Target;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.headrace.gateway.telemetry.Tracing;
import io.headrace.model.record.RecordHeader;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * {@code GET …/records}: the next records of an instance. The slot is held until the answer was
 * written, so that a read that comes next begins behind it or, if it failed, with it.
 */
final class RecordsResource {

    private static final int RECORD_OVERHEAD = 128;

    private final InstanceCalls calls;
    private final InstanceLimits limits;
    private final InFlightBytes budget;
    private final Stopping stopping;
    private final GatewayMetrics metrics;
    private final Tracing tracing;

    RecordsResource(
            InstanceCalls calls,
            InstanceLimits limits,
            InFlightBytes budget,
            Stopping stopping,
            GatewayMetrics metrics,
            Tracing tracing) {
        this.calls = calls;
        this.limits = limits;
        this.budget = budget;
        this.stopping = stopping;
        this.metrics = metrics;
        this.tracing = tracing;
    }

    Publisher<Void> read(Call call, ConsumerInstance instance) {
        if (call.isHead()) {
            throw HttpFailure.of(405, 405, "Reading with HEAD would lose the records; use GET.");
        }
        Target target = call.target();
        target.allowOnly(Set.of("timeout", "max_bytes"));
        InstanceSettings settings = instance.settings();
        String type = type(call, settings.format());
        long timeoutMs = target.number("timeout", settings.timeoutMs(), 0, Long.MAX_VALUE);
        long bytesMax = target.number("max_bytes", limits.pageBytes(), 1, Long.MAX_VALUE);
        PageGoal goal =
                new PageGoal(
                        Duration.ofMillis(Math.min(timeoutMs, limits.waitMax().toMillis())),
                        settings.fetchMinBytes() < 0 ? Long.MAX_VALUE : settings.fetchMinBytes(),
                        Math.min(bytesMax, limits.pageBytesMax()),
                        budget);
        Delivery delivery = new Delivery(instance, ConnectionWatch.channel(call));
        ConnectionWatch watch = ConnectionWatch.of(call, delivery);
        Tracing.Span span = tracing.receive(call.traceContext());
        return call.onOwnLoop(calls.run(() -> page(instance, goal, delivery, span)))
                .flatMap(json -> write(call, type, delivery.page(), json))
                .doFinally(
                        signal -> {
                            watch.end(signal == SignalType.ON_COMPLETE);
                            goal.release();
                        });
    }

    /** What another gateway says of a page that it passed on. */
    Publisher<Void> unreceived(Call call, ConsumerInstance instance) {
        if (!InstanceProxy.isForwarded(call)) {
            throw HttpFailure.of(404, 404, "There is nothing at this path.");
        }
        instance.takeBack(call.target().number("page", 0, 0, Long.MAX_VALUE));
        return Reply.noContent(call);
    }

    /** The format's own type unless the client names a neutral one; never another format's. */
    private static String type(Call call, ValueFormat format) {
        String own = format.v2Type();
        String best = Accepts.best(call.accept(), List.of(own, Reply.JSON, Reply.V2_JSON));
        if (best == null) {
            throw HttpFailure.of(
                    406,
                    40601,
                    "The instance was created for "
                            + own
                            + "; ask for that, or leave Accept away.");
        }
        return best;
    }

    private JsonWriter page(
            ConsumerInstance instance,
            PageGoal goal,
            Delivery delivery,
            Tracing.@Nullable Span span) {
        instance.enter();
        if (!delivery.entered()) {
            return new JsonWriter(0);
        }
        Page page = instance.nextPage();
        return instance.use(
                member -> {
                    member.read(
                            page,
                            goal,
                            () -> delivery.isOver() || instance.isClosed() || stopping.hasBegun());
                    if (instance.isClosed() || !delivery.attach(page)) {
                        member.progress().putBack(page.cut(0));
                        return new JsonWriter(0);
                    }
                    long bytes = page.bytes();
                    List<ConsumerRecord<byte[], byte[]>> records = page.seal();
                    member.progress().handOut(page);
                    metrics.consumed(records.size(), bytes);
                    JsonWriter json = encoded(records, bytes, instance.settings().format(), span);
                    if (span != null && !records.isEmpty()) {
                        span.end(onlyTopic(records), records.size(), null);
                    }
                    return json;
                });
    }

    private static JsonWriter encoded(
            List<ConsumerRecord<byte[], byte[]>> records,
            long bytes,
            ValueFormat format,
            Tracing.@Nullable Span span) {
        long capacity = 2 + bytes + bytes / 2 + (long) RECORD_OVERHEAD * records.size();
        JsonWriter json = new JsonWriter(Math.toIntExact(capacity)).raw('[');
        Map<TopicPartition, RecordEncoder> encoders = new HashMap<>();
        boolean isFirst = true;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (!isFirst) {
                json.raw(',');
            }
            isFirst = false;
            encoders.computeIfAbsent(
                            new TopicPartition(record.topic(), record.partition()),
                            each -> new RecordEncoder(each.topic(), each.partition(), format, span))
                    .write(
                            json,
                            record.offset(),
                            record.timestamp(),
                            record.key(),
                            record.value(),
                            headers(record));
        }
        return json.raw(']');
    }

    /** The topic of all of them; null if there are several. */
    private static @Nullable String onlyTopic(List<ConsumerRecord<byte[], byte[]>> records) {
        String topic = records.getFirst().topic();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (!record.topic().equals(topic)) {
                return null;
            }
        }
        return topic;
    }

    private static List<RecordHeader> headers(ConsumerRecord<byte[], byte[]> record) {
        List<RecordHeader> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(new RecordHeader(header.key(), header.value()));
        }
        return headers;
    }

    private Mono<Void> write(Call call, String type, @Nullable Page page, JsonWriter json) {
        if (page != null && InstanceProxy.isForwarded(call)) {
            call.response().responseHeaders().set(InstanceProxy.PAGE, Long.toString(page.number()));
        }
        call.response().responseHeaders().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        return Mono.from(Reply.body(call, 200, type, json.array(), json.size()))
                .timeout(limits.writeTimeout());
    }
}
