package io.headrace.gateway.route;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** Where Kafka clients inside this gateway begin: one listener of every live broker. */
public final class KafkaEndpoints {

    private final Supplier<ClusterImage> cluster;
    private final String listener;

    /**
     * @param listener its name, the same at all brokers
     */
    public KafkaEndpoints(Supplier<ClusterImage> cluster, String listener) {
        this.cluster = cluster;
        this.listener = listener;
    }

    /** {@code host:port} of each, in order; empty if no live broker has the listener. */
    public List<String> live() {
        return cluster.get().brokers().values().stream()
                .map(BrokerRegistration::endpoints)
                .map(endpoints -> endpoints.get(listener))
                .filter(Objects::nonNull)
                .sorted()
                .toList();
    }
}
