package io.headrace.broker.kafka.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerConnectionTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private ServerSocket server;
    private Socket peer;
    private PeerConnection connection;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        connection =
                PeerConnection.open(
                        new InetSocketAddress(server.getInetAddress(), server.getLocalPort()),
                        TIMEOUT);
        peer = server.accept();
        peer.setSoTimeout(20_000);
    }

    @AfterEach
    void disconnect() throws IOException {
        connection.close();
        peer.close();
        server.close();
    }

    private static ByteBuffer frame(int content) {
        return ByteBuffer.allocate(8).putInt(4).putInt(content).flip();
    }

    private void answer(int content) throws IOException {
        peer.getOutputStream().write(frame(content).array());
    }

    private ByteBuffer receive(long patienceNanos) throws IOException {
        return connection.receive(patienceNanos, System.nanoTime() + TIMEOUT.toNanos());
    }

    @Test
    void twoFramesGoOutAndTwoComeInInOrder() throws IOException {
        connection.send(frame(1), TIMEOUT);
        connection.send(frame(2), TIMEOUT);
        DataInputStream in = new DataInputStream(peer.getInputStream());
        assertThat(in.readInt()).isEqualTo(4);
        assertThat(in.readInt()).isOne();
        assertThat(in.readInt()).isEqualTo(4);
        assertThat(in.readInt()).isEqualTo(2);
        answer(3);
        answer(4);
        assertThat(receive(Long.MAX_VALUE).getInt()).isEqualTo(3);
        assertThat(receive(Long.MAX_VALUE).getInt()).isEqualTo(4);
    }

    @Test
    void aWakeUpEndsOneWaitAndLeavesTheConnectionAsItWas() throws Exception {
        CompletableFuture<ByteBuffer> wait =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return receive(Long.MAX_VALUE);
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        connection.wake();
        assertThat(wait.get(20, TimeUnit.SECONDS)).isNull();
        connection.send(frame(1), TIMEOUT);
        answer(2);
        assertThat(receive(Long.MAX_VALUE).getInt()).isEqualTo(2);
    }

    @Test
    void patienceEndsBeforeAFrameButNotInsideOne() throws IOException {
        assertThat(receive(1)).isNull();
        DataOutputStream out = new DataOutputStream(peer.getOutputStream());
        out.writeInt(4);
        out.flush();
        connection.wake();
        CompletableFuture<Void> rest =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                out.writeInt(7);
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
        ByteBuffer frame = null;
        while (frame == null) {
            frame = receive(TimeUnit.MILLISECONDS.toNanos(1));
        }
        assertThat(frame.getInt()).isEqualTo(7);
        rest.join();
    }

    @Test
    void whatDoesNotComeInTimeIsAFailureAndSoIsAnInterruption() {
        assertThatThrownBy(() -> connection.receive(Long.MAX_VALUE, System.nanoTime() + 1_000_000))
                .isInstanceOf(SocketTimeoutException.class);
        connection.interrupt();
        assertThatThrownBy(() -> receive(Long.MAX_VALUE)).hasMessageContaining("interrupted");
    }
}
