package io.headrace.model.error;

/**
 * One enum of error codes for the Kafka protocol, the broker's HTTP API and our own outcomes.
 *
 * <p>The name is the stable code in problem details ({@code "code":"NOT_LEADER_OR_FOLLOWER"}),
 * {@link #number()} is Kafka's number, {@link #httpStatus()} the status with which the broker's
 * HTTP API answers, and {@link #isRetriable()} says whether the same request may succeed later
 * without being changed.
 *
 * <p>Source: Kafka protocol, "Error codes".
 */
public enum ErrorCode {
    UNKNOWN_SERVER_ERROR(-1, 500, false),
    NONE(0, 200, false),
    OFFSET_OUT_OF_RANGE(1, 416, false),
    CORRUPT_MESSAGE(2, 400, true),
    UNKNOWN_TOPIC_OR_PARTITION(3, 404, true),
    LEADER_NOT_AVAILABLE(5, 503, true),
    NOT_LEADER_OR_FOLLOWER(6, 421, true),
    REQUEST_TIMED_OUT(7, 503, true),
    REPLICA_NOT_AVAILABLE(9, 503, true),
    MESSAGE_TOO_LARGE(10, 413, false),
    OFFSET_METADATA_TOO_LARGE(12, 400, false),
    COORDINATOR_LOAD_IN_PROGRESS(14, 503, true),
    COORDINATOR_NOT_AVAILABLE(15, 503, true),
    NOT_COORDINATOR(16, 421, true),
    INVALID_TOPIC_EXCEPTION(17, 400, false),
    RECORD_LIST_TOO_LARGE(18, 413, false),
    NOT_ENOUGH_REPLICAS(19, 503, true),
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(20, 503, true),
    INVALID_REQUIRED_ACKS(21, 400, false),
    ILLEGAL_GENERATION(22, 409, false),
    INCONSISTENT_GROUP_PROTOCOL(23, 409, false),
    INVALID_GROUP_ID(24, 400, false),
    UNKNOWN_MEMBER_ID(25, 404, false),
    INVALID_SESSION_TIMEOUT(26, 400, false),
    REBALANCE_IN_PROGRESS(27, 409, false),
    INVALID_COMMIT_OFFSET_SIZE(28, 413, false),
    INVALID_TIMESTAMP(32, 400, false),
    TOPIC_ALREADY_EXISTS(36, 409, false),
    INVALID_PARTITIONS(37, 400, false),
    INVALID_REPLICATION_FACTOR(38, 400, false),
    INVALID_REPLICA_ASSIGNMENT(39, 400, false),
    INVALID_CONFIG(40, 400, false),
    NOT_CONTROLLER(41, 503, true),
    INVALID_REQUEST(42, 400, false),
    UNSUPPORTED_FOR_MESSAGE_FORMAT(43, 400, false),
    POLICY_VIOLATION(44, 400, false),
    OUT_OF_ORDER_SEQUENCE_NUMBER(45, 409, false),
    DUPLICATE_SEQUENCE_NUMBER(46, 409, false),
    INVALID_PRODUCER_EPOCH(47, 409, false),
    /** The log or its directory is offline after an I/O error, or is being opened. */
    KAFKA_STORAGE_ERROR(56, 503, true),
    UNKNOWN_PRODUCER_ID(59, 409, false),
    NON_EMPTY_GROUP(68, 409, false),
    GROUP_ID_NOT_FOUND(69, 404, false),
    FENCED_LEADER_EPOCH(74, 409, true),
    UNKNOWN_LEADER_EPOCH(75, 409, true),
    UNSUPPORTED_COMPRESSION_TYPE(76, 400, false),
    STALE_BROKER_EPOCH(77, 409, true),
    MEMBER_ID_REQUIRED(79, 409, false),
    PREFERRED_LEADER_NOT_AVAILABLE(80, 409, false),
    GROUP_MAX_SIZE_REACHED(81, 409, false),
    FENCED_INSTANCE_ID(82, 409, false),
    ELIGIBLE_LEADERS_NOT_AVAILABLE(83, 409, false),
    ELECTION_NOT_NEEDED(84, 409, false),
    NO_REASSIGNMENT_IN_PROGRESS(85, 404, false),
    GROUP_SUBSCRIBED_TO_TOPIC(86, 409, false),
    INVALID_RECORD(87, 400, false),
    THROTTLING_QUOTA_EXCEEDED(89, 429, true),
    UNKNOWN_TOPIC_ID(100, 404, true),
    INCONSISTENT_TOPIC_ID(103, 409, true),

    /**
     * Free disk space is below the reserve: reads go on, writes are refused until space returns.
     */
    DISK_NEARLY_FULL(56, 507, true),
    /** A bounded queue (parked requests, bytes in flight) is full. */
    OVERLOADED(89, 503, true),
    /** The process is stopping; another broker or a later attempt will answer. */
    SHUTTING_DOWN(6, 503, true);

    private final short number;
    private final int httpStatus;
    private final boolean retriable;

    ErrorCode(int number, int httpStatus, boolean retriable) {
        this.number = (short) number;
        this.httpStatus = httpStatus;
        this.retriable = retriable;
    }

    /** Kafka's number of this error; several of our names may share one. */
    public short number() {
        return number;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public boolean isRetriable() {
        return retriable;
    }
}
