package io.headrace.admin.controller;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Which brokers have registered a short while ago. Such a process has compiled nothing of what a
 * leader does: it answers its first fetches in hundreds of milliseconds, and takes a second to load
 * a coordinator. Only a reason to prefer others, never to leave a partition without a leader.
 *
 * <p>Measured with this process's own clock, from when it saw a registration first; whoever was
 * there at its first look counts as warm.
 *
 * <p>Owner: {@link ControllerCore}.
 */
final class RecentStarts {

    private record Seen(long brokerEpoch, long sinceMs) {}

    /** What a broker that was there before the first look has instead of a time. */
    private static final long LONG_AGO = Long.MIN_VALUE;

    private final long warmUpMs;
    private final Map<Integer, Seen> seen = new HashMap<>();
    private boolean hasLooked;

    RecentStarts(Duration warmUp) {
        this.warmUpMs = warmUp.toMillis();
    }

    /**
     * @return when those were seen first that are warming up, by broker id
     */
    Map<Integer, Long> in(ClusterImage image, long nowMs) {
        seen.keySet().retainAll(image.brokers().keySet());
        Map<Integer, Long> recent = new HashMap<>();
        for (BrokerRegistration broker : image.brokers().values()) {
            Seen known = seen.get(broker.id());
            if (known == null || known.brokerEpoch() != broker.epoch()) {
                known = new Seen(broker.epoch(), hasLooked ? nowMs : LONG_AGO);
                seen.put(broker.id(), known);
            }
            if (isWarmingUp(known, nowMs)) {
                recent.put(broker.id(), known.sinceMs());
            }
        }
        hasLooked = true;
        return recent;
    }

    /** Whether a broker was warming up at that time, and is not any more. */
    boolean hasWarmedUpSince(long thenMs, long nowMs) {
        return seen.values().stream()
                .anyMatch(each -> isWarmingUp(each, thenMs) && !isWarmingUp(each, nowMs));
    }

    private boolean isWarmingUp(Seen broker, long atMs) {
        // A clock that was set back makes nobody young for longer than it was set back.
        return broker.sinceMs() != LONG_AGO && atMs - broker.sinceMs() < warmUpMs;
    }
}
