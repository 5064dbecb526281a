package io.headrace.admin.controller;

import java.time.Duration;

/** What the operator allows and prefers. */
public record ControllerRules(TopicRules topics, Leaders leaders, Balance balance) {

    /**
     * When brokers get the partitions back whose assignment they head.
     *
     * @param interval how often that is looked at
     * @param imbalanceMax share of them, per broker, that others may lead
     * @param warmUp how long after its registration a broker is elected only where nobody else can
     *     lead who has been there for longer, and gets no share of the partitions by itself
     */
    public record Leaders(Duration interval, double imbalanceMax, Duration warmUp) {}

    /**
     * How plans are carried out.
     *
     * @param movesMax on the way at the same time
     * @param restFactor for how many times as long as a move took the next one is not begun
     * @param fillsNewBrokers whether a broker that joins gets its share by itself
     */
    public record Balance(int movesMax, int restFactor, boolean fillsNewBrokers) {}
}
