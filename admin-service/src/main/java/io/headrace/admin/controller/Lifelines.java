package io.headrace.admin.controller;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices the death of a broker, or of the controller, within milliseconds, long before its
 * ZooKeeper session ends: keeps one idle connection to each of their HTTP addresses. When it ends
 * and the address then refuses connections, twice, the process is gone, since its operating system
 * says so itself.
 *
 * <p>Only a refusal counts, and only by an address that has taken a connection before: one that
 * never did may be reachable for others. A host that does not answer, or a connection that cannot
 * be made for another reason, is left to the session time-out. A wrong verdict costs a needless
 * election, never a record: who lives registers again; leader epochs keep a broker's old self from
 * acknowledging, the controller epoch keeps an old controller from writing.
 *
 * <p>Owner: one virtual thread per process; {@link #follow} runs on the watch's thread and does not
 * block.
 */
public final class Lifelines implements AutoCloseable {

    /** Whose process is looked after; a later registration of the same one is another. */
    public sealed interface Peer {

        String url();

        record OfBroker(int id, long epoch, String url) implements Peer {}

        record OfController(String adminId, String url) implements Peer {}
    }

    /** Told on a lifeline's thread. */
    public interface Verdict {
        void isGone(Peer peer);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Lifelines.class);
    private static final int CONNECT_MS_MAX = 2_000;
    private static final int REFUSALS = 2;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration PAUSE_UNREACHABLE = Duration.ofSeconds(1);

    private final String adminId;
    private final Verdict verdict;
    private final Map<Peer, Lifeline> lines = new HashMap<>();

    /**
     * @param adminId of this instance, which needs no line to itself
     */
    public Lifelines(String adminId, Verdict verdict) {
        this.adminId = adminId;
        this.verdict = verdict;
    }

    /** One connection for each broker of the image and its controller, none to others. */
    public synchronized void follow(ClusterImage image) {
        Set<Peer> peers = peers(image);
        lines.entrySet()
                .removeIf(
                        line -> {
                            boolean isOver = !peers.contains(line.getKey());
                            if (isOver) {
                                line.getValue().end();
                            }
                            return isOver;
                        });
        for (Peer peer : peers) {
            if (!lines.containsKey(peer)) {
                Lifeline line = new Lifeline(peer);
                lines.put(peer, line);
                line.thread.start();
            }
        }
    }

    private Set<Peer> peers(ClusterImage image) {
        Set<Peer> peers = new HashSet<>();
        for (BrokerRegistration broker : image.brokers().values()) {
            if (!broker.isStopping()) {
                peers.add(new Peer.OfBroker(broker.id(), broker.epoch(), broker.httpUrl()));
            }
        }
        image.controllerId()
                .filter(id -> !id.equals(adminId))
                .map(image.admins()::get)
                .ifPresent(admin -> peers.add(new Peer.OfController(admin.id(), admin.url())));
        return peers;
    }

    @Override
    public synchronized void close() {
        lines.values().forEach(Lifeline::end);
        lines.clear();
    }

    private final class Lifeline implements Runnable {

        private final Peer peer;
        private final Thread thread;

        Lifeline(Peer peer) {
            this.peer = peer;
            this.thread = Thread.ofVirtual().name("lifeline " + peer.url()).unstarted(this);
        }

        void end() {
            thread.interrupt(); // closes the socket that it reads from
        }

        @Override
        public void run() {
            URI url = URI.create(peer.url());
            boolean wasConnected = false;
            int refusals = 0;
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    try {
                        awaitEnd(url);
                        wasConnected = true;
                        refusals = 0;
                    } catch (ConnectException e) {
                        if (!wasConnected) {
                            throw e;
                        }
                        refusals++;
                    }
                    if (refusals == REFUSALS) {
                        LOG.atWarn()
                                .addKeyValue("url", peer.url())
                                .log("{} is gone: its address refuses connections", peer);
                        verdict.isGone(peer);
                        refusals = 0;
                        Thread.sleep(PAUSE_UNREACHABLE);
                    } else {
                        Thread.sleep(PAUSE);
                    }
                } catch (IOException e) {
                    if (!pauseUnreachable(e)) {
                        return;
                    }
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private boolean pauseUnreachable(IOException e) {
            LOG.atDebug().setCause(e).log("{} cannot be reached", peer);
            try {
                Thread.sleep(PAUSE_UNREACHABLE);
                return true;
            } catch (InterruptedException interrupted) {
                return false;
            }
        }

        /** Returns when the other side ended the connection, in order or not. */
        private void awaitEnd(URI url) throws IOException {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(
                                url.getHost(), url.getPort() < 0 ? 80 : url.getPort()),
                        CONNECT_MS_MAX);
                awaitEnd(socket);
            }
        }

        private static void awaitEnd(Socket socket) {
            try {
                int received;
                do {
                    received = socket.getInputStream().read();
                } while (received >= 0);
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("A lifeline broke");
            }
        }
    }
}
