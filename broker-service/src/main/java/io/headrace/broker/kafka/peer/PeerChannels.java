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
import java.util.function.Supplier;
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
        private int correlationId;

        Channel(PeerConnection connection, FetchSettings settings) {
            this.connection = connection;
            this.settings = settings;
        }

        @Override
        public FetchAnswer fetch(FetchRequest request) throws IOException {
            correlationId++;
            return FetchFrames.read(
                    connection.exchange(
                            FetchFrames.write(request, settings, correlationId),
                            settings.waitMax().plus(settings.readTimeout())),
                    correlationId);
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
