package io.headrace.broker.kafka;

/** What the connections of all listeners share. */
record ListenerContext(
        ApiTable apis, KafkaLimits limits, FrameMemory memory, ListenerCounters counters) {}
