package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.controller.Outcome;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** HeadracePartitionResultList: what became of each partition of a change of many. */
record PartitionResults(String kind, List<Result> data) {

    /**
     * @param code NONE when it was done
     * @param message null when it was done
     */
    record Result(
            @JsonProperty("topic_name") String topicName,
            @JsonProperty("partition_id") int partitionId,
            String code,
            @JsonProperty("error_code") int errorCode,
            @Nullable String message) {}

    /**
     * @param asked also those that were not refused
     */
    static PartitionResults of(Collection<TopicPartition> asked, Outcome.Done done) {
        List<Result> results = new ArrayList<>();
        for (TopicPartition tp : asked) {
            if (!done.refusals().containsKey(tp)) {
                results.add(result(tp, ErrorCode.NONE, null));
            }
        }
        for (Map.Entry<TopicPartition, Outcome.Refused> each : done.refusals().entrySet()) {
            results.add(result(each.getKey(), each.getValue().code(), each.getValue().message()));
        }
        return new PartitionResults("HeadracePartitionResultList", results);
    }

    private static Result result(TopicPartition tp, ErrorCode code, @Nullable String message) {
        return new Result(tp.topic(), tp.partition(), code.name(), code.number(), message);
    }
}
