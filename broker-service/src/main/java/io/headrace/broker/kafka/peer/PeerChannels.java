package io.headrace.broker.kafka.peer;

import io.headrace.broker.kafka.api.Endpoints;
import io.headrace.broker.replication.FetchAnswer;
import io.headrace.broker.replication.FetchRequest;
import io.headrace.broker.replication.FetchSettings;
import io.headrace.broker.replication.LeaderChannel;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens channels to leaders, at the listener that brokers use among themselves. */
public final class PeerChannels implements LeaderChannel.Opener {

    private static final Logger LOG = LoggerFactory.getLogger(PeerChannels.class);

    private final Supplier<ClusterImage> image;
    private final String listener;
    private final FetchSettings settings;

    /**
     * @param listener its name, the same on all brokers
     */
    public PeerChannels(Supplier<ClusterImage> image, String listener, FetchSettings settings) {
        this.image = image;
        this.listener = listener;
        this.settings = settings;
    }

    @Override
    public LeaderChannel open(int leaderId) throws IOException {
        BrokerRegistration leader = image.get().brokers().get(leaderId);
        if (leader == null) {
            throw new IOException("broker " + leaderId + " is not alive");
        }
        Endpoints.Endpoint endpoint =
                Endpoints.of(leader, listener)
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "broker "
                                                        + leaderId
                                                        + " has no listener named "
                                                        + listener));
        return new Channel(
                PeerConnection.open(
                        new InetSocketAddress(endpoint.host(), endpoint.port()),
                        settings.connectTimeout()),
                settings);
    }

    private static final class Channel implements LeaderChannel {

        private final PeerConnection connection;
        private final FetchSettings settings;
        private final ArrayDeque<Integer> open = new ArrayDeque<>(OPEN_MAX);
        private int correlationId;

        /** Since when the leader owes an answer to the oldest of {@link #open}. */
        private long owedSinceNanos;

        Channel(PeerConnection connection, FetchSettings settings) {
            this.connection = connection;
            this.settings = settings;
        }

        @Override
        public void send(FetchRequest request) throws IOException {
            if (open.size() == OPEN_MAX) {
                throw new IllegalStateException(OPEN_MAX + " requests are open");
            }
            correlationId++;
            connection.send(
                    FetchFrames.write(request, settings, correlationId), settings.readTimeout());
            if (open.isEmpty()) {
                owedSinceNanos = System.nanoTime();
            }
            open.add(correlationId);
        }

        @Override
        public @Nullable FetchAnswer receive(long patienceNanos) throws IOException {
            int oldest = open.element();
            ByteBuffer frame =
                    connection.receive(
                            patienceNanos,
                            owedSinceNanos
                                    + settings.waitMax().plus(settings.readTimeout()).toNanos());
            if (frame == null) {
                return null;
            }
            open.remove();
            owedSinceNanos = System.nanoTime();
            return FetchFrames.read(frame, oldest);
        }

        @Override
        public void wake() {
            connection.wake();
        }

        @Override
        public void interrupt() {
            connection.interrupt();
        }

        @Override
        public void close() {
            try {
                connection.close();
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("A connection to a leader did not close");
            }
        }
    }
}
