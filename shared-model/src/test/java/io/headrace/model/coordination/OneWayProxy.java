package io.headrace.model.coordination;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands before a server, and can hold back all that the server says. */
final class OneWayProxy implements AutoCloseable {

    private final ServerSocket listening =
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int serverPort;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean isDumb;

    OneWayProxy(String server) throws IOException {
        this.serverPort = Integer.parseInt(server.substring(server.lastIndexOf(':') + 1));
        Thread.ofVirtual().start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    void holdBack(boolean all) {
        isDumb = all;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> pump(client, server, false));
                Thread.ofVirtual().start(() -> pump(server, client, true));
            }
        } catch (IOException e) {
            closeAll();
        }
    }

    /** A connection that has lost something never speaks again. */
    private void pump(Socket from, Socket to, boolean isAnswer) {
        byte[] bytes = new byte[8_192];
        boolean isHeldBack = false;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                isHeldBack |= isAnswer && isDumb;
                if (!isHeldBack) {
                    out.write(bytes, 0, count);
                }
            }
        } catch (IOException e) {
            // One side has gone, and so does the other.
        }
        sockets.remove(from);
        sockets.remove(to);
    }

    private void closeAll() {
        for (Socket each : sockets) {
            try {
                each.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        closeAll();
    }
}
