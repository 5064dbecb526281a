package io.headrace.bench.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A loopback connection whose other end reads all that comes, on a thread of its own, and counts
 * it.
 */
final class SocketDrain implements AutoCloseable {

    private static final int INPUT_BYTES = 256 * 1024;

    private final SocketChannel sender;
    private final SocketChannel receiver;
    private final AtomicLong drained = new AtomicLong();

    SocketDrain() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            sender = SocketChannel.open(server.getLocalAddress());
            receiver = server.accept();
        }
        Thread.ofPlatform().daemon().name("drain").start(this::drain);
    }

    /** Sends bytes of a file with {@code sendfile}; blocks while the socket is full. */
    void transfer(FileChannel file, long position, long length) throws IOException {
        long done = 0;
        while (done < length) {
            done += file.transferTo(position + done, length - done, sender);
        }
    }

    /** Waits until so many bytes arrived since the beginning. */
    void await(long total) {
        while (drained.get() < total) {
            Thread.onSpinWait();
        }
    }

    private void drain() {
        ByteBuffer input = ByteBuffer.allocateDirect(INPUT_BYTES);
        try {
            int count = 0;
            while (count >= 0) {
                drained.addAndGet(count);
                input.clear();
                count = receiver.read(input);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        sender.close();
    }
}
