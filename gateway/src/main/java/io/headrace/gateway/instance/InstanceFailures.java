package io.headrace.gateway.instance;

import io.headrace.gateway.http.HttpFailure;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;

/** The one table from what goes wrong with an instance to the v2 convention's codes. */
final class InstanceFailures {

    private static final int ILLEGAL_STATE = 40903;

    private InstanceFailures() {}

    static HttpFailure unknownInstance(InstanceKey key) {
        return HttpFailure.of(
                404,
                40403,
                "There is no consumer instance '"
                        + key.name()
                        + "' in group '"
                        + key.group()
                        + "'; it was never created, was deleted, or expired.");
    }

    static HttpFailure nameTaken(InstanceKey key) {
        return HttpFailure.of(
                409,
                40902,
                "Group '"
                        + key.group()
                        + "' has a consumer instance '"
                        + key.name()
                        + "' already.");
    }

    /** What the instance is at the moment does not allow the call. */
    static HttpFailure illegalState(String message) {
        return HttpFailure.of(409, ILLEGAL_STATE, message);
    }

    static HttpFailure poolExhausted(String message) {
        return HttpFailure.unavailable(50301, message);
    }

    static Throwable toHttp(Throwable error) {
        if (!(error instanceof KafkaException)) {
            return error;
        }
        String text = String.valueOf(error.getMessage());
        return switch (error) {
            case NoOffsetForPartitionException e ->
                    illegalState("No offset is committed and auto.offset.reset is none: " + text);
            case OffsetOutOfRangeException e ->
                    illegalState(
                            "The position is out of range and auto.offset.reset is none: " + text);
            case CommitFailedException e -> lostPartitions();
            case RebalanceInProgressException e -> lostPartitions();
            case AuthenticationException e -> HttpFailure.of(401, 40101, text);
            case AuthorizationException e -> HttpFailure.of(403, 40301, text);
            case TimeoutException e ->
                    HttpFailure.unavailable(50302, "The brokers did not answer in time: " + text);
            case RetriableException e ->
                    HttpFailure.of(500, HttpFailure.RECORD_REJECTED_RETRIABLE, text);
            default -> HttpFailure.of(500, HttpFailure.RECORD_REJECTED, text);
        };
    }

    private static HttpFailure lostPartitions() {
        return illegalState(
                "A rebalance gave the partitions to another member before the commit; what was not committed is read again.");
    }
}
