package io.headrace.system.load;

import java.util.Map;

/**
 * A topic of a run.
 *
 * @param isOverHttp whether it is written and read through the gateway
 * @param perSecond values that are sent to it
 */
public record TestTopic(
        String name,
        int partitions,
        int replicas,
        Map<String, String> configs,
        boolean isOverHttp,
        int perSecond) {}
