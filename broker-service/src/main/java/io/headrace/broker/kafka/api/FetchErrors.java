package io.headrace.broker.kafka.api;

import io.headrace.model.error.ErrorCode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a partition of a fetch may be answered with.
 *
 * <p>Kafka's consumers know these codes only; any other one, though a client may meet it elsewhere,
 * ends them with an {@code IllegalStateException}. A partition that has no leader now, for example,
 * is one to look for again, not LEADER_NOT_AVAILABLE.
 *
 * <p>Source: {@code FetchCollector.handleInitializeErrors} of Kafka's clients.
 */
final class FetchErrors {

    static final Set<Errors> KNOWN =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            Errors.NONE,
                            Errors.NOT_LEADER_OR_FOLLOWER,
                            Errors.REPLICA_NOT_AVAILABLE,
                            Errors.KAFKA_STORAGE_ERROR,
                            Errors.FENCED_LEADER_EPOCH,
                            Errors.UNKNOWN_LEADER_EPOCH,
                            Errors.OFFSET_NOT_AVAILABLE,
                            Errors.OFFSET_OUT_OF_RANGE,
                            Errors.UNKNOWN_TOPIC_OR_PARTITION,
                            Errors.UNKNOWN_TOPIC_ID,
                            Errors.INCONSISTENT_TOPIC_ID,
                            Errors.TOPIC_AUTHORIZATION_FAILED,
                            Errors.CORRUPT_MESSAGE,
                            Errors.UNKNOWN_SERVER_ERROR));

    private FetchErrors() {}

    /** The code, or where a consumer does not know it, that it is to look for the leader again. */
    static Errors of(ErrorCode code) {
        Errors error = Errors.forCode(code.number());
        return KNOWN.contains(error) ? error : Errors.NOT_LEADER_OR_FOLLOWER;
    }
}
