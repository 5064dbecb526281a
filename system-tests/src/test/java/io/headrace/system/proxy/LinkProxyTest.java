package io.headrace.system.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers every Kafka request with its correlation id. */
class LinkProxyTest {

    private static final short PRODUCE = 0;
    private static final short FETCH = 1;

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

    private static void answer(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                in.readInt();
                in.readShort();
                in.readShort();
                int correlation = in.readInt();
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
