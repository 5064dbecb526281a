package io.headrace.broker.kafka;

import io.headrace.broker.quota.Throttle;
import io.headrace.broker.telemetry.RequestMetrics;

/** What the connections of all listeners share. */
record ListenerContext(
        ApiTable apis,
        KafkaLimits limits,
        Throttle throttle,
        FrameMemory memory,
        ListenerCounters counters,
        RequestMetrics requests) {}
