package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.admin.controller.Lifelines.Peer;
import io.headrace.model.cluster.BrokerRegistration;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whose process is gone is told from whose connection merely ended. */
@SuppressWarnings("try") // a server socket is closed early, that is what is tested
class LifelinesTest {

    private static final long EPOCH = 17;

    private final LinkedBlockingQueue<String> gone = new LinkedBlockingQueue<>();
    private final Lifelines lifelines =
            new Lifelines(
                    "own",
                    peer ->
                            gone.add(
                                    switch (peer) {
                                        case Peer.OfBroker(int id, long epoch, String url) ->
                                                id + "@" + epoch;
                                        case Peer.OfController(String id, String url) -> id;
                                    }));

    @AfterEach
    void stop() {
        lifelines.close();
    }

    @Test
    void an_address_that_refuses_after_its_connection_ended_is_a_dead_process() throws Exception {
        try (ServerSocket broker = listen()) {
            lifelines.follow(Images.image(List.of(at(broker, false))));
            Socket line = broker.accept();
            broker.close();
            line.close();
            assertThat(gone.poll(10, TimeUnit.SECONDS)).isEqualTo("3@17");
        }
    }

    @Test
    void an_address_that_never_took_a_connection_says_nothing() throws Exception {
        try (ServerSocket reachable = listen();
                ServerSocket never = listen()) {
            String closed = url(never);
            never.close();
            lifelines.follow(Images.image(List.of(at(5, closed), at(reachable, false))));
            Socket line = reachable.accept();
            reachable.close();
            line.close();
            assertThat(gone.poll(10, TimeUnit.SECONDS)).isEqualTo("3@17");
            assertThat(gone).isEmpty();
        }
    }

    @Test
    void the_end_of_the_controller_is_told_by_all_but_itself() throws Exception {
        try (ServerSocket admin = listen()) {
            lifelines.follow(Images.governed("other", url(admin)));
            Socket line = admin.accept();
            admin.close();
            line.close();
            assertThat(gone.poll(10, TimeUnit.SECONDS)).isEqualTo("other");
        }
        try (ServerSocket own = listen();
                ServerSocket broker = listen()) {
            lifelines.follow(Images.governed("own", url(own), at(broker, false)));
            try (Socket line = broker.accept()) {
                assertThat(line.isConnected()).isTrue();
            }
            own.setSoTimeout(1);
            assertThatThrownBy(own::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void who_ends_connections_and_takes_new_ones_lives() throws Exception {
        try (ServerSocket broker = listen()) {
            lifelines.follow(Images.image(List.of(at(broker, false))));
            Queue<Integer> ports = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < 5; i++) {
                try (Socket line = broker.accept()) {
                    ports.add(line.getPort());
                }
            }
            assertThat(ports).hasSize(5);
            assertThat(gone).isEmpty();
        }
    }

    @Test
    void a_broker_that_stops_in_order_is_left_alone() throws Exception {
        try (ServerSocket broker = listen();
                ServerSocket other = listen()) {
            lifelines.follow(Images.image(List.of(at(broker, false))));
            try (Socket line = broker.accept()) {
                lifelines.follow(Images.image(List.of(at(broker, true))));
                assertThat(line.getInputStream().read()).isEqualTo(-1);
            }
            broker.close();
            // Another one's end is told, and so the first one's would have been.
            lifelines.follow(Images.image(List.of(at(broker, true), at(4, url(other)))));
            Socket line = other.accept();
            other.close();
            line.close();
            assertThat(gone.poll(10, TimeUnit.SECONDS)).isEqualTo("4@17");
        }
    }

    private static ServerSocket listen() throws Exception {
        ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static BrokerRegistration at(ServerSocket socket, boolean isStopping) {
        BrokerRegistration broker = at(3, url(socket));
        return isStopping ? Images.stopping(broker) : broker;
    }

    private static BrokerRegistration at(int id, String url) {
        return new BrokerRegistration(
                id, EPOCH, url, Map.of(), Optional.empty(), "test", 1, "disk", false);
    }

    private static String url(ServerSocket socket) {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }
}
