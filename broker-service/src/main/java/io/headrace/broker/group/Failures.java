package io.headrace.broker.group;

import io.headrace.model.error.ErrorCode;

/** What clients are told when a write to the log failed. */
final class Failures {

    private Failures() {}

    static ErrorCode ofWrite(ErrorCode error) {
        return switch (error) {
            case NONE -> ErrorCode.NONE;
            case NOT_COORDINATOR,
                    NOT_LEADER_OR_FOLLOWER,
                    FENCED_LEADER_EPOCH,
                    KAFKA_STORAGE_ERROR,
                    SHUTTING_DOWN ->
                    ErrorCode.NOT_COORDINATOR;
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> ErrorCode.UNKNOWN_SERVER_ERROR;
            default -> ErrorCode.COORDINATOR_NOT_AVAILABLE;
        };
    }

    static ErrorCode ofCommit(ErrorCode error) {
        return switch (error) {
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> ErrorCode.INVALID_COMMIT_OFFSET_SIZE;
            default -> ofWrite(error);
        };
    }
}
