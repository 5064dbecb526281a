package io.headrace.broker.wiring;

import io.headrace.broker.kafka.ConnectionDoctor;
import io.headrace.broker.kafka.ConnectionDoctor.Advertised;
import io.headrace.broker.kafka.KafkaListener;
import io.headrace.broker.wiring.BrokerProperties.Listener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.resources.LoopResources;

/**
 * The configured Kafka listeners: opened when the logs are recovered, so that their addresses can
 * be registered. They run on the event loops of the HTTP server.
 */
final class KafkaListeners {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaListeners.class);

    private final Map<String, Listener> configured;
    private final ConnectionDoctor doctor;
    private final KafkaListener listener;

    KafkaListeners(
            Map<String, Listener> configured, KafkaListener listener, ConnectionDoctor doctor) {
        this.configured = new TreeMap<>(configured);
        this.listener = listener;
        this.doctor = doctor;
    }

    static KafkaListener.Transport transport(LoopResources loops) {
        EventLoopGroup group = loops.onServer(true);
        return new KafkaListener.Transport(
                group, loops.onChannelClass(ServerSocketChannel.class, group));
    }

    /**
     * Listens.
     *
     * @return the advertised addresses by listener name
     */
    Map<String, String> open() throws IOException {
        Map<String, String> endpoints = new TreeMap<>();
        Map<String, Advertised> told = new TreeMap<>();
        for (Map.Entry<String, Listener> each : configured.entrySet()) {
            Listener wanted = each.getValue();
            int port =
                    listener.listen(
                            each.getKey(), new InetSocketAddress(wanted.host(), wanted.port()));
            Integer wantedPort = wanted.advertisedPort();
            String host = advertisedHost(wanted);
            int advertisedPort = wantedPort == null ? port : wantedPort;
            boolean isV6 = host.contains(":") && !host.startsWith("[");
            endpoints.put(each.getKey(), (isV6 ? "[" + host + "]" : host) + ":" + advertisedPort);
            told.put(each.getKey(), new Advertised(host, advertisedPort, resolved(host)));
        }
        doctor.advertise(told);
        return endpoints;
    }

    private static List<InetAddress> resolved(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            LOG.atInfo().addKeyValue("host", host).log("The advertised host has no address here");
            return List.of();
        }
    }

    private static String advertisedHost(Listener wanted) throws UnknownHostException {
        String named = wanted.advertisedHost();
        if (named != null && !named.isBlank()) {
            return named;
        }
        InetAddress address = InetAddress.getByName(wanted.host());
        return address.isAnyLocalAddress()
                ? InetAddress.getLocalHost().getHostName()
                : wanted.host();
    }

    void finish() {
        listener.finish();
    }

    void close() {
        listener.close();
    }
}
