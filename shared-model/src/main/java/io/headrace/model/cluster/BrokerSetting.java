package io.headrace.model.cluster;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The settings of a broker that can change while it runs: Kafka's names, all of them rates. */
public enum BrokerSetting {
    LEADER_THROTTLED_RATE(
            "leader.replication.throttled.rate",
            "Bytes per second that a leader sends to throttled replicas and to those that a move adds."),
    FOLLOWER_THROTTLED_RATE(
            "follower.replication.throttled.rate",
            "Bytes per second that throttled replicas, and those that a move adds, fetch."),
    LOG_DIRS_RATE(
            "replica.alter.log.dirs.io.max.bytes.per.second",
            "Accepted for Kafka's tools; a broker has one log directory, so nothing moves between such.");

    /** A rate that nothing reaches. */
    public static final long NO_LIMIT = Long.MAX_VALUE;

    private final String settingName;
    private final String meaning;

    BrokerSetting(String settingName, String meaning) {
        this.settingName = settingName;
        this.meaning = meaning;
    }

    public static Optional<BrokerSetting> byName(String name) {
        return Arrays.stream(values())
                .filter(setting -> setting.settingName.equals(name))
                .findFirst();
    }

    /** Kafka's name. */
    public String settingName() {
        return settingName;
    }

    /** One sentence for users. */
    public String meaning() {
        return meaning;
    }

    /** Why the text is not a legal value, as one sentence; empty when it is legal. */
    public Optional<String> problem(String value) {
        try {
            if (Long.parseLong(value.strip()) >= 0) {
                return Optional.empty();
            }
        } catch (NumberFormatException e) {
            return Optional.of(expectation());
        }
        return Optional.of(expectation());
    }

    private String expectation() {
        return settingName + " must be a number of bytes per second, 0 or greater";
    }

    /** Bytes per second of a broker; {@link Long#MAX_VALUE} when nothing is set. */
    public long bytesPerSecond(ClusterImage image, int brokerId) {
        Map<String, String> settings = image.brokerConfigs().getOrDefault(brokerId, Map.of());
        String value = settings.get(settingName);
        return value == null || problem(value).isPresent()
                ? NO_LIMIT
                : Long.parseLong(value.strip());
    }
}
