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
import org.jspecify.annotations.Nullable;

/**
 * A connection to another broker that carries frames out and frames in, with timeouts.
 *
 * <p>Shape of a frame: {@code length (4 bytes, big-endian) | that many bytes}.
 *
 * <p>Owner: one thread; {@link #wake} and {@link #interrupt} are for any. After an exception only
 * {@link #close} is allowed.
 *
 * <p>Bounds: the buffer grows to the largest frame, {@link #FRAME_BYTES_MAX} at most, and shrinks
 * back to {@link #KEPT_BYTES_MAX}.
 */
final class PeerConnection implements Closeable {

    static final int FRAME_BYTES_MAX = 256 << 20;

    static final int KEPT_BYTES_MAX = 12 << 20;

    private static final int FIRST_BYTES = 64 << 10;
    private static final String ANSWER = "an answer";

    private final SocketChannel socket;
    private final Selector selector;
    private final SelectionKey key;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(FIRST_BYTES);
    private volatile boolean isWoken;
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

    /** Makes a wait for a frame, or the next one, end without one. */
    void wake() {
        isWoken = true;
        selector.wakeup();
    }

    /** Makes a wait end with an exception. */
    void interrupt() {
        isInterrupted = true;
        selector.wakeup();
    }

    /**
     * Sends a frame; a wake-up is left for the next wait for a frame.
     *
     * @param frame with its length in front
     */
    void send(ByteBuffer frame, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (frame.hasRemaining()) {
            if (socket.write(frame) == 0) {
                await(SelectionKey.OP_WRITE, deadline, "a request to be taken");
            }
        }
    }

    /**
     * Receives the next frame; one that has begun is read to its end.
     *
     * @param patienceNanos how long to wait for its beginning
     * @param deadline in the time of {@link System#nanoTime}; after it the frame is missed
     * @return the frame without its length, valid until the next call; null when the patience is
     *     over, or after {@link #wake}
     */
    @Nullable ByteBuffer receive(long patienceNanos, long deadline) throws IOException {
        shrink();
        buffer.clear().limit(Integer.BYTES);
        if (!begins(patienceNanos, deadline)) {
            return null;
        }
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

    private boolean begins(long patienceNanos, long deadline) throws IOException {
        long start = System.nanoTime();
        while (read() == 0) {
            if (isWoken) {
                isWoken = false;
                return false;
            }
            long left = patienceNanos - (System.nanoTime() - start);
            if (left <= 0) {
                return false;
            }
            long until = System.nanoTime() + Math.min(left, deadline - System.nanoTime());
            select(SelectionKey.OP_READ, until, deadline, ANSWER);
        }
        return true;
    }

    private int read() throws IOException {
        int count = socket.read(buffer);
        if (count < 0) {
            throw new EOFException("the peer closed the connection");
        }
        return count;
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
            if (read() == 0) {
                await(SelectionKey.OP_READ, deadline, ANSWER);
            }
        }
    }

    private void await(int operation, long deadline, String what) throws IOException {
        select(operation, deadline, deadline, what);
    }

    /** Waits for the socket, or a wake-up, until the time is there; fails after the deadline. */
    private void select(int operation, long until, long deadline, String what) throws IOException {
        key.interestOps(operation);
        long now = System.nanoTime();
        if (deadline - now <= 0) {
            throw new SocketTimeoutException("waited too long for " + what);
        }
        selector.select(1 + TimeUnit.NANOSECONDS.toMillis(Math.max(0, until - now)));
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
