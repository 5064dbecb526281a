package io.headrace.system.proxy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * What a link does to what passes.
 *
 * @param delay of every piece, in both directions
 * @param jitter up to so much more, by chance; order within a connection is kept
 * @param isHalfOpen connections stand, and nothing passes
 * @param inSingleBytes every byte is written by itself
 * @param heldRequests Kafka API keys whose requests wait here, and what follows them on their
 *     connections
 * @param lostReplies Kafka API keys whose requests pass and whose replies are dropped
 */
public record Behaviour(
        Duration delay,
        Duration jitter,
        boolean isHalfOpen,
        boolean inSingleBytes,
        Set<Short> heldRequests,
        Set<Short> lostReplies) {

    /** As if it were not there. */
    public static final Behaviour CLEAR =
            new Behaviour(Duration.ZERO, Duration.ZERO, false, false, Set.of(), Set.of());

    public Behaviour withDelay(Duration least, Duration more) {
        return new Behaviour(least, more, isHalfOpen, inSingleBytes, heldRequests, lostReplies);
    }

    public Behaviour halfOpen() {
        return new Behaviour(delay, jitter, true, inSingleBytes, heldRequests, lostReplies);
    }

    public Behaviour singleBytes() {
        return new Behaviour(delay, jitter, isHalfOpen, true, heldRequests, lostReplies);
    }

    public Behaviour holding(short... apiKeys) {
        return new Behaviour(delay, jitter, isHalfOpen, inSingleBytes, set(apiKeys), lostReplies);
    }

    public Behaviour losingRepliesOf(short... apiKeys) {
        return new Behaviour(delay, jitter, isHalfOpen, inSingleBytes, heldRequests, set(apiKeys));
    }

    private static Set<Short> set(short... apiKeys) {
        Set<Short> keys = new HashSet<>();
        for (short key : apiKeys) {
            keys.add(key);
        }
        return Set.copyOf(keys);
    }
}
