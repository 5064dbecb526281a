package io.headrace.system.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers every Kafka request with its correlation id. */
class LinkProxyTest {

    private static final short PRODUCE = 0;
    private static final short FETCH = 1;

    private final Queue<Integer> received = new ConcurrentLinkedQueue<>();
    private ServerSocket server;
    private LinkProxy proxy;
    private Socket client;
    private DataInputStream in;
    private DataOutputStream out;

    @BeforeEach
    void open() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        server = new ServerSocket(0, 10, loopback);
        Thread.ofVirtual().start(this::serve);
        proxy =
                LinkProxy.open(
                        loopback, new InetSocketAddress(loopback, server.getLocalPort()), true);
        connect();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.close();
        server.close();
    }

    private void connect() throws IOException {
        client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(10_000);
        in = new DataInputStream(client.getInputStream());
        out = new DataOutputStream(client.getOutputStream());
    }

    private void serve() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> answer(socket));
            }
        } catch (IOException e) {
            assertThat(server.isClosed()).isTrue();
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                in.readInt();
                in.readShort();
                in.readShort();
                int correlation = in.readInt();
                received.add(correlation);
                out.writeInt(Integer.BYTES);
                out.writeInt(correlation);
            }
        } catch (IOException e) {
            assertThat(e).isInstanceOfAny(EOFException.class, SocketException.class);
        }
    }

    private void ask(short apiKey, int correlation) throws IOException {
        out.writeInt(8);
        out.writeShort(apiKey);
        out.writeShort(9);
        out.writeInt(correlation);
    }

    private int answer() throws IOException {
        assertThat(in.readInt()).isEqualTo(Integer.BYTES);
        return in.readInt();
    }

    @Test
    void what_is_sent_arrives_and_is_answered() throws IOException {
        for (int i = 0; i < 100; i++) {
            ask(PRODUCE, i);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(answer()).isEqualTo(i);
        }
    }

    @Test
    void single_bytes_arrive_as_well() throws IOException {
        proxy.behave(Behaviour.CLEAR.singleBytes());
        ask(PRODUCE, 7);
        assertThat(answer()).isEqualTo(7);
    }

    @Test
    void a_single_byte_is_a_write_of_its_own() throws IOException {
        List<Integer> sizes = new ArrayList<>();
        OutputStream counting =
                new OutputStream() {
                    @Override
                    public void write(int one) {
                        sizes.add(1);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) {
                        sizes.add(length);
                    }
                };
        Passage.write(counting, new byte[3], true);
        assertThat(sizes).containsExactly(1, 1, 1);
        Passage.write(counting, new byte[3], false);
        assertThat(sizes).endsWith(3);
    }

    @Test
    void jitter_takes_time_and_keeps_the_order() throws IOException {
        proxy.behave(Behaviour.CLEAR.withDelay(Duration.ZERO, Duration.ofMillis(80)));
        long startNs = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            ask(PRODUCE, i);
            assertThat(answer()).isEqualTo(i);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)) // 800 ms, give or take 100
                .isGreaterThan(Duration.ofMillis(250));
        for (int i = 10; i < 20; i++) {
            ask(PRODUCE, i);
        }
        for (int i = 10; i < 20; i++) {
            assertThat(answer()).isEqualTo(i);
        }
    }

    @Test
    void what_is_done_to_one_link_is_not_done_to_another() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (LinkProxy other =
                LinkProxy.open(
                        loopback, new InetSocketAddress(loopback, server.getLocalPort()), true)) {
            other.behave(Behaviour.CLEAR.halfOpen());
            ask(PRODUCE, 1);
            assertThat(answer()).isEqualTo(1);
            other.cut();
            ask(PRODUCE, 2);
            assertThat(answer()).isEqualTo(2);
        }
    }

    @Test
    void a_request_that_was_held_arrives_though_its_client_has_gone() throws IOException {
        proxy.behave(Behaviour.CLEAR.holding(PRODUCE));
        ask(PRODUCE, 7);
        client.close();
        connect();
        ask(FETCH, 8);
        assertThat(answer()).isEqualTo(8);
        assertThat(received).containsExactly(8);
        proxy.behave(Behaviour.CLEAR);
        Awaitility.await().until(() -> received.contains(7));
    }

    @Test
    void both_ways_are_delayed() throws IOException {
        proxy.behave(Behaviour.CLEAR.withDelay(Duration.ofMillis(60), Duration.ofMillis(10)));
        long startNs = System.nanoTime();
        ask(PRODUCE, 7);
        assertThat(answer()).isEqualTo(7);
        assertThat(Duration.ofNanos(System.nanoTime() - startNs))
                .isGreaterThanOrEqualTo(Duration.ofMillis(120));
    }

    @Test
    void a_half_open_link_takes_connections_and_lets_nothing_through_until_it_is_clear()
            throws IOException {
        proxy.behave(Behaviour.CLEAR.halfOpen());
        ask(PRODUCE, 7);
        client.setSoTimeout(100);
        assertThatThrownBy(this::answer).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(10_000);
        proxy.behave(Behaviour.CLEAR);
        assertThat(answer()).isEqualTo(7);
    }

    @Test
    void requests_of_one_api_are_held_and_others_pass() throws IOException {
        proxy.behave(Behaviour.CLEAR.holding(PRODUCE));
        ask(FETCH, 1);
        assertThat(answer()).isEqualTo(1);
        ask(PRODUCE, 2);
        client.setSoTimeout(100);
        assertThatThrownBy(this::answer).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(10_000);
        proxy.behave(Behaviour.CLEAR);
        assertThat(answer()).isEqualTo(2);
    }

    @Test
    void after_a_lost_reply_its_connection_is_silent_and_others_go_on() throws IOException {
        proxy.behave(Behaviour.CLEAR.losingRepliesOf(PRODUCE));
        ask(FETCH, 1);
        assertThat(answer()).isEqualTo(1);
        ask(PRODUCE, 2);
        ask(FETCH, 3);
        client.setSoTimeout(100);
        assertThatThrownBy(this::answer).isInstanceOf(SocketTimeoutException.class);
        connect();
        ask(FETCH, 4);
        assertThat(answer()).isEqualTo(4);
    }

    @Test
    void a_cut_resets_what_stands_and_refuses_what_comes_until_it_is_mended() throws IOException {
        ask(PRODUCE, 1);
        assertThat(answer()).isEqualTo(1);
        proxy.cut();
        assertThatThrownBy(this::answer).isInstanceOfAny(SocketException.class, EOFException.class);
        Awaitility.await().until(() -> proxy.connections() == 0);
        proxy.mend();
        connect();
        ask(PRODUCE, 2);
        assertThat(answer()).isEqualTo(2);
    }
}
