package io.headrace.broker.kafka.peer;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A connection to another broker that carries one frame out and one frame in, with timeouts.
 *
 * <p>Shape of a frame: {@code length (4 bytes, big-endian) | that many bytes}.
 *
 * <p>Owner: one thread; {@link #interrupt} is for any. After an exception only {@link #close} is
 * allowed.
 *
 * <p>Bounds: the buffer grows to the largest frame, {@link #FRAME_BYTES_MAX} at most, and shrinks
 * back to {@link #KEPT_BYTES_MAX}.
 */
final class PeerConnection implements Closeable {

    static final int FRAME_BYTES_MAX = 256 << 20;

    static final int KEPT_BYTES_MAX = 12 << 20;

    private static final int FIRST_BYTES = 64 << 10;

    private final SocketChannel socket;
    private final Selector selector;
    private final SelectionKey key;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(FIRST_BYTES);
    private volatile boolean isInterrupted;

    private PeerConnection(SocketChannel socket, Selector selector, SelectionKey key) {
        this.socket = socket;
        this.selector = selector;
        this.key = key;
    }

    static PeerConnection open(InetSocketAddress address, Duration timeout) throws IOException {
        if (address.isUnresolved()) {
            throw new IOException("the host " + address.getHostString() + " has no address");
        }
        SocketChannel socket = SocketChannel.open();
        Selector selector = null;
        boolean isOpen = false;
        try {
            selector = Selector.open();
            socket.configureBlocking(false);
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = socket.register(selector, SelectionKey.OP_CONNECT);
            PeerConnection made = new PeerConnection(socket, selector, key);
            if (!socket.connect(address)) {
                long deadline = System.nanoTime() + timeout.toNanos();
                while (!socket.finishConnect()) {
                    made.await(SelectionKey.OP_CONNECT, deadline, "a connection to " + address);
                }
            }
            isOpen = true;
            return made;
        } finally {
            if (!isOpen) {
                socket.close();
                if (selector != null) {
                    selector.close();
                }
            }
        }
    }

    /** Makes a wait end with an exception. */
    void interrupt() {
        isInterrupted = true;
        selector.wakeup();
    }

    /**
     * Sends a frame and receives the next one.
     *
     * @param frame with its length in front
     * @return the frame without its length; valid until the next call
     */
    ByteBuffer exchange(ByteBuffer frame, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (frame.hasRemaining()) {
            if (socket.write(frame) == 0) {
                await(SelectionKey.OP_WRITE, deadline, "a request to be taken");
            }
        }
        shrink();
        buffer.clear().limit(Integer.BYTES);
        fill(deadline);
        int length = buffer.getInt(0);
        if (length < 0 || length > FRAME_BYTES_MAX) {
            throw new IOException("the peer sends a frame of " + length + " bytes");
        }
        if (length > buffer.capacity()) {
            buffer = ByteBuffer.allocateDirect(roomy(length));
        }
        buffer.clear().limit(length);
        fill(deadline);
        return buffer.flip();
    }

    private static int roomy(int length) {
        return (int)
                Math.min(FRAME_BYTES_MAX, Math.max(FIRST_BYTES, length + (long) (length >> 1)));
    }

    private void shrink() {
        if (buffer.capacity() > KEPT_BYTES_MAX + (KEPT_BYTES_MAX >> 1)) {
            buffer = ByteBuffer.allocateDirect(FIRST_BYTES);
        }
    }

    private void fill(long deadline) throws IOException {
        while (buffer.hasRemaining()) {
            int count = socket.read(buffer);
            if (count < 0) {
                throw new EOFException("the peer closed the connection");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, deadline, "an answer");
            }
        }
    }

    private void await(int operation, long deadline, String what) throws IOException {
        key.interestOps(operation);
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (leftMs <= 0) {
            throw new SocketTimeoutException("waited too long for " + what);
        }
        selector.select(leftMs);
        selector.selectedKeys().clear();
        if (isInterrupted || Thread.currentThread().isInterrupted()) {
            throw new IOException("interrupted while waiting for " + what);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            socket.close();
        } finally {
            selector.close();
        }
    }
}
