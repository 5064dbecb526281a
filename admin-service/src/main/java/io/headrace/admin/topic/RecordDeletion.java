package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.audit.AuditedChange;
import io.headrace.admin.audit.AuditedResult;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.kafka.KafkaAdmin;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicName;
import io.headrace.model.topic.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Deletes the oldest records of partitions: planned, done by the leaders, audited. */
public final class RecordDeletion {

    private static final String HIGH_WATERMARK = "high_watermark";

    private final KafkaAdmin kafka;
    private final AuditLog audit;
    private final ObjectMapper json;

    public RecordDeletion(KafkaAdmin kafka, AuditLog audit, ObjectMapper json) {
        this.kafka = kafka;
        this.audit = audit;
        this.json = json;
    }

    /**
     * Body of {@code POST /topics/{topic}/records:delete}.
     *
     * @param beforeOffset for all partitions; only {@code high_watermark}
     * @param data for some partitions
     */
    record Request(
            @JsonProperty("before_offset") @Nullable String beforeOffset,
            @Nullable List<@Nullable Entry> data,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {

        /**
         * @param beforeOffset the first record that stays, or {@code high_watermark}
         */
        record Entry(
                @JsonProperty("partition_id") @Nullable Integer partitionId,
                @JsonProperty("before_offset") @Nullable JsonNode beforeOffset) {}

        /** The wanted offset of each partition; empty means the high watermark. */
        Map<TopicPartition, Optional<Long>> wanted(TopicImage topic) {
            if ((beforeOffset == null) == (data == null)) {
                throw V3Exception.invalidPayload(
                        "either 'before_offset' (for all partitions) or 'data' is needed");
            }
            Map<TopicPartition, Optional<Long>> wanted = new HashMap<>();
            if (data == null) {
                if (!HIGH_WATERMARK.equals(beforeOffset)) {
                    throw V3Exception.badRequest(
                            "'before_offset' for all partitions can only be high_watermark");
                }
                IntStream.range(0, topic.partitionCount())
                        .mapToObj(p -> new TopicPartition(topic.name(), p))
                        .forEach(p -> wanted.put(p, Optional.empty()));
                return wanted;
            }
            if (data.isEmpty()) {
                throw V3Exception.invalidPayload("'data' is empty");
            }
            for (Entry entry : data) {
                if (entry == null || entry.partitionId() == null || entry.beforeOffset() == null) {
                    throw V3Exception.invalidPayload(
                            "an entry of 'data' needs 'partition_id' and 'before_offset'");
                }
                int partition = entry.partitionId();
                if (partition < 0 || partition >= topic.partitionCount()) {
                    throw V3Exception.partitionNotFound(
                            "topic '" + topic.name() + "' has no partition " + partition);
                }
                if (wanted.put(
                                new TopicPartition(topic.name(), partition),
                                offset(entry.beforeOffset()))
                        != null) {
                    throw V3Exception.badRequest("partition " + partition + " is named twice");
                }
            }
            return wanted;
        }

        private static Optional<Long> offset(JsonNode node) {
            if (node.isString() && node.stringValue().equals(HIGH_WATERMARK)) {
                return Optional.empty();
            }
            if (node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0) {
                return Optional.of(node.longValue());
            }
            throw V3Exception.badRequest(
                    "'before_offset' must be an offset (0 or greater) or high_watermark");
        }
    }

    /**
     * What becomes of one partition.
     *
     * @param deletedCount offsets; in a compacted log there are fewer records
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Deleted(
            @JsonProperty("partition_id") int partitionId,
            @JsonProperty("log_start_offset") long logStartOffset,
            @JsonProperty("log_end_offset") long logEndOffset,
            @JsonProperty("new_log_start_offset") long newLogStartOffset,
            @JsonProperty("records_to_delete") long deletedCount) {}

    private record Start(int partition, long logStartOffset) {}

    /**
     * @return the plan, by partition; done unless it is only to be validated
     */
    List<Deleted> delete(TopicImage topic, Request request, boolean isPlanOnly, Caller caller) {
        AuditedChange change =
                new AuditedChange(
                        "topic.delete-records",
                        "topic",
                        topic.name(),
                        json.writeValueAsString(request),
                        isPlanOnly);
        return audited(
                caller,
                change,
                () -> {
                    List<Deleted> plan = plan(topic, request.wanted(topic));
                    if (!isPlanOnly) {
                        Map<TopicPartition, Long> before = new HashMap<>();
                        plan.stream()
                                .filter(d -> d.deletedCount() > 0)
                                .forEach(
                                        d ->
                                                before.put(
                                                        new TopicPartition(
                                                                topic.name(), d.partitionId()),
                                                        d.newLogStartOffset()));
                        if (!before.isEmpty()) {
                            var _ = kafka.deleteRecords(before);
                        }
                    }
                    return plan;
                });
    }

    private List<Deleted> plan(TopicImage topic, Map<TopicPartition, Optional<Long>> wanted) {
        if (TopicName.isInternal(topic.name())) {
            throw V3Exception.of(
                    ErrorCode.POLICY_VIOLATION,
                    "'" + topic.name() + "' is internal: coordinators need its records");
        }
        String policy = topic.config().getOrDefault("cleanup.policy", "delete");
        if (!policy.contains("delete")) {
            throw V3Exception.of(
                    ErrorCode.POLICY_VIOLATION,
                    "topic '"
                            + topic.name()
                            + "' has cleanup.policy "
                            + policy
                            + ", without delete");
        }
        Map<TopicPartition, Long> starts = kafka.earliest(wanted.keySet());
        Map<TopicPartition, Long> ends = kafka.latest(wanted.keySet());
        TreeMap<Integer, Deleted> plan = new TreeMap<>();
        wanted.forEach(
                (partition, offset) -> {
                    long start = starts.getOrDefault(partition, 0L);
                    long end = ends.getOrDefault(partition, 0L);
                    long to = Math.max(start, offset.orElse(end));
                    if (to > end) {
                        throw V3Exception.of(
                                ErrorCode.OFFSET_OUT_OF_RANGE,
                                "'before_offset' of "
                                        + partition
                                        + " is behind the high watermark "
                                        + end);
                    }
                    plan.put(
                            partition.partition(),
                            new Deleted(partition.partition(), start, end, to, to - start));
                });
        return List.copyOf(plan.values());
    }

    private List<Deleted> audited(
            Caller caller, AuditedChange change, Supplier<List<Deleted>> work) {
        try {
            List<Deleted> done = work.get();
            audit.append(
                    caller,
                    change,
                    AuditedResult.ok(
                            starts(done, Deleted::logStartOffset),
                            starts(done, Deleted::newLogStartOffset),
                            0));
            return done;
        } catch (V3Exception e) {
            audit.append(caller, change, AuditedResult.refused(e.code(), e.message()));
            throw e;
        }
    }

    private Optional<String> starts(List<Deleted> done, ToLongFunction<Deleted> start) {
        return Optional.of(
                json.writeValueAsString(
                        done.stream()
                                .map(each -> new Start(each.partitionId(), start.applyAsLong(each)))
                                .toList()));
    }
}
