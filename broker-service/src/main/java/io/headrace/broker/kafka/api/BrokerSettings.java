package io.headrace.broker.kafka.api;

import java.util.Map;
import java.util.function.Supplier;

/**
 * What the protocol shows of this broker itself.
 *
 * @param own Kafka's names of the broker's settings, with their values
 * @param topicDefaults what a topic has that sets nothing, by setting name
 * @param directory its logs, as they are when asked
 */
public record BrokerSettings(
        Map<String, String> own, Map<String, String> topicDefaults, Supplier<Directory> directory) {

    /**
     * The directory of this broker's logs.
     *
     * @param isCordoned gets no new replicas
     * @param totalBytes of its file system, -1 if that cannot be said
     * @param usableBytes likewise
     */
    public record Directory(
            String path,
            boolean isOffline,
            boolean isCordoned,
            long totalBytes,
            long usableBytes) {}
}
