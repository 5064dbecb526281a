package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bounds of the Kafka listener, each reached and left again. */
class ListenerLimitsTest {

    private static final String KAFKA = "--headrace.broker.kafka.";

    @TempDir Path temp;

    private static Socket connect(RunningBroker broker) throws Exception {
        int port = Integer.parseInt(broker.bootstrap().split(":", -1)[1]);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /**
     * The kernel's table of sockets: timer 2 is the one of keep-alive, in hundredths of seconds.
     */
    @Test
    void a_peer_that_vanished_is_asked_for_within_a_minute() throws Exception {
        try (RunningBroker broker = RunningBroker.start(temp);
                Socket socket = connect(broker)) {
            String ports =
                    "^ *\\d+: [0-9A-F]+:%04X [0-9A-F]+:%04X 01 .*"
                            .formatted(socket.getPort(), socket.getLocalPort());
            Pattern timer = Pattern.compile(" 02:([0-9A-F]{8}) ");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () ->
                                    assertThat(socketsOfTheKernel())
                                            .filteredOn(line -> line.matches(ports))
                                            .singleElement()
                                            .extracting(line -> timer.matcher(line))
                                            .matches(Matcher::find)
                                            .extracting(found -> Long.parseLong(found.group(1), 16))
                                            .satisfies(due -> assertThat(due).isLessThan(6_100)));
        }
    }

    private static List<String> socketsOfTheKernel() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
            Path path = Path.of(table);
            if (Files.exists(path)) {
                lines.addAll(Files.readAllLines(path));
            }
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(strings = {"connections-per-address-max", "connections-max"})
    void a_connection_too_many_is_closed_and_there_is_room_again_when_one_leaves(String limit)
            throws Exception {
        try (RunningBroker broker = RunningBroker.start(temp, KAFKA + limit + "=3")) {
            ListenerCounters counters = broker.context().getBean(ListenerCounters.class);
            List<Socket> open = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                open.add(connect(broker));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> counters.connections() == 3);
            try (Socket more = connect(broker)) {
                assertThat(readEnd(more)).isEqualTo(-1);
            }
            assertThat(counters.refusedConnections()).isEqualTo(1);
            for (Socket socket : open) {
                socket.close();
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> counters.connections() == 0);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
                assertThat(admin.describeCluster().nodes().get()).hasSize(1);
            }
        }
    }

    private static int readEnd(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (java.net.SocketException e) {
            return -1; // reset: as closed as can be
        }
    }

    @Test
    void requests_that_find_no_memory_wait_and_all_are_answered() throws Exception {
        try (RunningBroker broker =
                RunningBroker.start(temp, KAFKA + "bytes-in-flight-max=256KB")) {
            broker.createTopic("tight", 4, Map.of());
            KafkaListener listener = broker.context().getBean(KafkaListener.class);
            byte[] value = new byte[150_000];
            List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int p = 0; p < 4; p++) {
                producers.add(
                        new KafkaProducer<>(
                                Map.of("bootstrap.servers", broker.bootstrap()),
                                new ByteArraySerializer(),
                                new ByteArraySerializer()));
            }
            for (int i = 0; i < 40; i++) {
                for (int p = 0; p < 4; p++) {
                    sent.add(producers.get(p).send(new ProducerRecord<>("tight", p, null, value)));
                }
            }
            for (Future<RecordMetadata> each : sent) {
                assertThat(each.get().offset()).isBetween(0L, 39L);
            }
            producers.forEach(KafkaProducer::close);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> listener.bytesInFlight() == 0);
        }
    }

    @Test
    void a_client_that_leaves_in_the_middle_of_a_frame_gives_its_memory_back() throws Exception {
        try (RunningBroker broker = RunningBroker.start(temp)) {
            KafkaListener listener = broker.context().getBean(KafkaListener.class);
            try (Socket socket = connect(broker)) {
                socket.getOutputStream().write(ByteBuffer.allocate(1_000).putInt(500_000).array());
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> listener.bytesInFlight() == 500_000);
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> listener.bytesInFlight() == 0);
        }
    }

    @Test
    void a_client_that_is_sent_elsewhere_is_noticed_by_the_connection_doctor() throws Exception {
        try (RunningBroker broker =
                RunningBroker.start(temp, KAFKA + "listeners.PLAINTEXT.advertised-port=1")) {
            int port = port(broker);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                // Metadata 1, all topics
                socket.getOutputStream()
                        .write(
                                ByteBuffer.allocate(18)
                                        .putInt(14)
                                        .putShort((short) 3)
                                        .putShort((short) 1)
                                        .putInt(1)
                                        .putShort((short) -1)
                                        .putInt(-1)
                                        .array());
                socket.setSoTimeout(20_000);
                assertThat(socket.getInputStream().read()).isNotEqualTo(-1);
            }
            assertThat(broker.get(broker.url() + "/actuator/health").body())
                    .contains("127.0.0.1:" + port)
                    .contains("127.0.0.1:1;")
                    .contains("headrace.broker.kafka.listeners.PLAINTEXT.advertised-host");
        }
    }

    @Test
    void each_client_is_told_the_address_of_the_listener_it_came_through() throws Exception {
        try (RunningBroker broker =
                RunningBroker.start(
                        temp,
                        KAFKA + "listeners.OUTSIDE.port=0",
                        KAFKA + "listeners.OUTSIDE.advertised-host=localhost",
                        KAFKA + "listeners.PLAINTEXT.advertised-host=127.0.0.1")) {
            List<Integer> ports = broker.context().getBean(KafkaListener.class).ports();
            assertThat(ports).hasSize(2).doesNotHaveDuplicates();
            String inside = broker.bootstrap();
            int outsidePort =
                    ports.stream().filter(port -> !inside.endsWith(":" + port)).findFirst().get();
            assertTold(inside, "127.0.0.1", ports.get(1 - ports.indexOf(outsidePort)));
            assertTold("127.0.0.1:" + outsidePort, "localhost", outsidePort);
        }
    }

    private static void assertTold(String bootstrap, String host, int port) throws Exception {
        try (RawSocket socket = new RawSocket(bootstrap)) {
            socket.send(ApiKeys.METADATA, 9, new MetadataRequestData());
            var known = ((MetadataResponseData) socket.receive(ApiKeys.METADATA, 9)).brokers();
            assertThat(known.valuesList()).hasSize(1);
            assertThat(known.valuesList().getFirst().host()).isEqualTo(host);
            assertThat(known.valuesList().getFirst().port()).isEqualTo(port);
            socket.send(ApiKeys.DESCRIBE_CLUSTER, 0, new DescribeClusterRequestData());
            var nodes =
                    ((DescribeClusterResponseData) socket.receive(ApiKeys.DESCRIBE_CLUSTER, 0))
                            .brokers();
            assertThat(nodes.valuesList().getFirst().host()).isEqualTo(host);
            assertThat(nodes.valuesList().getFirst().port()).isEqualTo(port);
        }
    }

    /** Where it listens, whatever it says. */
    private static int port(RunningBroker broker) {
        return broker.context().getBean(KafkaListener.class).ports().getFirst();
    }
}
