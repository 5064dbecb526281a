package io.headrace.broker.wiring;

import io.headrace.broker.kafka.peer.PeerChannels;
import io.headrace.broker.replication.FetchSettings;
import io.headrace.broker.replication.ReplicaFetchers;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes what copies partitions from other brokers. */
final class Replication {

    private static final long NOT_REGISTERED = -1;

    private Replication() {}

    static ReplicaFetchers fetchers(
            BrokerProperties properties, Supplier<@Nullable Broker> broker) {
        FetchSettings settings = settings(properties.replication());
        return new ReplicaFetchers(
                properties.id(),
                () -> ownEpoch(broker.get(), properties.id()),
                settings,
                new PeerChannels(() -> image(broker), listener(properties), settings),
                System::nanoTime);
    }

    private static ClusterImage image(Supplier<@Nullable Broker> broker) {
        Broker made = broker.get();
        if (made == null) {
            throw new IllegalStateException("the broker is not made yet");
        }
        return made.requiredImage();
    }

    private static long ownEpoch(@Nullable Broker broker, int id) {
        ClusterImage image = broker == null ? null : broker.image();
        BrokerRegistration own = image == null ? null : image.brokers().get(id);
        return own == null ? NOT_REGISTERED : own.epoch();
    }

    /** The name among the brokers' listeners that they use among themselves. */
    static String listener(BrokerProperties properties) {
        String named = properties.replication().listener();
        if (named != null && !named.isBlank()) {
            return named;
        }
        TreeSet<String> all = new TreeSet<>(properties.kafka().listeners().keySet());
        return all.isEmpty() ? "" : all.first();
    }

    private static FetchSettings settings(BrokerProperties.Replication properties) {
        return new FetchSettings(
                Math.toIntExact(properties.partitionBytesMax().toBytes()),
                Math.toIntExact(properties.answerBytesMax().toBytes()),
                properties.bytesMin(),
                properties.waitMax(),
                properties.backoffMin(),
                properties.backoffMax(),
                properties.connectTimeout(),
                properties.readTimeout());
    }
}
