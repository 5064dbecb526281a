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
 * why a Kafka client connects and then fails. Each such pair is logged once and shown by health.
 *
 * <p>Of a client behind a translator of addresses (the published port of a container) nobody here
 * knows what it dialled. It is warned of one thing: a name of a single word that means this machine
 * here, such as a container's own, since names like that are known inside the network only. Of
 * anything else, {@code localhost} included, health says what is told and that it was not checked:
 * a program on the host is right to be sent to localhost, one elsewhere is not, and they look the
 * same.
 *
 * <p>Owner: any thread. Bounds: {@value #FINDINGS_MAX} findings, and as many not checked.
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
    private final Set<String> notChecked = ConcurrentHashMap.newKeySet();
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
        if (told == null) {
            return;
        }
        if (translators.contains(client.remote().getAddress())) {
            lookBehind(client, told);
        } else if (!leadsBack(client.reached(), told)) {
            found(
                    client,
                    "clients that connect to "
                            + client.reached().getAddress().getHostAddress()
                            + ":"
                            + client.reached().getPort()
                            + advice(client, told));
        }
    }

    private void lookBehind(Client client, Advertised told) {
        String who =
                "clients that come through "
                        + client.remote().getAddress().getHostAddress()
                        + ", a translator of addresses (the published port of a container, say),";
        if (isOwnWord(told, client.reached().getAddress())) {
            found(client, who + advice(client, told));
        } else if (notChecked.size() < FINDINGS_MAX) {
            notChecked.add(
                    who
                            + " are told by listener "
                            + client.listener()
                            + " to go to "
                            + told.host()
                            + ":"
                            + told.port()
                            + "; whether that leads them back cannot be told from here");
        }
    }

    private static String advice(Client client, Advertised told) {
        return " are told to go to "
                + told.host()
                + ":"
                + told.port()
                + "; if they cannot reach that, set headrace.broker.kafka.listeners."
                + client.listener()
                + ".advertised-host and advertised-port";
    }

    private void found(Client client, String finding) {
        if (findings.size() < FINDINGS_MAX && findings.add(finding)) {
            LOG.atWarn()
                    .addKeyValue("remote", client.remote())
                    .log("Connection doctor: {}", finding);
        }
    }

    /** A single word that means this machine, or nothing, where this machine asks. */
    private static boolean isOwnWord(Advertised told, InetAddress own) {
        String host = told.host();
        return host.indexOf('.') < 0
                && host.indexOf(':') < 0
                && !host.equalsIgnoreCase("localhost")
                && told.resolved().stream()
                        .allMatch(each -> each.equals(own) || each.isLoopbackAddress());
    }

    private static boolean leadsBack(InetSocketAddress reached, Advertised told) {
        return reached.getPort() == told.port() && told.resolved().contains(reached.getAddress());
    }

    /** What was noticed since the start, sorted. */
    public List<String> findings() {
        return List.copyOf(new TreeSet<>(findings));
    }

    /** What clients were told of which nobody here knows whether it is right, sorted. */
    public List<String> notChecked() {
        return List.copyOf(new TreeSet<>(notChecked));
    }
}
