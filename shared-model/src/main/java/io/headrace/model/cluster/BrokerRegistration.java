package io.headrace.model.cluster;

import java.util.Map;
import java.util.Optional;

/**
 * A live broker, as it registered itself.
 *
 * @param id the broker's id, 0 or greater
 * @param epoch czxid of the registration node: grows with every registration
 * @param httpUrl base of the broker's HTTP API without a trailing slash, for example {@code
 *     http://127.0.0.1:8082}
 * @param endpoints Kafka listeners by name, each {@code host:port}; empty while the broker has none
 * @param rack failure domain, for placement
 * @param version software version
 * @param provenEpoch the broker epoch since which it has lost nothing: all its processes since then
 *     ended with a clean stop; {@link #NO_PROVEN_EPOCH} without such proof
 * @param directoryId of the log directory: another one means that the disk was replaced
 * @param isStopping whether the broker asks to be relieved of its leaderships, because it stops
 * @param topicDefaults what topics have on this broker that set nothing, by Kafka's names
 * @param partialProof what it proves of all but some partitions, where some are damaged
 */
public record BrokerRegistration(
        int id,
        long epoch,
        String httpUrl,
        Map<String, String> endpoints,
        Optional<String> rack,
        String version,
        long provenEpoch,
        String directoryId,
        boolean isStopping,
        Map<String, String> topicDefaults,
        Optional<PartialProof> partialProof) {

    public static final long NO_PROVEN_EPOCH = -1;

    public BrokerRegistration {
        endpoints = Map.copyOf(endpoints);
        topicDefaults = Map.copyOf(topicDefaults);
    }

    /** A broker with Kafka's defaults. */
    public BrokerRegistration(
            int id,
            long epoch,
            String httpUrl,
            Map<String, String> endpoints,
            Optional<String> rack,
            String version,
            long provenEpoch,
            String directoryId,
            boolean isStopping) {
        this(
                id,
                epoch,
                httpUrl,
                endpoints,
                rack,
                version,
                provenEpoch,
                directoryId,
                isStopping,
                Map.of(),
                Optional.empty());
    }
}
