package io.headrace.broker.telemetry;

/** The keys under which the server log names things; the same words as in metrics and REST. */
public final class LogKeys {

    public static final String TOPIC = "topic";
    public static final String PARTITION = "partition";
    public static final String OFFSET = "offset";
    public static final String LEADER_EPOCH = "leaderEpoch";
    public static final String BROKER_ID = "brokerId";

    private LogKeys() {}
}
