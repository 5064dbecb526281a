package io.headrace.model.topic;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The settings that a topic can have: Kafka's names, kinds of value, defaults and meaning, plus
 * {@code flush.on.ack}, which is ours.
 */
public enum TopicSetting {
    CLEANUP_POLICY(
            "cleanup.policy",
            "delete",
            new Kind.Words(List.of("delete", "compact"), true),
            "How old records are given up: delete whole segments by age and size, compact to the newest record per key, or"
                    + " both."),
    COMPRESSION_TYPE(
            "compression.type",
            "producer",
            new Kind.Words(List.of("producer"), false),
            "Codec of the stored batches; 'producer' keeps what the producer chose."),
    DELETE_RETENTION_MS(
            "delete.retention.ms",
            "86400000",
            Kind.NOT_NEGATIVE,
            "How long tombstones stay in a compacted topic."),
    FILE_DELETE_DELAY_MS(
            "file.delete.delay.ms",
            "60000",
            Kind.NOT_NEGATIVE,
            "How long a deleted segment's file is kept aside."),
    FLUSH_MESSAGES(
            "flush.messages",
            Long.toString(Long.MAX_VALUE),
            new Kind.Whole(1, Long.MAX_VALUE),
            "Number of records after which the log is flushed to disk."),
    FLUSH_MS(
            "flush.ms",
            Long.toString(Long.MAX_VALUE),
            Kind.NOT_NEGATIVE,
            "Time after which unflushed records are flushed to disk."),
    FLUSH_ON_ACK(
            "flush.on.ack",
            "false",
            Kind.TRUTH,
            "Acknowledge a write only after it was flushed to disk; many waiting writes share one flush."),
    FOLLOWER_REPLICATION_THROTTLED_REPLICAS(
            "follower.replication.throttled.replicas",
            "",
            Kind.REPLICAS,
            "Replicas that fetch within follower.replication.throttled.rate: partition:broker, or * for all."),
    INDEX_INTERVAL_BYTES(
            "index.interval.bytes",
            "4096",
            new Kind.Whole(0, Integer.MAX_VALUE),
            "Bytes of log per entry of the offset index."),
    LEADER_REPLICATION_THROTTLED_REPLICAS(
            "leader.replication.throttled.replicas",
            "",
            Kind.REPLICAS,
            "Replicas whose leaders send within leader.replication.throttled.rate: partition:broker, or * for all."),
    MAX_COMPACTION_LAG_MS(
            "max.compaction.lag.ms",
            Long.toString(Long.MAX_VALUE),
            new Kind.Whole(1, Long.MAX_VALUE),
            "Longest time that a record stays out of compaction."),
    MAX_MESSAGE_BYTES(
            "max.message.bytes",
            "1048588",
            new Kind.Whole(0, Integer.MAX_VALUE),
            "Largest record batch, in bytes."),
    MESSAGE_TIMESTAMP_AFTER_MAX_MS(
            "message.timestamp.after.max.ms",
            "3600000",
            Kind.NOT_NEGATIVE,
            "How far a record's timestamp may lie ahead of the broker's clock."),
    MESSAGE_TIMESTAMP_BEFORE_MAX_MS(
            "message.timestamp.before.max.ms",
            Long.toString(Long.MAX_VALUE),
            Kind.NOT_NEGATIVE,
            "How far a record's timestamp may lie behind the broker's clock."),
    MESSAGE_TIMESTAMP_TYPE(
            "message.timestamp.type",
            "CreateTime",
            new Kind.Words(List.of("CreateTime", "LogAppendTime"), false),
            "Whether records carry the producer's time or the time of the append."),
    MIN_CLEANABLE_DIRTY_RATIO(
            "min.cleanable.dirty.ratio",
            "0.5",
            Kind.RATIO,
            "Share of uncompacted bytes at which a log is compacted."),
    MIN_COMPACTION_LAG_MS(
            "min.compaction.lag.ms",
            "0",
            Kind.NOT_NEGATIVE,
            "Shortest time that a record stays out of compaction."),
    MIN_INSYNC_REPLICAS(
            "min.insync.replicas",
            "1",
            new Kind.Whole(1, Integer.MAX_VALUE),
            "How many replicas must be in sync for a write with acks=all."),
    RETENTION_BYTES(
            "retention.bytes",
            "-1",
            new Kind.Whole(-1, Long.MAX_VALUE),
            "Largest size of a partition before old segments are deleted; -1 for no limit."),
    RETENTION_MS(
            "retention.ms",
            "604800000",
            new Kind.Whole(-1, Long.MAX_VALUE),
            "How long records are kept before their segment is deleted; -1 for ever."),
    SEGMENT_BYTES(
            "segment.bytes",
            "1073741824",
            new Kind.Whole(14, Integer.MAX_VALUE),
            "Size at which a segment is closed."),
    SEGMENT_INDEX_BYTES(
            "segment.index.bytes",
            "10485760",
            new Kind.Whole(4, Integer.MAX_VALUE),
            "Largest size of a segment's index; a full index closes the segment."),
    SEGMENT_JITTER_MS(
            "segment.jitter.ms",
            "0",
            Kind.NOT_NEGATIVE,
            "Random part taken off segment.ms, so that not all segments close at once."),
    SEGMENT_MS(
            "segment.ms",
            "604800000",
            new Kind.Whole(1, Long.MAX_VALUE),
            "Age at which a segment is closed."),
    UNCLEAN_LEADER_ELECTION_ENABLE(
            "unclean.leader.election.enable",
            "false",
            Kind.TRUTH,
            "Whether a replica that is not in sync may lead as a last resort, losing records.");

    private final String settingName;
    private final String defaultValue;
    private final Kind kind;
    private final String meaning;

    TopicSetting(String settingName, String defaultValue, Kind kind, String meaning) {
        this.settingName = settingName;
        this.defaultValue = defaultValue;
        this.kind = kind;
        this.meaning = meaning;
    }

    public static Optional<TopicSetting> byName(String name) {
        return Arrays.stream(values())
                .filter(setting -> setting.settingName.equals(name))
                .findFirst();
    }

    static String names() {
        return Arrays.stream(values())
                .map(TopicSetting::settingName)
                .collect(Collectors.joining(", "));
    }

    /** Kafka's name, for example {@code retention.ms}. */
    public String settingName() {
        return settingName;
    }

    public String defaultValue() {
        return defaultValue;
    }

    /** One sentence for users. */
    public String meaning() {
        return meaning;
    }

    /** Why the text is not a legal value, as one sentence; empty when it is legal. */
    public Optional<String> problem(String value) {
        return kind.expectation(value.strip())
                .map(
                        expected ->
                                settingName
                                        + " must be "
                                        + expected
                                        + ", not '"
                                        + shortened(value)
                                        + "'");
    }

    private static String shortened(String value) {
        return value.length() <= 60 ? value : value.substring(0, 60) + "…";
    }

    /** What values a setting takes. */
    private sealed interface Kind {
        Kind TRUTH = new Words(List.of("true", "false"), false);
        Kind NOT_NEGATIVE = new Whole(0, Long.MAX_VALUE);
        Kind RATIO = new Ratio();
        Kind REPLICAS = new Replicas();

        /** What was expected, when the value is not that. */
        Optional<String> expectation(String value);

        record Words(List<String> allowed, boolean several) implements Kind {
            @Override
            public Optional<String> expectation(String value) {
                List<String> words =
                        several
                                ? Arrays.stream(value.split(",", -1)).map(String::strip).toList()
                                : List.of(value);
                boolean legal =
                        allowed.containsAll(words)
                                && words.stream().distinct().count() == words.size();
                return legal
                        ? Optional.empty()
                        : Optional.of(
                                (several ? "a list out of " : "one of ")
                                        + String.join(", ", allowed));
            }
        }

        record Whole(long min, long max) implements Kind {
            @Override
            public Optional<String> expectation(String value) {
                try {
                    long number = Long.parseLong(value);
                    if (number >= min && number <= max) {
                        return Optional.empty();
                    }
                } catch (NumberFormatException e) {
                    // Falls through to the same sentence as a number out of range.
                }
                return Optional.of("a whole number from " + min + " to " + max);
            }
        }

        /** {@code *}, nothing, or {@code partition:broker} by commas. */
        record Replicas() implements Kind {
            @Override
            public Optional<String> expectation(String value) {
                boolean isLegal =
                        value.isEmpty()
                                || value.equals("*")
                                || Arrays.stream(value.split(",", -1))
                                        .allMatch(each -> each.strip().matches("\\d+:\\d+"));
                return isLegal
                        ? Optional.empty()
                        : Optional.of("'*' or pairs like 0:1,0:2 of partition and broker");
            }
        }

        record Ratio() implements Kind {
            @Override
            public Optional<String> expectation(String value) {
                try {
                    double number = Double.parseDouble(value);
                    if (number >= 0 && number <= 1) {
                        return Optional.empty();
                    }
                } catch (NumberFormatException e) {
                    // Falls through to the same sentence as a number out of range.
                }
                return Optional.of("a number from 0 to 1");
            }
        }
    }
}
