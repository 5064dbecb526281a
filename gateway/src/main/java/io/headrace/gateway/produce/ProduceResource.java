package io.headrace.gateway.produce;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.Endpoint;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.InFlightBytes;
import io.headrace.gateway.http.Reply;
import io.headrace.gateway.http.RequestBody;
import io.headrace.gateway.json.JsonException;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.route.Appended;
import io.headrace.gateway.route.BrokerFailure;
import io.headrace.gateway.route.Brokers;
import io.headrace.gateway.route.Topics;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicPartition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code POST /topics/{topic}} and {@code POST /topics/{topic}/partitions/{partition}}. */
public final class ProduceResource implements Endpoint {

    private static final Set<String> PARAMETERS =
            Set.of("acks", "async", "key", "keyed", "lines", "timestamp");
    private static final int PARTITIONS_AT_ONCE = 16;

    private final Topics topics;
    private final Brokers brokers;
    private final Partitioner partitioner;
    private final ProduceLimits limits;
    private final InFlightBytes budget;
    private final GatewayMetrics metrics;
    private final Clock clock;

    public ProduceResource(
            Topics topics,
            Brokers brokers,
            Partitioner partitioner,
            ProduceLimits limits,
            InFlightBytes budget,
            GatewayMetrics metrics,
            Clock clock) {
        this.topics = topics;
        this.brokers = brokers;
        this.partitioner = partitioner;
        this.limits = limits;
        this.budget = budget;
        this.metrics = metrics;
        this.clock = clock;
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
        ProduceBatches batches = cut(call, topic, format, body);
        Appended[] appended = new Appended[topic.partitionCount()];
        BrokerFailure[] failures = new BrokerFailure[topic.partitionCount()];
        return call.onOwnLoop(appendAll(batches, acks, appended, failures))
                .then(
                        Mono.defer(
                                () -> {
                                    ProduceReply reply =
                                            new ProduceReply(batches, appended, failures);
                                    return Mono.from(answer(call, format, acks, body, reply));
                                }));
    }

    private ProduceBatches cut(
            Call call, TopicImage topic, ProduceFormat format, RequestBody body) {
        int pathPartition =
                call.target().segments().size() > 2
                        ? Topics.partition(topic, call.segment(3))
                        : Draft.NO_PARTITION;
        int keylessPartition = pathPartition >= 0 ? pathPartition : partitioner.ofRequest(topic);
        ProduceBatches batches =
                new ProduceBatches(
                        topic,
                        pathPartition,
                        keylessPartition,
                        limits,
                        TopicConfig.of(topic.config()).maxMessageBytes(),
                        body.size(),
                        clock.millis());
        try {
            format.read(call, body.bytes(), body.size(), batches);
        } catch (JsonException e) {
            throw HttpFailure.badRequest(
                    "The body is not the JSON it should be: " + e.getMessage() + ".");
        }
        return batches;
    }

    private Mono<Void> appendAll(
            ProduceBatches batches,
            int acks,
            @Nullable Appended[] appended,
            @Nullable BrokerFailure[] failures) {
        List<Mono<Void>> appends = new ArrayList<>(1);
        for (int partition = 0; partition < appended.length; partition++) {
            PartitionBatches records = batches.partitions()[partition];
            if (records != null && records.recordCount() > 0) {
                int to = partition;
                TopicPartition tp = new TopicPartition(batches.topic().name(), partition);
                appends.add(
                        brokers.append(tp, records.finish(), acks)
                                .doOnNext(where -> appended[to] = where)
                                .onErrorResume(
                                        BrokerFailure.class,
                                        failure -> {
                                            failures[to] = failure;
                                            return Mono.empty();
                                        })
                                .then());
            }
        }
        if (appends.size() == 1) {
            return appends.getFirst();
        }
        return Flux.fromIterable(appends).flatMap(append -> append, PARTITIONS_AT_ONCE).then();
    }

    private Publisher<Void> answer(
            Call call, ProduceFormat format, int acks, RequestBody body, ProduceReply reply) {
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
