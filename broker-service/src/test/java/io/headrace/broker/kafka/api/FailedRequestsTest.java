package io.headrace.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.fetch.SlowReaders;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.ApiTable;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.KafkaLimits;
import io.headrace.broker.kafka.KafkaListener;
import io.headrace.broker.kafka.ListenerCounters;
import io.headrace.broker.kafka.RawSocket;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.telemetry.RequestMetrics;
import io.headrace.model.telemetry.Troubles;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** APIs with bugs: whoever asked is answered, wherever it went wrong, and no memory is lost. */
class FailedRequestsTest {

    private static final KafkaLimits LIMITS =
            new KafkaLimits(
                    1 << 20,
                    1 << 20,
                    100,
                    100,
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(1),
                    1 << 20);

    /** An API that does this. */
    private record Buggy(ApiKeys key, BiConsumer<Exchange, ApiMessage> body)
            implements Api<ApiMessage> {
        @Override
        public void handle(Exchange exchange, ApiMessage request) {
            body.accept(exchange, request);
        }
    }

    private final ExecutorService workers = Executors.newSingleThreadExecutor();
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ApiContext context = context(workers);
    private KafkaListener listener;
    private String bootstrap;

    @SuppressWarnings("NullAway") // of all that APIs have, only the workers matter here
    private static ApiContext context(ExecutorService workers) {
        return new ApiContext(
                null, null, null, workers, null, LIMITS, null, null, false, false, null);
    }

    private static ApiMessage bug() {
        throw new IllegalStateException("a bug");
    }

    @BeforeEach
    void start() throws Exception {
        List<Buggy> apis =
                List.of(
                        new Buggy(ApiKeys.METADATA, (exchange, request) -> bug()),
                        new Buggy(ApiKeys.PRODUCE, (exchange, request) -> bug()),
                        new Buggy(
                                ApiKeys.LIST_OFFSETS,
                                (exchange, request) ->
                                        context.onWorker(
                                                exchange,
                                                FailedRequestsTest::bug,
                                                FailedRequestsTest::bug)),
                        new Buggy(
                                ApiKeys.LEAVE_GROUP,
                                (exchange, request) ->
                                        exchange.answerWhen(
                                                CompletableFuture.supplyAsync(
                                                        FailedRequestsTest::bug, workers),
                                                reply -> reply)),
                        new Buggy(
                                ApiKeys.SYNC_GROUP, // fails on the loop, after the request began
                                (exchange, request) ->
                                        exchange.answerWhen(
                                                CompletableFuture.runAsync(() -> {}, loops),
                                                reply -> bug())),
                        new Buggy(
                                ApiKeys.HEARTBEAT,
                                (exchange, request) ->
                                        exchange.answerWhen(
                                                CompletableFuture.runAsync(() -> {}, workers),
                                                reply -> new HeartbeatResponseData())));
        listener =
                new KafkaListener(
                        new KafkaListener.Transport(loops, NioServerSocketChannel.class),
                        LIMITS,
                        Throttle.NONE,
                        new ApiTable(apis),
                        new ListenerCounters(),
                        new RequestMetrics(new SimpleMeterRegistry()),
                        new SlowReaders(
                                new SlowReaders.Settings(
                                        Duration.ofMinutes(1), 1, Duration.ofMinutes(1)),
                                new Troubles(System::nanoTime)));
        int port =
                listener.listen("TEST", new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        bootstrap = "127.0.0.1:" + port;
    }

    @AfterEach
    void stop() {
        listener.close();
        workers.shutdown();
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private static void assertFails(RawSocket socket, ApiKeys key, int version, ApiMessage request)
            throws Exception {
        socket.send(key, version, request);
        ApiMessage answer = socket.receive(key, version);
        ByteBufferAccessor bytes = MessageUtil.toByteBufferAccessor(answer, (short) version);
        assertThat(AbstractResponse.parseResponse(key, bytes, (short) version).errorCounts())
                .containsKey(Errors.UNKNOWN_SERVER_ERROR);
    }

    private static void assertFails(RawSocket socket, ApiKeys key, int version) throws Exception {
        assertFails(socket, key, version, key.messageType.newRequest());
    }

    private static ProduceRequestData produce() {
        ProduceRequestData request = new ProduceRequestData().setAcks((short) 1);
        request.topicData()
                .add(
                        new TopicProduceData()
                                .setName("t")
                                .setPartitionData(
                                        List.of(
                                                new PartitionProduceData()
                                                        .setRecords(
                                                                MemoryRecords.readableRecords(
                                                                        ByteBuffer.allocate(
                                                                                100))))));
        return request;
    }

    @Test
    void a_request_that_fails_on_the_loop_on_a_worker_or_in_a_future_is_answered()
            throws Exception {
        try (RawSocket socket = new RawSocket(bootstrap)) {
            var names =
                    new MetadataRequestData()
                            .setTopics(List.of(new MetadataRequestTopic().setName("t")));
            assertFails(socket, ApiKeys.METADATA, 9, names);
            assertFails(socket, ApiKeys.PRODUCE, 9, produce());
            var offsets =
                    new ListOffsetsRequestData()
                            .setTopics(
                                    List.of(
                                            new ListOffsetsTopic()
                                                    .setName("t")
                                                    .setPartitions(
                                                            List.of(new ListOffsetsPartition()))));
            assertFails(socket, ApiKeys.LIST_OFFSETS, 7, offsets);
            assertFails(socket, ApiKeys.LEAVE_GROUP, 4);
            assertFails(socket, ApiKeys.SYNC_GROUP, 5);
            socket.send(ApiKeys.HEARTBEAT, 4, ApiKeys.HEARTBEAT.messageType.newRequest());
            assertThat(((HeartbeatResponseData) socket.receive(ApiKeys.HEARTBEAT, 4)).errorCode())
                    .isZero();
        }
        assertNothingIsHeld();
    }

    @Test
    void a_large_request_that_fails_while_it_waits_ends_its_connection() throws Exception {
        try (RawSocket socket = new RawSocket(bootstrap)) {
            var large =
                    new SyncGroupRequestAssignment()
                            .setMemberId("m")
                            .setAssignment(new byte[100_000]);
            var request = new SyncGroupRequestData().setAssignments(List.of(large));
            socket.send(ApiKeys.SYNC_GROUP, 5, request);
            assertThat(socket.isEnded()).isTrue();
        }
        assertNothingIsHeld();
    }

    private void assertNothingIsHeld() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> listener.bytesInFlight() == 0);
    }
}
