package io.headrace.admin.envelope;

import io.headrace.model.error.ErrorCode;
import java.util.Optional;

/**
 * Refuses a request: becomes {@code {"error_code":…,"message":…}}.
 *
 * <p>The table of {@link ErrorCode} to v3 codes is here and nowhere else.
 */
public final class V3Exception extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final int errorCode;
    private final String code;
    private final boolean isRetriable;

    private V3Exception(
            int status, int errorCode, String code, boolean isRetriable, String message) {
        super(message);
        this.status = status;
        this.errorCode = errorCode;
        this.code = code;
        this.isRetriable = isRetriable;
    }

    public static V3Exception of(ErrorCode code, String message) {
        return switch (code) {
            case TOPIC_ALREADY_EXISTS,
                    INVALID_PARTITIONS,
                    INVALID_REPLICATION_FACTOR,
                    INVALID_REPLICA_ASSIGNMENT,
                    INVALID_CONFIG,
                    POLICY_VIOLATION ->
                    with(400, 40002, code, message);
            case INVALID_REQUEST, INVALID_GROUP_ID -> with(400, 400, code, message);
            case OFFSET_OUT_OF_RANGE -> with(400, 40002, code, message);
            case NO_REASSIGNMENT_IN_PROGRESS -> with(404, 404, code, message);
            case PREFERRED_LEADER_NOT_AVAILABLE,
                    ELIGIBLE_LEADERS_NOT_AVAILABLE,
                    ELECTION_NOT_NEEDED ->
                    with(409, 409, code, message);
            case NON_EMPTY_GROUP, GROUP_SUBSCRIBED_TO_TOPIC -> with(409, 409, code, message);
            case GROUP_ID_NOT_FOUND -> with(404, 404, code, message);
            case INVALID_TOPIC_EXCEPTION -> with(422, 42206, code, message);
            case UNKNOWN_TOPIC_OR_PARTITION -> with(404, 40403, code, message);
            case MESSAGE_TOO_LARGE -> with(413, 413, code, message);
            case LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE, COORDINATOR_NOT_AVAILABLE ->
                    with(503, 50302, code, message);
            default ->
                    code.isRetriable()
                            ? with(503, 50003, code, message)
                            : with(500, 50002, code, message);
        };
    }

    /** 404 of anything but a topic: cluster, broker, partition, config name. */
    public static V3Exception notFound(String message) {
        return new V3Exception(404, 404, "NOT_FOUND", false, message);
    }

    /** 404 of a partition where its offsets were asked for. */
    public static V3Exception partitionNotFound(String message) {
        return new V3Exception(404, 40402, "UNKNOWN_TOPIC_OR_PARTITION", true, message);
    }

    public static V3Exception badRequest(String message) {
        return of(ErrorCode.INVALID_REQUEST, message);
    }

    /** The body is well-formed but something required is missing in it. */
    public static V3Exception invalidPayload(String message) {
        return new V3Exception(422, 42206, ErrorCode.INVALID_REQUEST.name(), false, message);
    }

    /** An error that is known by its HTTP status only. */
    public static V3Exception ofStatus(int status, String message) {
        return new V3Exception(status, status, "HTTP_" + status, status == 503, message);
    }

    private static V3Exception with(int status, int errorCode, ErrorCode code, String message) {
        return new V3Exception(status, errorCode, code.name(), code.isRetriable(), message);
    }

    public int status() {
        return status;
    }

    public int errorCode() {
        return errorCode;
    }

    /** Stable name, for problem details and the audit log. */
    public String code() {
        return code;
    }

    public boolean isRetriable() {
        return isRetriable;
    }

    /** Seconds after which to try again, where that helps. */
    public Optional<Integer> retryAfterSeconds() {
        return status == 503 || status == 429 ? Optional.of(1) : Optional.empty();
    }

    public String message() {
        return Optional.ofNullable(getMessage()).orElse("");
    }
}
