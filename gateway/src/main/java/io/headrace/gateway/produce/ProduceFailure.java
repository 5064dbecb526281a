package io.headrace.gateway.produce;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.model.error.ErrorCode;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.LeaderNotAvailableException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** A producer's exceptions as the errors of the HTTP API; the one table. */
final class ProduceFailure {

    private ProduceFailure() {}

    /** What became of a record that failed. */
    static HttpFailure of(Exception error) {
        ErrorCode code = code(error);
        String message = error.getMessage();
        return ofRecord(
                code,
                error instanceof RetriableException || code.isRetriable(),
                message == null ? "the broker did not take the record" : message);
    }

    /** No broker, or no metadata of the topic, within the wait; nothing was sent. */
    static HttpFailure notReady(String topic, @Nullable Exception refused) {
        return ofRecord(
                ErrorCode.LEADER_NOT_AVAILABLE,
                true,
                refused == null
                        ? "no broker that takes records is known at the moment"
                        : "no broker says who leads '" + topic + "' at the moment");
    }

    /** The answer to a request of which nothing could be handed over. */
    static HttpFailure full() {
        return HttpFailure.overloaded(
                "The gateway holds as many unacknowledged records as it may; try again.");
    }

    static HttpFailure ofRecord(HttpFailure whole) {
        return ofRecord(ErrorCode.OVERLOADED, true, whole.text());
    }

    private static HttpFailure ofRecord(ErrorCode code, boolean isRetriable, String message) {
        int recordCode =
                switch (code) {
                    case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> 413;
                    default ->
                            isRetriable
                                    ? HttpFailure.RECORD_REJECTED_RETRIABLE
                                    : HttpFailure.RECORD_REJECTED;
                };
        return HttpFailure.of(code.httpStatus(), recordCode, code + ": " + message);
    }

    private static ErrorCode code(Exception error) {
        return switch (error) {
            case TimeoutException e -> ErrorCode.REQUEST_TIMED_OUT;
            case RecordTooLargeException e -> ErrorCode.MESSAGE_TOO_LARGE;
            case RecordBatchTooLargeException e -> ErrorCode.RECORD_LIST_TOO_LARGE;
            case NotLeaderOrFollowerException e -> ErrorCode.NOT_LEADER_OR_FOLLOWER;
            case LeaderNotAvailableException e -> ErrorCode.LEADER_NOT_AVAILABLE;
            case UnknownTopicOrPartitionException e -> ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            case UnknownTopicIdException e -> ErrorCode.UNKNOWN_TOPIC_ID;
            case InvalidTopicException e -> ErrorCode.INVALID_TOPIC_EXCEPTION;
            case NotEnoughReplicasException e -> ErrorCode.NOT_ENOUGH_REPLICAS;
            case NotEnoughReplicasAfterAppendException e ->
                    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
            case KafkaStorageException e -> ErrorCode.KAFKA_STORAGE_ERROR;
            case CorruptRecordException e -> ErrorCode.CORRUPT_MESSAGE;
            case InvalidRecordException e -> ErrorCode.INVALID_RECORD;
            case InvalidTimestampException e -> ErrorCode.INVALID_TIMESTAMP;
            case PolicyViolationException e -> ErrorCode.POLICY_VIOLATION;
            case ThrottlingQuotaExceededException e -> ErrorCode.THROTTLING_QUOTA_EXCEEDED;
            case OutOfOrderSequenceException e -> ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
            case InvalidProducerEpochException e -> ErrorCode.INVALID_PRODUCER_EPOCH;
            default -> ErrorCode.UNKNOWN_SERVER_ERROR;
        };
    }

    /** Whether the producer that says this takes no more records, so that another one is needed. */
    static boolean isFatal(Exception error) {
        return switch (error) {
            case ProducerFencedException e -> true;
            case InvalidProducerEpochException e -> true;
            case UnsupportedVersionException e -> true;
            case AuthenticationException e -> true;
            case ClusterAuthorizationException e -> true;
            default -> false;
        };
    }

    /** Whether a producer that did not take a record is broken or closed. */
    static boolean isOfBrokenProducer(Exception refusal) {
        return isFatal(refusal)
                || refusal instanceof IllegalStateException
                || (refusal instanceof KafkaException && !(refusal instanceof ApiException));
    }
}
