package io.headrace.broker.quota;

import org.jspecify.annotations.Nullable;

/**
 * Reads the topic settings {@code leader.} and {@code follower.replication.throttled.replicas}:
 * {@code *} for all, else {@code partition:broker} pairs with commas between them.
 */
public final class ThrottledReplicas {

    private static final String ALL = "*";

    private ThrottledReplicas() {}

    /** Whether the setting names the broker's replica of the partition; null names nobody. */
    public static boolean contains(@Nullable String setting, int partition, int brokerId) {
        if (setting == null || setting.isBlank()) {
            return false;
        }
        String named = partition + ":" + brokerId;
        for (String each : setting.split(",", -1)) {
            String one = each.trim();
            if (one.equals(ALL) || one.equals(named)) {
                return true;
            }
        }
        return false;
    }
}
