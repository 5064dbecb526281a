package io.headrace.broker.wiring;

import io.headrace.broker.kafka.peer.PeerChannels;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.replication.FetchSettings;
import io.headrace.broker.replication.ReplicaFetchers;
import io.headrace.broker.replication.Scrubber;
import io.headrace.broker.replication.SegmentRepair;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What copies partitions from other brokers, and what looks after the copies. */
record Replication(ReplicaFetchers fetchers, Scrubber scrubber) implements AutoCloseable {

    private static final long NOT_REGISTERED = -1;

    static Replication of(
            BrokerProperties properties,
            ReplicaManager replicas,
            Supplier<@Nullable Broker> broker) {
        FetchSettings settings = settings(properties.replication());
        PeerChannels peers = new PeerChannels(() -> image(broker), listener(properties), settings);
        return new Replication(
                new ReplicaFetchers(
                        properties.id(),
                        () -> ownEpoch(broker.get(), properties.id()),
                        settings,
                        new ThrottledCopies(
                                properties.id(),
                                () -> image(broker),
                                properties.replication().movesRate().toBytes(),
                                System::nanoTime),
                        peers,
                        System::nanoTime),
                new Scrubber(
                        new Scrubber.Settings(
                                properties.scrub().bytesPerSecond().toBytes(),
                                properties.scrub().pause()),
                        replicas::partitions,
                        new SegmentRepair(
                                properties.id(),
                                () -> {
                                    Broker made = broker.get();
                                    return made == null ? null : made.image();
                                },
                                peers)));
    }

    @Override
    public void close() {
        fetchers.close();
        scrubber.close();
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
            return named.toUpperCase(Locale.ROOT);
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
