package io.headrace.broker.wiring;

import io.headrace.broker.kafka.ApiTable;
import io.headrace.broker.kafka.KafkaLimits;
import io.headrace.broker.kafka.KafkaListener;
import io.headrace.broker.kafka.ListenerCounters;
import io.headrace.broker.wiring.BrokerProperties.Listener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.TreeMap;
import reactor.netty.resources.LoopResources;

/**
 * The configured Kafka listeners: opened when the logs are recovered, so that their addresses can
 * be registered. They run on the event loops of the HTTP server.
 */
final class KafkaListeners implements AutoCloseable {

    private final Map<String, Listener> configured;
    private final ListenerCounters counters = new ListenerCounters();
    private final KafkaListener listener;

    KafkaListeners(
            Map<String, Listener> configured,
            KafkaListener.Transport transport,
            KafkaLimits limits,
            ApiTable apis) {
        this.configured = new TreeMap<>(configured);
        this.listener = new KafkaListener(transport, limits, apis, counters);
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
        for (Map.Entry<String, Listener> each : configured.entrySet()) {
            Listener wanted = each.getValue();
            int port =
                    listener.listen(
                            each.getKey(), new InetSocketAddress(wanted.host(), wanted.port()));
            Integer advertised = wanted.advertisedPort();
            endpoints.put(
                    each.getKey(),
                    advertisedHost(wanted) + ":" + (advertised == null ? port : advertised));
        }
        return endpoints;
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

    ListenerCounters counters() {
        return counters;
    }

    void stopAccepting() {
        listener.stopAccepting();
    }

    @Override
    public void close() {
        listener.close();
    }
}
