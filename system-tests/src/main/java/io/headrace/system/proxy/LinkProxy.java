package io.headrace.system.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Listens, and passes every connection on to one address.
 *
 * <p>Owner: one thread accepts; {@link #behave}, {@link #cut} and {@link #close} may be called from
 * any thread. Errors: a target that does not answer closes the connection that asked for it.
 */
public final class LinkProxy implements AutoCloseable {

    private static final int CONNECT_MS = 3000;
    private static final int BACKLOG = 100;

    private final ServerSocket listener;
    private final InetAddress from;
    private final InetSocketAddress to;
    private final boolean speaksKafka;
    private final Set<Passage> passages = ConcurrentHashMap.newKeySet();
    private volatile Behaviour behaviour = Behaviour.CLEAR;
    private volatile boolean refusing;
    private volatile boolean closed;

    private LinkProxy(
            ServerSocket listener, InetAddress from, InetSocketAddress to, boolean speaksKafka) {
        this.listener = listener;
        this.from = from;
        this.to = to;
        this.speaksKafka = speaksKafka;
    }

    /**
     * @param own address to listen on, at a free port, and to connect from
     * @param speaksKafka whether requests and replies can be told apart
     */
    public static LinkProxy open(InetAddress own, InetSocketAddress to, boolean speaksKafka)
            throws IOException {
        LinkProxy proxy = new LinkProxy(new ServerSocket(0, BACKLOG, own), own, to, speaksKafka);
        Thread.ofVirtual().name("proxy-to-" + to).start(proxy::accept);
        return proxy;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** From now on, also on connections that stand. */
    public void behave(Behaviour next) {
        behaviour = next;
        passages.forEach(Passage::wake);
    }

    Behaviour behaviour() {
        return behaviour;
    }

    /** Resets all connections, and new ones too until {@link #mend}. */
    public void cut() {
        refusing = true;
        passages.forEach(Passage::reset);
    }

    /** New connections pass again. */
    public void mend() {
        refusing = false;
    }

    /** How many connections stand. */
    public int connections() {
        return passages.size();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> pass(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void pass(Socket client) {
        Passage passage = new Passage(this, client, new Socket(), speaksKafka);
        if (refusing) {
            passage.reset();
            return;
        }
        passages.add(passage);
        try {
            passage.server().bind(new InetSocketAddress(from, 0));
            passage.server().connect(to, CONNECT_MS);
            client.setTcpNoDelay(true);
            passage.server().setTcpNoDelay(true);
            passage.run();
        } catch (IOException e) {
            passage.reset();
        } finally {
            passages.remove(passage);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        passages.forEach(Passage::reset);
    }
}
