package io.headrace.broker.kafka.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.kafka.api.ControllerClient.Answer;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** What the controller says of each partition of a change of many. */
final class PartitionAnswers {

    /**
     * One partition in a request to the controller.
     *
     * @param partition the controller is not asked about one below 0
     * @param replicas where it is to be; null where the request names none
     */
    record Named(
            @JsonProperty("topic_name") String topic,
            @JsonProperty("partition_id") int partition,
            @JsonProperty("replicas") @Nullable List<Integer> replicas) {}

    /**
     * @param text null when all is well
     */
    record Result(short code, @Nullable String text) {}

    private final Answer answer;
    private final Map<TopicPartition, Result> results;

    PartitionAnswers(Answer answer) {
        this(answer, new HashMap<>());
    }

    private PartitionAnswers(Answer answer, Map<TopicPartition, Result> before) {
        this.answer = answer;
        this.results = before;
        for (JsonNode each : answer.body().path("data")) {
            int partition = each.path("partition_id").asInt(-1);
            if (partition >= 0) {
                short code = (short) each.path("error_code").asInt(0);
                results.put(
                        new TopicPartition(each.path("topic_name").asString(""), partition),
                        new Result(code, code == 0 ? null : each.path("message").asString("")));
            }
        }
    }

    /** Nobody was asked anything. */
    static PartitionAnswers none() {
        return new PartitionAnswers(new Answer(ErrorCode.NONE, "", MissingNode.getInstance()));
    }

    /** With what was asked afterwards, of other partitions; if that failed, so did the whole. */
    PartitionAnswers and(Answer next) {
        return new PartitionAnswers(next, new HashMap<>(results));
    }

    /** Of the whole request: all is well, or nothing was decided on any partition. */
    Result ofAll() {
        return answer.isDone()
                ? new Result((short) 0, null)
                : new Result(answer.code().number(), answer.text());
    }

    /** Of the partition itself, or of the whole request when that failed. */
    Result of(String topic, int partition) {
        if (partition < 0) {
            return new Result(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.number(),
                    "topic '" + topic + "' has no partition " + partition);
        }
        return results.getOrDefault(new TopicPartition(topic, partition), ofAll());
    }
}
