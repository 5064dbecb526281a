package io.headrace.broker.http;

import io.headrace.broker.replica.ProduceOutcome;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.replica.ReplicaManager.Elsewhere;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.topic.TopicPartition;

/** The one table from what the replica room refuses to the problem that HTTP answers. */
final class Refusal {

    private Refusal() {}

    /** Why this broker does not lead the partition. */
    static Problem notHere(ReplicaManager replicas, String topic, int partition) {
        Elsewhere elsewhere = replicas.whyNotLed(new TopicPartition(topic, partition));
        Problem problem = Problem.of(elsewhere.code(), elsewhere.text());
        if (elsewhere.leaderUrl().isEmpty()) {
            return problem;
        }
        return problem.with("leader_id", elsewhere.leaderId())
                .with("leader_url", elsewhere.leaderUrl().get())
                .withHeader(BatchesHttp.LEADER_URL, elsewhere.leaderUrl().get());
    }

    static Problem of(
            ReplicaManager replicas, String topic, int partition, ErrorCode code, String text) {
        if (code == ErrorCode.NOT_LEADER_OR_FOLLOWER) {
            return notHere(replicas, topic, partition);
        }
        return Problem.of(code, text);
    }

    static Problem outOfRange(
            long offset, long logStartOffset, long highWatermark, long logEndOffset) {
        return Problem.of(
                        ErrorCode.OFFSET_OUT_OF_RANGE,
                        "offset "
                                + offset
                                + " is not in the log, which may be read from "
                                + logStartOffset
                                + " to "
                                + highWatermark)
                .with("log_start_offset", logStartOffset)
                .with("high_watermark", highWatermark)
                .with("log_end_offset", logEndOffset);
    }

    static Problem of(
            ReplicaManager replicas, String topic, int partition, ProduceOutcome outcome) {
        return switch (outcome) {
            case ProduceOutcome.NotDone(ErrorCode code, String text, var _) ->
                    of(replicas, topic, partition, code, text).with("outcome", "not_done");
            case ProduceOutcome.Unknown(ErrorCode code, String text) ->
                    of(replicas, topic, partition, code, text).with("outcome", "unknown");
            case ProduceOutcome.Done done ->
                    throw new IllegalArgumentException("no refusal: " + done);
        };
    }
}
