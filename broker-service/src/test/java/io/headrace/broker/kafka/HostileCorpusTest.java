package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of the corpus, beside a good client that must not notice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileCorpusTest {

    private static final int READ_MS_MAX = 20_000;

    private RunningBroker broker;
    private int port;
    private KafkaProducer<String, String> goodClient;
    private long written;

    static List<HostileCase> cases() throws IOException {
        return HostileCase.all(Path.of("src/test/resources/hostile"));
    }

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker =
                RunningBroker.start(temp, "--headrace.broker.groups.initial-rebalance-delay=100ms");
        port = Integer.parseInt(broker.bootstrap().split(":", -1)[1]);
        broker.createTopic("hostile", 1, Map.of());
        broker.createTopic("wide", 1, Map.of("max.message.bytes", "20000000"));
        broker.createTopic("keyed", 1, Map.of("cleanup.policy", "compact"));
        broker.createTopic("beside", 1, Map.of());
        broker.createTopic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
        goodClient =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new StringSerializer(),
                        new StringSerializer());
    }

    /** Nothing stays behind: no connection but the good client's, no memory. */
    @AfterAll
    void stop() throws Exception {
        goodClient.close();
        ListenerCounters counters = broker.context().getBean(ListenerCounters.class);
        KafkaListener listener = broker.context().getBean(KafkaListener.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> counters.connections() == 0 && listener.bytesInFlight() == 0);
        broker.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void it_has_its_outcome_and_harms_nobody(HostileCase hostile) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(READ_MS_MAX);
            if (hostile.outcome().equals("closed")) {
                assertCloses(socket, hostile.bytes());
            } else if (hostile.outcome().equals("waits")) {
                socket.getOutputStream().write(hostile.bytes());
                awaitParked(1);
                assertThat(socket.getInputStream().available()).isZero();
            } else {
                String[] expected = hostile.outcome().split(" ", -1);
                socket.getOutputStream().write(hostile.bytes());
                assertThat(
                                answer(
                                        socket,
                                        ApiKeys.valueOf(expected[0]),
                                        Short.parseShort(expected[1])))
                        .isEqualTo(Errors.valueOf(expected[2]));
            }
        }
        assertThat(
                        goodClient
                                .send(new ProducerRecord<>("beside", "good"))
                                .get(READ_MS_MAX, TimeUnit.MILLISECONDS)
                                .offset())
                .isEqualTo(written++);
        awaitParked(0);
    }

    private void awaitParked(int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> RunningBroker.replicas(broker).parkedCount() == count);
    }

    private static void assertCloses(Socket socket, byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput(); // a frame that promised more ends here
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException e) {
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe).*"); // with bytes unread
        }
    }

    /** The worst of the answer's error codes. */
    private static Errors answer(Socket socket, ApiKeys key, short version) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        ByteBufferAccessor answer = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
        var header = new ResponseHeaderData(answer, key.responseHeaderVersion(version));
        assertThat(header.correlationId()).isEqualTo(7);
        return AbstractResponse.parseResponse(key, answer, version).errorCounts().keySet().stream()
                .filter(error -> error != Errors.NONE)
                .findFirst()
                .orElse(Errors.NONE);
    }
}
