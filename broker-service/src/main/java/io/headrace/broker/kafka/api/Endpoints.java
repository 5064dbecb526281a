package io.headrace.broker.kafka.api;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the brokers are, as one listener is told. */
public final class Endpoints {

    private Endpoints() {}

    /** A broker's address on a listener. */
    public record Endpoint(int brokerId, String host, int port, @Nullable String rack) {}

    /** All live brokers that have the listener, by id. */
    static List<Endpoint> all(ClusterImage image, String listener) {
        return image.brokers().values().stream()
                .sorted(Comparator.comparingInt(BrokerRegistration::id))
                .map(broker -> of(broker, listener).orElse(null))
                .filter(Objects::nonNull)
                .toList();
    }

    public static Optional<Endpoint> of(BrokerRegistration broker, String listener) {
        String address = broker.endpoints().get(listener);
        if (address == null) {
            return Optional.empty();
        }
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        return Optional.of(
                new Endpoint(
                        broker.id(),
                        isBracketed ? host.substring(1, host.length() - 1) : host,
                        Integer.parseInt(address.substring(colon + 1)),
                        broker.rack().orElse(null)));
    }
}
