package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that wait for long, and what comes behind them, are more than the listener's memory
 * holds; other clients are served all the same.
 */
class ParkedRequestsTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int MEMORY_BYTES = 1 << 20;
    private static final int CLIENTS = 40;

    private final List<RawSocket> sockets = new ArrayList<>();
    private RunningBroker broker;
    private KafkaListener listener;

    @BeforeEach
    void start(@TempDir Path temp) throws Exception {
        broker =
                RunningBroker.start(
                        temp,
                        "--headrace.broker.kafka.bytes-in-flight-max=" + MEMORY_BYTES + "B",
                        "--headrace.broker.groups.initial-rebalance-delay=10m");
        broker.createTopic("quiet", 1, Map.of());
        broker.createTopic("beside", 1, Map.of());
        listener = broker.context().getBean(KafkaListener.class);
    }

    @AfterEach
    void stop() throws Exception {
        for (RawSocket socket : sockets) {
            socket.close();
        }
        Awaitility.await().atMost(LIMIT).until(() -> listener.bytesInFlight() == 0);
        broker.close();
    }

    /** As much padding as passes, and a wait that nothing ends. */
    private static FetchRequestData fetch() {
        FetchRequestData request =
                new FetchRequestData()
                        .setMaxWaitMs(Integer.MAX_VALUE)
                        .setMinBytes(Integer.MAX_VALUE)
                        .setMaxBytes(Integer.MAX_VALUE)
                        .setTopics(
                                List.of(
                                        new FetchTopic()
                                                .setTopic("quiet")
                                                .setPartitions(
                                                        List.of(
                                                                new FetchPartition()
                                                                        .setPartitionMaxBytes(
                                                                                1_000_000)))));
        byte[] padding = new byte[FrameCursor.UNKNOWN_TAG_BYTES_MAX];
        request.unknownTaggedFields().add(new RawTaggedField(999, padding));
        return request;
    }

    private RawSocket parked() throws Exception {
        int before = RunningBroker.replicas(broker).parkedCount();
        RawSocket socket = new RawSocket(broker.bootstrap());
        sockets.add(socket);
        socket.send(ApiKeys.FETCH, 12, fetch());
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> RunningBroker.replicas(broker).parkedCount() == before + 1);
        return socket;
    }

    private void assertOthersAreServed() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int i = 0; i < 10; i++) {
                assertThat(
                                producer.send(new ProducerRecord<>("beside", new byte[200_000]))
                                        .get(20, TimeUnit.SECONDS)
                                        .offset())
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void fetches_that_wait_hold_no_memory() throws Exception {
        for (int i = 0; i < CLIENTS; i++) {
            var _ = parked();
        }
        assertOthersAreServed();
        assertThat(RunningBroker.replicas(broker).parkedCount()).isEqualTo(CLIENTS);
    }

    @Test
    void what_is_read_ahead_behind_fetches_that_wait_leaves_memory_for_others() throws Exception {
        byte[] large = RawSocket.frame(ApiKeys.FETCH, (short) 12, ofMany(6_000), 1);
        assertThat(large.length).isBetween(MEMORY_BYTES / 8, MEMORY_BYTES / 2);
        for (int i = 0; i < CLIENTS; i++) {
            RawSocket socket = parked();
            Thread.ofVirtual().start(() -> writeUnread(socket, large));
        }
        Awaitility.await().atMost(LIMIT).until(() -> listener.bytesInFlight() >= large.length);
        assertOthersAreServed();
        assertThat(listener.bytesInFlight()).isLessThanOrEqualTo(MEMORY_BYTES / 2);
    }

    /** The other side may not read all of it. */
    private static void writeUnread(RawSocket socket, byte... bytes) {
        try {
            socket.write(bytes);
        } catch (java.io.IOException e) {
            assertThat(e).isNotNull(); // the test is over
        }
    }

    @Test
    void what_waited_behind_another_is_answered_when_its_turn_has_come() throws Exception {
        List<RawSocket> behind = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            RawSocket socket = new RawSocket(broker.bootstrap());
            sockets.add(socket);
            behind.add(socket);
            socket.send(ApiKeys.FETCH, 12, fetch().setMinBytes(1).setMaxWaitMs(300_000));
            for (int each = 0; each < 3; each++) {
                socket.send(ApiKeys.FETCH, 12, ofMany(1_000));
            }
        }
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> RunningBroker.replicas(broker).parkedCount() == CLIENTS);
        assertThat(broker.post(broker.batches("quiet", 0), RunningBroker.batch("v")).statusCode())
                .isEqualTo(200);
        for (RawSocket socket : behind) {
            assertThat(socket.receive(ApiKeys.FETCH, 12)).isNotNull();
            for (int each = 0; each < 3; each++) {
                assertThat(socket.receive(ApiKeys.FETCH, 12)).isNotNull();
            }
        }
    }

    /** Of partitions that are not there. */
    private static FetchRequestData ofMany(int count) {
        List<FetchPartition> partitions = new ArrayList<>(count);
        for (int i = 1; i <= count; i++) {
            partitions.add(new FetchPartition().setPartition(i));
        }
        return new FetchRequestData()
                .setTopics(List.of(new FetchTopic().setTopic("quiet").setPartitions(partitions)));
    }

    @Test
    void a_fetch_ends_its_wait_when_a_request_of_another_kind_comes_behind_it() throws Exception {
        assertThat(broker.post(broker.batches("quiet", 0), RunningBroker.batch("v")).statusCode())
                .isEqualTo(200);
        RawSocket socket = parked();
        socket.send(ApiKeys.API_VERSIONS, 0, new ApiVersionsRequestData());
        var fetched = (FetchResponseData) socket.receive(ApiKeys.FETCH, 12);
        PartitionData quiet = fetched.responses().getFirst().partitions().getFirst();
        assertThat(FetchResponse.recordsSize(quiet)).isPositive();
        assertThat(socket.receive(ApiKeys.API_VERSIONS, 0)).isNotNull();
        assertThat(RunningBroker.replicas(broker).parkedCount()).isZero();
    }

    @Test
    void a_fetch_does_not_wait_if_a_request_of_another_kind_is_there_already() throws Exception {
        RawSocket socket = parked();
        socket.send(ApiKeys.FETCH, 12, fetch());
        socket.send(ApiKeys.API_VERSIONS, 0, new ApiVersionsRequestData());
        assertThat(socket.receive(ApiKeys.FETCH, 12)).isNotNull();
        assertThat(socket.receive(ApiKeys.FETCH, 12)).isNotNull();
        assertThat(socket.receive(ApiKeys.API_VERSIONS, 0)).isNotNull();
    }

    @Test
    void joins_that_wait_for_a_rebalance_hold_no_memory() throws Exception {
        broker.createTopic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
        for (int i = 0; i < CLIENTS; i++) {
            RawSocket socket = new RawSocket(broker.bootstrap());
            sockets.add(socket);
            socket.send(ApiKeys.JOIN_GROUP, 2, join());
        }
        Awaitility.await().atMost(LIMIT).until(() -> listener.bytesInFlight() == 0);
        assertOthersAreServed();
    }

    private static JoinGroupRequestData join() {
        var protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(
                new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[20_000]));
        return new JoinGroupRequestData()
                .setGroupId("waits")
                .setSessionTimeoutMs(60_000)
                .setRebalanceTimeoutMs(600_000)
                .setProtocolType("consumer")
                .setProtocols(protocols);
    }
}
