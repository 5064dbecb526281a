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
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a broker's death within milliseconds, long before its ZooKeeper session ends: keeps one
 * idle connection to each live broker's HTTP address. When it ends and the address then refuses
 * connections, twice, the broker's process is gone, since its operating system says so itself.
 *
 * <p>Only a refusal counts, and only by an address that has taken a connection before: one that
 * never did may be reachable for others. A host that does not answer, or a connection that cannot
 * be made for another reason, is left to the session time-out. A wrong verdict costs a needless
 * election, never a record: the broker registers again, and leader epochs keep its old self from
 * acknowledging.
 *
 * <p>Owner: one virtual thread per broker; {@link #follow} runs on the watch's thread and does not
 * block.
 */
public final class Lifelines implements AutoCloseable {

    /** Told on a lifeline's thread. */
    public interface Verdict {
        void isGone(int brokerId, long brokerEpoch);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Lifelines.class);
    private static final int CONNECT_MS_MAX = 2_000;
    private static final int REFUSALS = 2;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration PAUSE_UNREACHABLE = Duration.ofSeconds(1);

    private final Verdict verdict;
    private final Map<Integer, Lifeline> lines = new HashMap<>();

    public Lifelines(Verdict verdict) {
        this.verdict = verdict;
    }

    /** One connection for each broker of the image, none to others. */
    public synchronized void follow(ClusterImage image) {
        lines.values().removeIf(line -> line.endUnlessOf(image));
        for (BrokerRegistration broker : image.brokers().values()) {
            if (!broker.isStopping() && !lines.containsKey(broker.id())) {
                Lifeline line = new Lifeline(broker);
                lines.put(broker.id(), line);
                line.thread.start();
            }
        }
    }

    @Override
    public synchronized void close() {
        lines.values().forEach(Lifeline::end);
        lines.clear();
    }

    private final class Lifeline implements Runnable {

        private final BrokerRegistration broker;
        private final Thread thread;

        Lifeline(BrokerRegistration broker) {
            this.broker = broker;
            this.thread = Thread.ofVirtual().name("lifeline-" + broker.id()).unstarted(this);
        }

        boolean endUnlessOf(ClusterImage image) {
            BrokerRegistration now = image.brokers().get(broker.id());
            boolean isOver =
                    now == null
                            || now.epoch() != broker.epoch()
                            || !now.httpUrl().equals(broker.httpUrl())
                            || now.isStopping();
            if (isOver) {
                end();
            }
            return isOver;
        }

        void end() {
            thread.interrupt(); // closes the socket that it reads from
        }

        @Override
        public void run() {
            URI url = URI.create(broker.httpUrl());
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
                                .addKeyValue("brokerId", broker.id())
                                .addKeyValue("url", broker.httpUrl())
                                .log(
                                        "The broker's process is gone: its address refuses connections");
                        verdict.isGone(broker.id(), broker.epoch());
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
            LOG.atDebug().setCause(e).log("Broker {} cannot be reached", broker.id());
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
