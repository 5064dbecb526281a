package io.headrace.gateway.produce;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.Endpoint;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.InFlightBytes;
import io.headrace.gateway.http.Reply;
import io.headrace.gateway.http.RequestBody;
import io.headrace.gateway.json.JsonException;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.route.Topics;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.headrace.gateway.telemetry.TraceContext;
import io.headrace.gateway.telemetry.Tracing;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicConfig;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** {@code POST /topics/{topic}} and {@code POST /topics/{topic}/partitions/{partition}}. */
public final class ProduceResource implements Endpoint {

    private static final Set<String> PARAMETERS =
            Set.of("acks", "async", "key", "keyed", "lines", "timestamp");

    private final Topics topics;
    private final Producers producers;
    private final ProduceLimits limits;
    private final InFlightBytes budget;
    private final GatewayMetrics metrics;
    private final Tracing tracing;

    /**
     * @param trace what its records are a part of
     * @param span that records it, if one does
     */
    private record Post(
            Call call,
            ProduceFormat format,
            int acks,
            @Nullable TraceContext trace,
            Tracing.@Nullable Span span) {}

    public ProduceResource(
            Topics topics,
            Producers producers,
            ProduceLimits limits,
            InFlightBytes budget,
            GatewayMetrics metrics,
            Tracing tracing) {
        this.topics = topics;
        this.producers = producers;
        this.limits = limits;
        this.budget = budget;
        this.metrics = metrics;
        this.tracing = tracing;
    }

    @Override
    public Publisher<Void> answer(Call call) {
        call.target().allowOnly(PARAMETERS);
        ProduceFormat format = ProduceFormat.of(call);
        int acks = acks(call);
        TraceContext trace = call.traceContext();
        String name = call.segment(1);
        Tracing.Span span = tracing.publish(name, trace);
        if (span == null) {
            return answer(name, new Post(call, format, acks, trace, null));
        }
        return answer(name, new Post(call, format, acks, span.context(), span))
                .doOnError(error -> span.end(name, 0, HttpFailure.kindOf(error)))
                .doOnCancel(() -> span.end(name, 0, "cancelled"));
    }

    private Mono<Void> answer(String topicName, Post post) {
        return topics.find(topicName)
                .flatMap(
                        topic ->
                                RequestBody.use(
                                        post.call().request(),
                                        limits.bodyBytesMax(),
                                        budget,
                                        body -> produce(post, topic, body)));
    }

    private int acks(Call call) {
        if (call.target().flag("async")) {
            return 0;
        }
        String text = call.target().parameter("acks");
        if (text == null) {
            return limits.acks();
        }
        return switch (text) {
            case "all", "-1" -> -1;
            case "1" -> 1;
            case "0" -> 0;
            default -> throw HttpFailure.badRequest("'acks' must be all, -1, 1 or 0.");
        };
    }

    private Mono<Void> produce(Post post, TopicImage topic, RequestBody body) {
        int batchBytesMax = TopicConfig.of(topic.config()).maxMessageBytes();
        PostedRecords records = read(post, topic, batchBytesMax, body);
        KeptProducer producer = producers.of(post.acks(), batchBytesMax);
        return Delivery.of(producer, records, post.call().loop(), limits.leaderWait())
                .flatMap(done -> Mono.from(answer(post, body, done)));
    }

    private PostedRecords read(Post post, TopicImage topic, int recordBytesMax, RequestBody body) {
        Call call = post.call();
        int pathPartition =
                call.target().segments().size() > 2
                        ? Topics.partition(topic, call.segment(3))
                        : PostedRecords.NO_PARTITION;
        PostedRecords records =
                new PostedRecords(
                        topic,
                        pathPartition,
                        recordBytesMax,
                        limits.recordCountMax(),
                        limits.isTraced() ? post.trace() : null);
        try {
            post.format().read(call, body.bytes(), body.size(), records);
        } catch (JsonException e) {
            throw HttpFailure.badRequest(
                    "The body is not the JSON it should be: " + e.getMessage() + ".");
        }
        records.seal();
        return records;
    }

    private Publisher<Void> answer(Post post, RequestBody body, PostedRecords records) {
        ProduceReply reply = new ProduceReply(records);
        int failed = reply.failedCount();
        metrics.produced(reply.recordCount() - failed, failed, body.size());
        if (post.span() != null) {
            post.span().end(records.topic().name(), reply.recordCount(), reply.failureKind());
        }
        Call call = post.call();
        if (post.acks() == 0 && failed == 0) {
            return Reply.noContent(call);
        }
        int status = post.format().isStatusTelling() ? reply.status() : 200;
        JsonWriter json = reply.write();
        return Reply.body(call, status, Reply.V2_JSON, json.array(), json.size());
    }
}
