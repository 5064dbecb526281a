package io.headrace.broker.kafka;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices clients that reach this broker at one address and are told another: the commonest reason
 * why a Kafka client connects and then fails. Each such pair is logged once and shown by health. Of
 * a client behind a translator of addresses nobody here knows what it dialled: nothing is said.
 *
 * <p>Owner: any thread. Bound: {@value #FINDINGS_MAX} findings.
 */
public final class ConnectionDoctor {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionDoctor.class);
    private static final int FINDINGS_MAX = 20;

    /**
     * What clients of a listener are told.
     *
     * @param resolved addresses of the host, as this machine sees it; empty if it sees none
     */
    public record Advertised(String host, int port, List<InetAddress> resolved) {}

    private final Set<InetAddress> translators;
    private final Set<String> findings = ConcurrentHashMap.newKeySet();
    private volatile Map<String, Advertised> advertised = Map.of();

    /**
     * @param translators of addresses, between clients and this machine
     */
    public ConnectionDoctor(Set<InetAddress> translators) {
        this.translators = Set.copyOf(translators);
    }

    /**
     * @param byListener once the listeners are open
     */
    public void advertise(Map<String, Advertised> byListener) {
        advertised = Map.copyOf(byListener);
    }

    /** A client asks where the brokers are. */
    public void look(Client client) {
        Advertised told = advertised.get(client.listener());
        if (told == null
                || findings.size() >= FINDINGS_MAX
                || leadsBack(client.reached(), told)
                || translators.contains(client.remote().getAddress())) {
            return;
        }
        String finding =
                "clients that connect to "
                        + client.reached().getAddress().getHostAddress()
                        + ":"
                        + client.reached().getPort()
                        + " are told to go to "
                        + told.host()
                        + ":"
                        + told.port()
                        + "; if they cannot reach that, set headrace.broker.kafka.listeners."
                        + client.listener()
                        + ".advertised-host and advertised-port";
        if (findings.add(finding)) {
            LOG.atWarn()
                    .addKeyValue("remote", client.remote())
                    .log("Connection doctor: {}", finding);
        }
    }

    private static boolean leadsBack(InetSocketAddress reached, Advertised told) {
        return reached.getPort() == told.port() && told.resolved().contains(reached.getAddress());
    }

    /** What was noticed since the start, sorted. */
    public List<String> findings() {
        return List.copyOf(new TreeSet<>(findings));
    }
}
