package io.headrace.gateway.instance;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.Target;
import io.headrace.gateway.json.JsonWriter;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * Where an instance reads on, and what its group has committed.
 *
 * <p>A committed {@code offset} is that of the last record read, stored as the next one, as in the
 * REST Proxy; {@code headrace.gateway.instances.commit-as-given=true} stores it as it comes.
 */
final class OffsetsResource {

    private static final long END = -1;
    private static final long BEGINNING = -2;
    private static final Set<String> COMMIT_FIELDS =
            Set.of("topic", "partition", "offset", "metadata");
    private static final Set<String> SEEK_FIELDS = COMMIT_FIELDS;
    private static final Set<String> MOMENT_FIELDS =
            Set.of("topic", "partition", "timestamp", "metadata");

    private final InstanceResource endpoints;
    private final KnownPartitions partitions;
    private final InstanceLimits limits;

    OffsetsResource(InstanceResource endpoints, KnownPartitions partitions, InstanceLimits limits) {
        this.endpoints = endpoints;
        this.partitions = partitions;
        this.limits = limits;
    }

    /** Without a body: everything that was received so far. */
    Publisher<Void> commit(Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of("async"));
        boolean isAsync = call.target().flag("async");
        return endpoints.withBody(
                call,
                Set.of("offsets", "partitions"),
                body -> {
                    boolean isAll = !body.has("offsets") && !body.has("partitions");
                    Map<TopicPartition, OffsetAndMetadata> given = isAll ? Map.of() : given(body);
                    instance.run(
                            member -> {
                                member.progress().settle();
                                var offsets = isAll ? member.progress().received() : given;
                                if (isAsync) {
                                    member.commitSoon(offsets);
                                } else {
                                    member.commit(offsets);
                                }
                            });
                    return new JsonWriter(2).raw("[]");
                });
    }

    /**
     * {@code offsets} of the REST Proxy, or {@code partitions}, whose offsets are the next ones.
     */
    private Map<TopicPartition, OffsetAndMetadata> given(ControlBody body) {
        boolean isProxy = body.has("offsets");
        int step = isProxy && !limits.isCommitAsGiven() ? 1 : 0;
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (ControlBody entry : body.entries(isProxy ? "offsets" : "partitions", COMMIT_FIELDS)) {
            TopicPartition partition = partitions.checked(entry.partition());
            String metadata = entry.text("metadata");
            offsets.put(
                    partition,
                    new OffsetAndMetadata(offset(entry) + step, metadata == null ? "" : metadata));
        }
        return offsets;
    }

    private static long offset(ControlBody entry) {
        long offset = entry.number("offset");
        if (offset < 0 || offset == Long.MAX_VALUE) {
            throw HttpFailure.unprocessable("'offset' must be an offset, 0 or greater.");
        }
        return offset;
    }

    /**
     * Named in the body, as the REST Proxy has it, or by {@code ?topic=&partition=}, for clients
     * that cannot send a body with GET; by default all that are assigned.
     */
    Publisher<Void> committed(Call call, ConsumerInstance instance) {
        Target target = call.target();
        target.allowOnly(Set.of("topic", "partition"));
        String topic = target.parameter("topic");
        String partition = target.parameter("partition");
        if (topic == null && partition != null) {
            throw HttpFailure.badRequest("'partition' needs a 'topic'.");
        }
        List<TopicPartition> queried = topic == null ? List.of() : queried(topic, partition);
        return endpoints.withBody(
                call,
                Set.of("partitions"),
                body -> {
                    List<TopicPartition> named =
                            body.has("partitions") ? partitions.in(body) : queried;
                    boolean isNamed = body.has("partitions") || topic != null;
                    Map<TopicPartition, OffsetAndMetadata> found =
                            new TreeMap<>(PartitionOrder.BY_NAME);
                    instance.run(
                            member ->
                                    member.committed(
                                                    isNamed
                                                            ? new HashSet<>(named)
                                                            : member.assignment())
                                            .forEach(
                                                    (each, offset) -> {
                                                        if (offset != null) {
                                                            found.put(each, offset);
                                                        }
                                                    }));
                    return written(found);
                });
    }

    private List<TopicPartition> queried(String topic, @Nullable String partition) {
        if (partition == null) {
            return partitions.of(topic);
        }
        int number = (int) Target.number("partition", partition, 0, Integer.MAX_VALUE);
        return List.of(partitions.checked(new TopicPartition(topic, number)));
    }

    private static JsonWriter written(Map<TopicPartition, OffsetAndMetadata> offsets) {
        JsonWriter json = new JsonWriter(256).raw("{\"offsets\":[");
        String separator = "";
        for (Map.Entry<TopicPartition, OffsetAndMetadata> entry : offsets.entrySet()) {
            json.raw(separator).raw("{\"topic\":").string(entry.getKey().topic());
            json.raw(",\"partition\":").number(entry.getKey().partition());
            json.raw(",\"offset\":").number(entry.getValue().offset());
            json.raw(",\"metadata\":").string(entry.getValue().metadata()).raw('}');
            separator = ",";
        }
        return json.raw("]}");
    }

    Publisher<Void> seek(Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of());
        return endpoints.withBody(
                call,
                Set.of("offsets", "timestamps"),
                body -> {
                    Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
                    Map<TopicPartition, Long> moments = new LinkedHashMap<>();
                    if (body.has("offsets")) {
                        for (ControlBody entry : body.entries("offsets", SEEK_FIELDS)) {
                            offsets.put(entry.partition(), offset(entry));
                        }
                    }
                    if (body.has("timestamps")) {
                        for (ControlBody entry : body.entries("timestamps", MOMENT_FIELDS)) {
                            moments.put(entry.partition(), milliseconds(entry));
                        }
                    }
                    if (offsets.isEmpty() && moments.isEmpty()) {
                        throw HttpFailure.unprocessable("Name 'offsets' or 'timestamps'.");
                    }
                    Set<TopicPartition> all = new HashSet<>(offsets.keySet());
                    all.addAll(moments.keySet());
                    seek(
                            instance,
                            all,
                            member -> {
                                offsets.forEach(member::seek);
                                moments.forEach(
                                        (partition, moment) ->
                                                member.seek(
                                                        partition,
                                                        member.offsetAt(partition, moment)));
                            });
                    return null;
                });
    }

    Publisher<Void> seekToBeginning(Call call, ConsumerInstance instance) {
        return seekTo(BEGINNING, call, instance);
    }

    Publisher<Void> seekToEnd(Call call, ConsumerInstance instance) {
        return seekTo(END, call, instance);
    }

    private Publisher<Void> seekTo(long where, Call call, ConsumerInstance instance) {
        call.target().allowOnly(Set.of());
        return endpoints.withBody(
                call,
                Set.of("partitions"),
                body -> {
                    List<TopicPartition> named = partitions.in(body);
                    seek(
                            instance,
                            named,
                            member -> named.forEach(each -> member.seek(each, where)));
                    return null;
                });
    }

    private static void seek(
            ConsumerInstance instance, Iterable<TopicPartition> wanted, Consumer<Membership> work) {
        instance.run(
                member -> {
                    member.join();
                    Set<TopicPartition> assigned = member.assignment();
                    for (TopicPartition partition : wanted) {
                        if (!assigned.contains(partition)) {
                            throw InstanceFailures.illegalState(
                                    "Partition "
                                            + partition
                                            + " is not assigned to this instance, which cannot read it.");
                        }
                    }
                    work.accept(member);
                });
    }

    private static long milliseconds(ControlBody entry) {
        String timestamp = entry.text("timestamp");
        try {
            if (timestamp != null) {
                long moment = OffsetDateTime.parse(timestamp).toInstant().toEpochMilli();
                return Math.max(0, moment);
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw HttpFailure.badRequest("'timestamp' must be like 2026-01-31T12:00:00Z.");
        }
        throw HttpFailure.unprocessable("The field 'timestamp' is missing.");
    }
}
