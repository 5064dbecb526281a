package io.headrace.bench.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One keep-alive connection of a load run, with at most one request in flight. */
final class Connection {

    private static final int CONNECT_MS_MAX = 5_000;

    private final InetSocketAddress server;
    private final Selector selector;
    private final Conversation conversation;
    private final ResponseParser parser = new ResponseParser();
    private @Nullable SocketChannel channel;
    private ByteBuffer request = ByteBuffer.allocate(0);
    private long sentNs;

    Connection(InetSocketAddress server, Selector selector, Conversation conversation) {
        this.server = server;
        this.selector = selector;
        this.conversation = conversation;
    }

    Conversation conversation() {
        return conversation;
    }

    ResponseParser parser() {
        return parser;
    }

    /** When the first byte of the request in flight was sent. */
    long sentNs() {
        return sentNs;
    }

    /** Opens the connection and sends the first request. */
    void connect() throws IOException {
        SocketChannel opened = SocketChannel.open();
        channel = opened;
        opened.socket().connect(server, CONNECT_MS_MAX);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.configureBlocking(false);
        opened.register(selector, SelectionKey.OP_READ, this);
        begin();
    }

    /** Starts the next request. */
    void begin() throws IOException {
        request = conversation.next();
        parser.reset(conversation.wantsBody());
        sentNs = System.nanoTime();
        send();
    }

    void send() throws IOException {
        SocketChannel open = opened();
        open.write(request);
        SelectionKey key = open.keyFor(selector);
        int interest =
                request.hasRemaining()
                        ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                        : SelectionKey.OP_READ;
        if (key.interestOps() != interest) {
            key.interestOps(interest);
        }
    }

    void receive(ByteBuffer target) throws IOException {
        if (opened().read(target) < 0) {
            throw new EOFException("the server closed the connection");
        }
    }

    /** After an error: a new connection that starts with a new request. */
    void reopen() {
        try {
            close();
            connect();
        } catch (IOException e) {
            throw new UncheckedIOException("the server at " + server + " is gone", e);
        }
    }

    void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private SocketChannel opened() {
        if (channel == null) {
            throw new IllegalStateException("not connected");
        }
        return channel;
    }
}
