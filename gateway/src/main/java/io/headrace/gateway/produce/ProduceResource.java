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
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicConfig;
import java.util.Set;
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

    public ProduceResource(
            Topics topics,
            Producers producers,
            ProduceLimits limits,
            InFlightBytes budget,
            GatewayMetrics metrics) {
        this.topics = topics;
        this.producers = producers;
        this.limits = limits;
        this.budget = budget;
        this.metrics = metrics;
    }

    @Override
    public Publisher<Void> answer(Call call) {
        call.target().allowOnly(PARAMETERS);
        ProduceFormat format = ProduceFormat.of(call);
        int acks = acks(call);
        return topics.find(call.segment(1))
                .flatMap(
                        topic ->
                                RequestBody.use(
                                        call.request(),
                                        limits.bodyBytesMax(),
                                        budget,
                                        body -> produce(call, topic, format, acks, body)));
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

    private Mono<Void> produce(
            Call call, TopicImage topic, ProduceFormat format, int acks, RequestBody body) {
        int batchBytesMax = TopicConfig.of(topic.config()).maxMessageBytes();
        PostedRecords records = read(call, topic, batchBytesMax, format, body);
        KeptProducer producer = producers.of(acks, batchBytesMax);
        return Delivery.of(producer, records, call.loop(), limits.leaderWait())
                .flatMap(done -> Mono.from(answer(call, format, acks, body, done)));
    }

    private PostedRecords read(
            Call call,
            TopicImage topic,
            int recordBytesMax,
            ProduceFormat format,
            RequestBody body) {
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
                        limits.isTraced() ? call.traceContext() : null);
        try {
            format.read(call, body.bytes(), body.size(), records);
        } catch (JsonException e) {
            throw HttpFailure.badRequest(
                    "The body is not the JSON it should be: " + e.getMessage() + ".");
        }
        records.seal();
        return records;
    }

    private Publisher<Void> answer(
            Call call, ProduceFormat format, int acks, RequestBody body, PostedRecords records) {
        ProduceReply reply = new ProduceReply(records);
        int failed = reply.failedCount();
        metrics.produced(reply.recordCount() - failed, failed, body.size());
        if (acks == 0 && failed == 0) {
            return Reply.noContent(call);
        }
        int status = format.isStatusTelling() ? reply.status() : 200;
        JsonWriter json = reply.write();
        return Reply.body(call, status, Reply.V2_JSON, json.array(), json.size());
    }
}
