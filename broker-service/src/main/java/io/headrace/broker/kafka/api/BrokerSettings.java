package io.headrace.broker.kafka.api;

import java.util.Map;

/**
 * What {@code DescribeConfigs} shows of this broker.
 *
 * @param own Kafka's names of the broker's settings, with their values
 * @param topicDefaults what a topic has that sets nothing, by setting name
 */
public record BrokerSettings(Map<String, String> own, Map<String, String> topicDefaults) {}
