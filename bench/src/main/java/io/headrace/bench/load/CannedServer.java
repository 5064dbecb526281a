package io.headrace.bench.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A server that does nothing: it answers every request with the same prepared bytes. What the load
 * generator reaches against it is the ceiling of the generator on this machine.
 *
 * <p>Main class of a process of its own; arguments: bytes of a request, bytes of an answer's body.
 * Prints {@code port N} and serves until it is killed. A request is nothing but so many bytes, so
 * that the server costs almost nothing.
 */
public final class CannedServer {

    private static final int INPUT_BYTES = 256 * 1024;

    private final int requestBytes;
    private final byte[] answer;
    private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT_BYTES);

    private CannedServer(int requestBytes, int bodyBytes) {
        this.requestBytes = requestBytes;
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + bodyBytes + "\r\n\r\n";
        this.answer = (head + "x".repeat(bodyBytes)).getBytes(StandardCharsets.US_ASCII);
    }

    /** What is still to come and to go on one connection. */
    private static final class Exchange {
        private long received;
        private final ByteBuffer unsent;

        private Exchange(byte[] answer) {
            unsent = ByteBuffer.allocateDirect(answer.length).put(answer).flip();
            unsent.position(unsent.limit());
        }
    }

    public static void main(String[] arguments) throws IOException {
        int requestBytes = Integer.parseInt(arguments[0]);
        new CannedServer(requestBytes, Integer.parseInt(arguments[1])).serve();
    }

    private void serve() throws IOException {
        try (Selector selector = Selector.open();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            System.out.println("port " + server.socket().getLocalPort());
            while (server.isOpen()) {
                selector.select(key -> ready(key, selector));
            }
        }
    }

    private void ready(SelectionKey key, Selector selector) {
        try {
            if (key.channel() instanceof ServerSocketChannel server) {
                SocketChannel client = server.accept();
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                client.configureBlocking(false);
                client.register(selector, SelectionKey.OP_READ, new Exchange(answer));
            } else {
                answer(key, (SocketChannel) key.channel(), (Exchange) key.attachment());
            }
        } catch (IOException e) {
            close(key, e);
        }
    }

    private void answer(SelectionKey key, SocketChannel client, Exchange exchange)
            throws IOException {
        if (key.isReadable()) {
            input.clear();
            int count = client.read(input);
            if (count < 0) {
                client.close();
                return;
            }
            exchange.received += count;
        }
        while (exchange.received >= requestBytes && !exchange.unsent.hasRemaining()) {
            exchange.received -= requestBytes;
            exchange.unsent.rewind();
            client.write(exchange.unsent);
        }
        if (exchange.unsent.hasRemaining() && key.isWritable()) {
            client.write(exchange.unsent);
        }
        boolean more = exchange.unsent.hasRemaining();
        key.interestOps(more ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private static void close(SelectionKey key, IOException cause) {
        try {
            key.channel().close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        System.err.println("connection closed: " + cause.getMessage());
    }
}
