package io.headrace.broker.group;

/** What a group is doing; Kafka's words. */
enum GroupState {
    EMPTY("Empty"),
    PREPARING_REBALANCE("PreparingRebalance"),
    COMPLETING_REBALANCE("CompletingRebalance"),
    STABLE("Stable");

    private final String text;

    GroupState(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
