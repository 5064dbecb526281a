package io.headrace.gateway.instance;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.ClientUrl;
import io.headrace.gateway.http.Endpoint;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.InFlightBytes;
import io.headrace.gateway.http.Reply;
import io.headrace.gateway.http.RequestBody;
import io.headrace.gateway.http.Routes;
import io.headrace.gateway.http.Stopping;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.headrace.gateway.telemetry.Tracing;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.topic.TopicName;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * The endpoints below {@code /consumers}: creation and deletion, subscription, assignment. Offsets
 * are {@link OffsetsResource}'s, records {@link RecordsResource}'s. Calls for an instance of
 * another gateway go there, see {@link InstanceProxy}.
 */
public final class InstanceResource {

    private static final int PATTERN_LENGTH_MAX = 1_024;

    private final Instances instances;
    private final InstanceProxy proxy;
    private final InstanceCalls calls;
    private final InstanceLimits limits;
    private final InFlightBytes budget;
    private final KnownPartitions partitions;
    private final OffsetsResource offsets;
    private final RecordsResource records;
    private final ClientUrl url;

    /**
     * @param gateways client with its pool and connect timeout
     * @param cluster which topics and partitions there are
     * @param url where clients find their instances again
     */
    public InstanceResource(
            Instances instances,
            InstanceDirectory directory,
            HttpClient gateways,
            Supplier<ClusterImage> cluster,
            ClientUrl url,
            InstanceLimits limits,
            InFlightBytes budget,
            Stopping stopping,
            GatewayMetrics metrics,
            Tracing tracing) {
        this.instances = instances;
        this.url = url;
        this.limits = limits;
        this.budget = budget;
        this.calls = new InstanceCalls(limits.callsMax());
        this.partitions = new KnownPartitions(cluster);
        this.proxy = new InstanceProxy(directory, gateways, calls, limits);
        this.offsets = new OffsetsResource(this, partitions, limits);
        this.records = new RecordsResource(calls, limits, budget, stopping, metrics, tracing);
        stopping.signal()
                .subscribe(null, null, () -> instances.all().forEach(ConsumerInstance::wake));
    }

    public void addTo(Routes routes) {
        String base = "/consumers/{}/instances/{}";
        routes.add("consumer-create", "POST", "/consumers/{}", this::create)
                .add("consumer-delete", "DELETE", base, here(this::delete))
                .add(
                        "consumer-subscription",
                        "GET",
                        base + "/subscription",
                        here(this::subscription))
                .add("consumer-subscription", "POST", base + "/subscription", here(this::subscribe))
                .add(
                        "consumer-subscription",
                        "DELETE",
                        base + "/subscription",
                        here(this::unsubscribe))
                .add("consumer-assignments", "GET", base + "/assignments", here(this::assignment))
                .add("consumer-assignments", "POST", base + "/assignments", here(this::assign))
                .add("consumer-records", "GET", base + "/records", here(records::read))
                .add(
                        "consumer-records",
                        "POST",
                        base + "/records" + RemotePage.UNRECEIVED,
                        here(records::unreceived))
                .add("consumer-offsets", "GET", base + "/offsets", here(offsets::committed))
                .add("consumer-offsets", "POST", base + "/offsets", here(offsets::commit))
                .add("consumer-positions", "POST", base + "/positions", here(offsets::seek))
                .add(
                        "consumer-positions",
                        "POST",
                        base + "/positions/beginning",
                        here(offsets::seekToBeginning))
                .add(
                        "consumer-positions",
                        "POST",
                        base + "/positions/end",
                        here(offsets::seekToEnd));
    }

    /** An endpoint of an instance, which may be another gateway's. */
    Endpoint here(BiFunction<Call, ConsumerInstance, Publisher<Void>> endpoint) {
        return call -> {
            InstanceKey key = key(call);
            ConsumerInstance instance = instances.find(key);
            return instance == null ? proxy.pass(call, key) : endpoint.apply(call, instance);
        };
    }

    /** Does something that has no answer but that it is done. */
    private static @Nullable JsonWriter done(ConsumerInstance instance, Consumer<Membership> use) {
        instance.run(use);
        return null;
    }

    private static InstanceKey key(Call call) {
        return new InstanceKey(call.segment(1), call.segment(3));
    }

    /** Reads the body, runs the work where it may block, and answers with what it made. */
    Publisher<Void> withBody(
            Call call, Set<String> fields, Function<ControlBody, @Nullable JsonWriter> work) {
        String type = Reply.metadataType(call);
        checkContentType(call);
        return RequestBody.use(
                call.request(),
                ControlBody.BYTES_MAX,
                budget,
                body -> onWorker(call, type, () -> work.apply(ControlBody.of(body, fields))));
    }

    private Mono<Void> onWorker(Call call, String type, Supplier<@Nullable JsonWriter> work) {
        return call.onOwnLoop(calls.run(() -> new Made(work.get())))
                .flatMap(
                        made -> {
                            JsonWriter json = made.json();
                            return Mono.from(
                                    json == null
                                            ? Reply.noContent(call)
                                            : Reply.body(
                                                    call, 200, type, json.array(), json.size()));
                        });
    }

    /**
     * @param json null for an answer without a body
     */
    private record Made(@Nullable JsonWriter json) {}

    Publisher<Void> withoutBody(Call call, Supplier<@Nullable JsonWriter> work) {
        return onWorker(call, Reply.metadataType(call), work);
    }

    private static void checkContentType(Call call) {
        String type = call.contentType();
        boolean isKnown =
                type == null
                        || type.equals(Reply.JSON)
                        || type.equals("application/vnd.kafka+json")
                        || (type.startsWith("application/vnd.kafka.") && type.endsWith("v2+json"));
        if (!isKnown) {
            throw HttpFailure.unsupportedMediaType(
                    "This body comes as application/vnd.kafka.v2+json or application/json.");
        }
    }

    private Publisher<Void> create(Call call) {
        call.target().allowOnly(Set.of());
        String group = CreateBody.checkedName("A group id", call.segment(1));
        String base = url.base(call);
        return withBody(
                call,
                CreateBody.FIELDS,
                body -> {
                    CreateBody create = CreateBody.of(body, limits);
                    instances.create(new InstanceKey(group, create.name()), create.settings());
                    String home =
                            base
                                    + "/consumers/"
                                    + ClientUrl.segment(group)
                                    + "/instances/"
                                    + ClientUrl.segment(create.name());
                    return new JsonWriter(256)
                            .raw("{\"instance_id\":")
                            .string(create.name())
                            .raw(",\"base_uri\":")
                            .string(home)
                            .raw('}');
                });
    }

    private Publisher<Void> delete(Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of());
        return withoutBody(
                call,
                () -> {
                    instances.delete(instance);
                    return null;
                });
    }

    private Publisher<Void> subscription(Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of());
        return withoutBody(
                call,
                () -> {
                    JsonWriter json = new JsonWriter(128).raw("{\"topics\":[");
                    String separator = "";
                    for (String topic :
                            instance.call(member -> new TreeSet<>(member.subscription()))) {
                        json.raw(separator).string(topic);
                        separator = ",";
                    }
                    return json.raw("]}");
                });
    }

    private Publisher<Void> subscribe(Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of());
        return withBody(
                call,
                Set.of("topics", "topic_pattern"),
                body -> {
                    boolean isList = body.has("topics");
                    String pattern = body.text("topic_pattern");
                    if (isList && pattern != null) {
                        throw InstanceFailures.illegalState(
                                "Subscribe either to 'topics' or to a 'topic_pattern', not to both.");
                    }
                    List<String> topics = isList ? topics(body) : List.of();
                    if (topics.isEmpty() && pattern == null) {
                        throw HttpFailure.unprocessable(
                                "A subscription names 'topics', at least one, or a 'topic_pattern'.");
                    }
                    Pattern compiled = pattern == null ? null : compiled(pattern);
                    return done(instance, member -> member.subscribe(topics, compiled));
                });
    }

    private static List<String> topics(ControlBody body) {
        List<String> topics = body.texts("topics");
        for (String topic : topics) {
            TopicName.problem(topic)
                    .ifPresent(
                            problem -> {
                                throw HttpFailure.unprocessable(
                                        "'" + topic + "' is no topic: " + problem + ".");
                            });
        }
        return topics;
    }

    private static Pattern compiled(String pattern) {
        if (pattern.isEmpty() || pattern.length() > PATTERN_LENGTH_MAX) {
            throw HttpFailure.unprocessable(
                    "'topic_pattern' has 1 to " + PATTERN_LENGTH_MAX + " characters.");
        }
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw HttpFailure.unprocessable(
                    "'topic_pattern' is no regular expression: " + e.getDescription() + ".");
        }
    }

    private Publisher<Void> unsubscribe(Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of());
        return withoutBody(call, () -> done(instance, Membership::unsubscribe));
    }

    private Publisher<Void> assignment(Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of());
        return withoutBody(
                call,
                () -> {
                    JsonWriter json = new JsonWriter(256).raw("{\"partitions\":[");
                    String separator = "";
                    List<TopicPartition> partitions =
                            instance.call(
                                    member ->
                                            member.assignment().stream()
                                                    .sorted(PartitionOrder.BY_NAME)
                                                    .toList());
                    for (TopicPartition partition : partitions) {
                        json.raw(separator).raw("{\"topic\":").string(partition.topic());
                        json.raw(",\"partition\":").number(partition.partition()).raw('}');
                        separator = ",";
                    }
                    return json.raw("]}");
                });
    }

    private Publisher<Void> assign(Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of());
        return withBody(
                call,
                Set.of("partitions"),
                body -> {
                    List<TopicPartition> named = partitions.in(body);
                    return done(instance, member -> member.assign(named));
                });
    }
}
