package io.headrace.system.proxy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One connection through a proxy.
 *
 * <p>Bounds: {@value #PIECES_MAX} pieces are under way in each direction, then it is not read from;
 * a Kafka frame is at most {@value #FRAME_MAX} bytes.
 */
final class Passage {

    private static final int PIECES_MAX = 256;
    private static final int PIECE_MAX = 16 << 10;
    private static final int FRAME_MAX = 128 << 20;
    private static final int KEY_AT = Integer.BYTES;
    private static final int CORRELATION_AT = KEY_AT + 2 * Short.BYTES;
    private static final int REQUEST_MIN = CORRELATION_AT + Integer.BYTES;

    /** Bytes that may go on at some time; none of them means the end. */
    private record Piece(ByteBuffer bytes, long dueNs) {}

    private final LinkProxy proxy;
    private final Socket client;
    private final Socket server;
    private final boolean speaksKafka;
    private final Set<Integer> losing = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    Passage(LinkProxy proxy, Socket client, Socket server, boolean speaksKafka) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
        this.speaksKafka = speaksKafka;
    }

    Socket server() {
        return server;
    }

    /** Returns when both directions have ended. */
    void run() throws IOException {
        Thread replies = Thread.ofVirtual().start(() -> direction(server, client, false));
        direction(client, server, true);
        try {
            replies.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            client.close();
            server.close();
        }
    }

    private void direction(Socket from, Socket to, boolean isRequest) {
        BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(PIECES_MAX);
        Thread writer = Thread.ofVirtual().start(() -> write(pieces, to));
        try {
            DataInputStream in = new DataInputStream(from.getInputStream());
            boolean isSilent = false;
            while (true) {
                byte[] bytes = speaksKafka ? frame(in) : some(in);
                isSilent |= !isRequest && isLost(bytes);
                if (isSilent) {
                    continue; // what follows would come in place of it
                }
                awaitPassage(isRequest, bytes);
                pieces.put(new Piece(ByteBuffer.wrap(bytes), System.nanoTime() + delayNs()));
            }
        } catch (EOFException e) {
            end(pieces, writer);
        } catch (IOException e) {
            reset();
            writer.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(BlockingQueue<Piece> pieces, Thread writer) {
        try {
            pieces.put(new Piece(ByteBuffer.allocate(0), System.nanoTime() + delayNs()));
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] some(InputStream in) throws IOException {
        byte[] bytes = new byte[PIECE_MAX];
        int count = in.read(bytes);
        if (count < 0) {
            throw new EOFException();
        }
        return Arrays.copyOf(bytes, count);
    }

    private static byte[] frame(DataInputStream in) throws IOException {
        int size = in.readInt();
        if (size < 0 || size > FRAME_MAX) {
            throw new IOException("a frame of " + size + " bytes");
        }
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + size).putInt(size);
        in.readFully(frame.array(), Integer.BYTES, size);
        return frame.array();
    }

    /** Of a reply: whether it belongs to a request whose reply is to be lost. */
    private boolean isLost(byte[] frame) {
        return speaksKafka
                && frame.length >= 2 * Integer.BYTES
                && losing.remove(ByteBuffer.wrap(frame).getInt(KEY_AT));
    }

    /** Waits while the link does not let this piece through. */
    private synchronized void awaitPassage(boolean isRequest, byte[] bytes)
            throws InterruptedException {
        boolean isKafka = speaksKafka && isRequest && bytes.length >= REQUEST_MIN;
        short key = isKafka ? ByteBuffer.wrap(bytes).getShort(KEY_AT) : -1;
        while (!ended
                && (proxy.behaviour().isHalfOpen()
                        || proxy.behaviour().heldRequests().contains(key))) {
            wait(TimeUnit.SECONDS.toMillis(1));
        }
        if (isKafka && proxy.behaviour().lostReplies().contains(key)) {
            losing.add(ByteBuffer.wrap(bytes).getInt(CORRELATION_AT));
        }
    }

    synchronized void wake() {
        notifyAll();
    }

    private long delayNs() {
        Behaviour now = proxy.behaviour();
        long jitterNs = now.jitter().toNanos();
        return now.delay().toNanos()
                + (jitterNs == 0 ? 0 : ThreadLocalRandom.current().nextLong(jitterNs));
    }

    private void write(BlockingQueue<Piece> pieces, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            while (true) {
                Piece piece = pieces.take();
                long earlyNs = piece.dueNs() - System.nanoTime();
                if (earlyNs > 0) {
                    Thread.sleep(Duration.ofNanos(earlyNs));
                }
                if (!piece.bytes().hasRemaining()) {
                    to.shutdownOutput();
                    return;
                }
                write(out, piece.bytes().array(), proxy.behaviour().inSingleBytes());
            }
        } catch (IOException e) {
            reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void write(OutputStream out, byte[] bytes, boolean inSingleBytes) throws IOException {
        if (!inSingleBytes) {
            out.write(bytes);
            return;
        }
        for (byte one : bytes) {
            out.write(one);
        }
    }

    /** Both sides see a reset. */
    void reset() {
        ended = true;
        wake();
        for (Socket side : new Socket[] {client, server}) {
            try {
                if (!side.isClosed()) {
                    side.setSoLinger(true, 0);
                    side.close();
                }
            } catch (IOException e) {
                // It is closed, which is what was wanted.
                ended = true;
            }
        }
    }
}
