package io.headrace.model.topic;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings of one topic: what was set on it, laid over the defaults of {@link TopicSetting}.
 *
 * <p>Immutable. Only legal values get in: {@link #of} refuses the rest with a sentence that names
 * setting, value and what is allowed.
 *
 * <p>Source: Kafka's topic configs.
 */
public final class TopicConfig {

    /** How old records are given up. */
    public enum CleanupPolicy {
        DELETE,
        COMPACT
    }

    /** Which time the records of a topic carry. */
    public enum TimestampType {
        CREATE_TIME,
        LOG_APPEND_TIME
    }

    private static final TopicConfig DEFAULTS = new TopicConfig(Map.of());

    private final Map<TopicSetting, String> values;

    private TopicConfig(Map<TopicSetting, String> values) {
        this.values = Map.copyOf(values);
    }

    public static TopicConfig defaults() {
        return DEFAULTS;
    }

    /**
     * The settings of a topic, from what was set on it by name.
     *
     * @throws IllegalArgumentException for an unknown name or an illegal value; the message is fit
     *     for users
     */
    public static TopicConfig of(Map<String, String> config) {
        Map<TopicSetting, String> values = new TreeMap<>();
        for (Map.Entry<String, String> entry : config.entrySet()) {
            TopicSetting setting =
                    TopicSetting.byName(entry.getKey())
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "'"
                                                            + entry.getKey()
                                                            + "' is not a topic setting; the settings are "
                                                            + TopicSetting.names()));
            Optional<String> problem = setting.problem(entry.getValue());
            if (problem.isPresent()) {
                throw new IllegalArgumentException(problem.get());
            }
            values.put(setting, entry.getValue().strip());
        }
        TopicConfig result = new TopicConfig(values);
        if (result.maxCompactionLag().compareTo(result.minCompactionLag()) < 0) {
            throw new IllegalArgumentException(
                    "max.compaction.lag.ms must not be smaller than min.compaction.lag.ms");
        }
        return result;
    }

    /** The value in force, set or default, in the form in which users write it. */
    public String value(TopicSetting setting) {
        return values.getOrDefault(setting, setting.defaultValue());
    }

    /** Whether the setting was set on the topic rather than taken from the defaults. */
    public boolean isSet(TopicSetting setting) {
        return values.containsKey(setting);
    }

    public Set<CleanupPolicy> cleanupPolicies() {
        return Arrays.stream(value(TopicSetting.CLEANUP_POLICY).split(","))
                .map(word -> CleanupPolicy.valueOf(word.strip().toUpperCase(java.util.Locale.ROOT)))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(CleanupPolicy.class)));
    }

    public TimestampType timestampType() {
        return value(TopicSetting.MESSAGE_TIMESTAMP_TYPE).equals("LogAppendTime")
                ? TimestampType.LOG_APPEND_TIME
                : TimestampType.CREATE_TIME;
    }

    public int segmentBytes() {
        return intValue(TopicSetting.SEGMENT_BYTES);
    }

    public Duration segmentAge() {
        return millis(TopicSetting.SEGMENT_MS);
    }

    public Duration segmentJitter() {
        return millis(TopicSetting.SEGMENT_JITTER_MS);
    }

    public int segmentIndexBytes() {
        return intValue(TopicSetting.SEGMENT_INDEX_BYTES);
    }

    public int indexIntervalBytes() {
        return intValue(TopicSetting.INDEX_INTERVAL_BYTES);
    }

    /** Largest size of one record batch, in bytes. */
    public int maxMessageBytes() {
        return intValue(TopicSetting.MAX_MESSAGE_BYTES);
    }

    /** Largest total size of a partition, in bytes; -1 for no limit. */
    public long retentionBytes() {
        return longValue(TopicSetting.RETENTION_BYTES);
    }

    /** How long records are kept, in milliseconds; -1 for ever. */
    public long retentionMs() {
        return longValue(TopicSetting.RETENTION_MS);
    }

    /** How long tombstones are kept in a compacted topic. */
    public Duration deleteRetention() {
        return millis(TopicSetting.DELETE_RETENTION_MS);
    }

    public Duration fileDeleteDelay() {
        return millis(TopicSetting.FILE_DELETE_DELAY_MS);
    }

    public double minCleanableDirtyRatio() {
        return Double.parseDouble(value(TopicSetting.MIN_CLEANABLE_DIRTY_RATIO));
    }

    public Duration minCompactionLag() {
        return millis(TopicSetting.MIN_COMPACTION_LAG_MS);
    }

    public Duration maxCompactionLag() {
        return millis(TopicSetting.MAX_COMPACTION_LAG_MS);
    }

    /** Number of records after which a flush is due. */
    public long flushMessages() {
        return longValue(TopicSetting.FLUSH_MESSAGES);
    }

    /** Time after which a flush is due. */
    public Duration flushInterval() {
        return millis(TopicSetting.FLUSH_MS);
    }

    /** Whether a write is acknowledged only after it was flushed (group commit). */
    public boolean flushOnAck() {
        return Boolean.parseBoolean(value(TopicSetting.FLUSH_ON_ACK));
    }

    public int minInsyncReplicas() {
        return intValue(TopicSetting.MIN_INSYNC_REPLICAS);
    }

    /**
     * The smallest ISR with which an acks=all append is taken and anything is committed: no more
     * replicas can be in sync than there are, and Kafka counts so, too. Leaders and the controller
     * must agree on it.
     *
     * @param copies how many replicas the partition is to have, moves being done
     */
    public static int fewestInSync(int minInsyncReplicas, int copies) {
        return Math.min(minInsyncReplicas, Math.max(1, copies));
    }

    public boolean uncleanLeaderElection() {
        return Boolean.parseBoolean(value(TopicSetting.UNCLEAN_LEADER_ELECTION_ENABLE));
    }

    /** How much older than the broker's clock a record's timestamp may be, in milliseconds. */
    public long timestampBeforeMaxMs() {
        return longValue(TopicSetting.MESSAGE_TIMESTAMP_BEFORE_MAX_MS);
    }

    /** How much newer than the broker's clock a record's timestamp may be, in milliseconds. */
    public long timestampAfterMaxMs() {
        return longValue(TopicSetting.MESSAGE_TIMESTAMP_AFTER_MAX_MS);
    }

    /** Codec name, or {@code producer} to keep what the producer chose. */
    public String compressionType() {
        return value(TopicSetting.COMPRESSION_TYPE);
    }

    private int intValue(TopicSetting setting) {
        return Integer.parseInt(value(setting));
    }

    private long longValue(TopicSetting setting) {
        return Long.parseLong(value(setting));
    }

    private Duration millis(TopicSetting setting) {
        return Duration.ofMillis(longValue(setting));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicConfig that && that.values.equals(values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return new TreeMap<>(values).toString();
    }
}
