package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.record.RecordBatch;
import io.netty.util.internal.PlatformDependent;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no well-behaved client sends: its connection ends, nobody else notices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileFramesTest {

    private static final int READ_MS_MAX = 20_000;
    private static final int FRAMES = Integer.getInteger("headrace.frames", 4_000);
    private static final int GOOD_CALL_S_MAX = 20;
    private static final int SEED_BYTES_MAX = 100_000;
    private static final int BODY_AT = 12;
    private static final long GROWTH_BYTES_MAX = 32L << 20;
    private static final long SEED = Long.getLong("headrace.seed", 20261123);

    private RunningBroker broker;
    private int port;
    private ListenerCounters counters;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker = RunningBroker.start(temp);
        port = Integer.parseInt(broker.bootstrap().split(":", -1)[1]);
        counters = broker.context().getBean(ListenerCounters.class);
    }

    @AfterAll
    void stop() throws Exception {
        broker.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_MS_MAX);
        return socket;
    }

    /** Sends the bytes and expects the other side to end the connection without a word. */
    private void assertEnds(byte[] bytes) throws IOException {
        try (Socket socket = connect()) {
            try {
                socket.getOutputStream().write(bytes);
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            } catch (java.net.SocketException e) {
                assertThat(e).hasMessageContaining("reset"); // it ended with bytes unread
            }
        }
        assertAlive();
    }

    private void assertAlive() throws IOException {
        try (Socket socket = connect()) {
            assertThat(apiVersions(socket, (short) 3).apiKeys()).isNotEmpty();
        }
    }

    private static byte[] length(int length) {
        return ByteBuffer.allocate(4).putInt(length).array();
    }

    private static byte[] frame(ApiKeys key, short version, ApiMessage body) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        RequestHeaderData header =
                new RequestHeaderData()
                        .setRequestApiKey(key.id)
                        .setRequestApiVersion(version)
                        .setCorrelationId(7)
                        .setClientId("test");
        short headerVersion = key.requestHeaderVersion(version);
        int size = header.size(cache, headerVersion) + body.size(cache, version);
        ByteBuffer bytes = ByteBuffer.allocate(4 + size).putInt(size);
        ByteBufferAccessor out = new ByteBufferAccessor(bytes);
        header.write(out, cache, headerVersion);
        body.write(out, cache, version);
        return bytes.array();
    }

    private static byte[] apiVersionsFrame(short version) {
        return frame(
                ApiKeys.API_VERSIONS,
                version,
                new ApiVersionsRequestData()
                        .setClientSoftwareName("test")
                        .setClientSoftwareVersion("1"));
    }

    private static ApiVersionsResponseData apiVersions(Socket socket, short version)
            throws IOException {
        socket.getOutputStream().write(apiVersionsFrame(version));
        return answer(socket, version);
    }

    private static ApiVersionsResponseData answer(Socket socket, short version) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        assertThat(buffer.getInt()).isEqualTo(7);
        return new ApiVersionsResponseData(new ByteBufferAccessor(buffer), version);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 7, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, (100 << 20) + 1})
    void an_impossible_length_ends_the_connection(int length) throws Exception {
        assertEnds(length(length));
    }

    enum OtherProtocol {
        HTTP("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        HTTP2("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        SSH("SSH-2.0-OpenSSH_9.2\r\n"),
        TLS("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"),
        BINARY("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff");

        private final byte[] bytes;

        OtherProtocol(String text) {
            bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void another_protocol_ends_the_connection(OtherProtocol protocol) throws Exception {
        assertEnds(protocol.bytes);
    }

    @Test
    void an_unknown_key_a_wrong_version_and_bytes_left_over_end_the_connection() throws Exception {
        long before = counters.unreadableRequests();
        byte[] unknownKey = apiVersionsFrame((short) 3);
        unknownKey[4] = 0x7f;
        assertEnds(unknownKey);
        byte[] wrongVersion =
                frame(ApiKeys.METADATA, (short) 1, ApiKeys.METADATA.messageType.newRequest());
        wrongVersion[7] = 99;
        assertEnds(wrongVersion);
        byte[] whole = apiVersionsFrame((short) 3);
        byte[] longer = java.util.Arrays.copyOf(whole, whole.length + 2);
        ByteBuffer.wrap(longer).putInt(longer.length - 4);
        assertEnds(longer);
        assertThat(counters.unreadableRequests()).isEqualTo(before + 3);
    }

    @Test
    void a_newer_client_gets_the_range_of_ApiVersions_in_version_0() throws Exception {
        byte[] newer = apiVersionsFrame((short) 3);
        newer[7] = 90;
        try (Socket socket = connect()) {
            socket.getOutputStream().write(newer);
            ApiVersionsResponseData answer = answer(socket, (short) 0);
            assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(answer.apiKeys().find(ApiKeys.API_VERSIONS.id)).isNotNull();
            assertThat(apiVersions(socket, (short) 3).errorCode()).isZero();
        }
    }

    @Test
    void requests_in_one_write_and_a_request_in_single_bytes_are_answered_in_order()
            throws Exception {
        byte[] one = apiVersionsFrame((short) 3);
        try (Socket socket = connect()) {
            socket.setTcpNoDelay(true);
            ByteBuffer many = ByteBuffer.allocate(one.length * 500);
            for (int i = 0; i < 500; i++) {
                byte[] each = one.clone();
                many.put(each);
            }
            socket.getOutputStream().write(many.array());
            for (int i = 0; i < 500; i++) {
                assertThat(answer(socket, (short) 3).errorCode()).isZero();
            }
            for (byte each : one) {
                new DataOutputStream(socket.getOutputStream()).write(each);
            }
            assertThat(answer(socket, (short) 3).errorCode()).isZero();
        }
    }

    @Test
    void a_count_that_the_frame_cannot_hold_ends_the_connection() throws Exception {
        ByteBuffer frame = ByteBuffer.allocate(4 + 8 + 2 + 4);
        frame.putInt(14).putShort(ApiKeys.METADATA.id).putShort((short) 1).putInt(7);
        frame.putShort((short) -1).putInt(Integer.MAX_VALUE);
        assertEnds(frame.array());
    }

    @Test
    void mutated_frames_beside_a_good_client_do_it_no_harm() throws Exception {
        System.out.println("-Dheadrace.seed=" + SEED);
        for (String topic : List.of("beside", "hostile", "wide")) {
            broker.createTopic(topic, 1, Map.of());
        }
        broker.createTopic("keyed", 1, Map.of("cleanup.policy", "compact"));
        broker.createTopic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
        Random random = new Random(SEED);
        List<byte[]> seeds = seeds();
        seeds.addAll(corpus());
        AtomicBoolean isOver = new AtomicBoolean();
        FutureTask<Long> goodClient = new FutureTask<>(() -> writeUntil(isOver));
        Thread.ofPlatform().name("good-client").start(goodClient);
        long before = 0;
        for (int i = 0; i < FRAMES && !goodClient.isDone(); i++) {
            send(mutated(seeds.get(random.nextInt(seeds.size())), random), random.nextInt(4) == 0);
            if (i == FRAMES / 10) {
                before = usedBytes(); // classes are loaded and pools filled by now
            }
        }
        long growth = usedBytes() - before;
        isOver.set(true);
        System.out.println(
                FRAMES
                        + " frames, heap and direct memory grew by "
                        + growth
                        + ", beside "
                        + goodClient.get(2 * GOOD_CALL_S_MAX, TimeUnit.SECONDS)
                        + " records of a good client");
        assertThat(growth).isLessThan(GROWTH_BYTES_MAX);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> counters.connections() == 0);
        KafkaListener listener = broker.context().getBean(KafkaListener.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> listener.bytesInFlight() == 0);
        assertAlive();
    }

    /**
     * One record after the other, each in time.
     *
     * @return how many there were
     */
    private long writeUntil(AtomicBoolean isOver) throws Exception {
        long written = 0;
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new StringSerializer(),
                        new StringSerializer())) {
            while (!isOver.get()) {
                var record = new ProducerRecord<String, String>("beside", "v" + written);
                assertThat(producer.send(record).get(GOOD_CALL_S_MAX, TimeUnit.SECONDS).offset())
                        .isEqualTo(written++);
            }
        }
        assertThat(written).isPositive();
        return written;
    }

    /** A few bytes are others; mostly behind the header, and mostly with the right checksum. */
    private static byte[] mutated(byte[] seed, Random random) {
        byte[] frame = seed.clone();
        int batchAt = batchAt(frame);
        int from = random.nextInt(4) == 0 || frame.length <= BODY_AT ? 4 : BODY_AT;
        if (batchAt > 0 && random.nextBoolean()) {
            from = batchAt + RecordBatch.ATTRIBUTES_AT;
        }
        for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
            frame[from + random.nextInt(frame.length - from)] = (byte) random.nextInt();
        }
        if (batchAt > 0 && batchAt(frame) == batchAt && random.nextInt(4) > 0) {
            RecordBatch.stampCrc(ByteBuffer.wrap(frame), batchAt);
        }
        return frame;
    }

    /** Where the frame's last part is a whole batch; -1 where it is none. */
    private static int batchAt(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        for (int at = BODY_AT; at + RecordBatch.HEADER_SIZE < frame.length; at++) {
            int size = frame.length - at;
            if (bytes.getInt(at - 4) == size
                    && bytes.getInt(at + RecordBatch.LENGTH_AT) == size - RecordBatch.SIZE_PREFIX) {
                return at;
            }
        }
        return -1;
    }

    /** The frames of the corpus that are whole: real topics, real batches. */
    private static List<byte[]> corpus() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        for (HostileCase each : HostileCase.all(Path.of("src/test/resources/hostile"))) {
            byte[] frame = each.isLarge() ? new byte[0] : each.bytes();
            if (frame.length > BODY_AT
                    && frame.length <= SEED_BYTES_MAX
                    && ByteBuffer.wrap(frame).getInt() == frame.length - 4) {
                frames.add(frame);
            }
        }
        return frames;
    }

    private void send(byte[] frame, boolean resets) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(frame);
            if (resets) {
                socket.setSoLinger(true, 0); // a reset instead of an end
            }
        }
    }

    /** Heap after a collection, and direct memory of the JDK and of Netty. */
    private static long usedBytes() {
        System.gc();
        long direct =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + direct
                + Math.max(0, PlatformDependent.usedDirectMemory());
    }

    /** A default request of every key and version that is answered. */
    private List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        try (Socket socket = connect()) {
            apiVersions(socket, (short) 3)
                    .apiKeys()
                    .forEach(
                            api -> {
                                ApiKeys key = ApiKeys.forId(api.apiKey());
                                for (short v = key.oldestVersion(); v <= api.maxVersion(); v++) {
                                    seeds.add(frame(key, v, request(key)));
                                }
                            });
        }
        return seeds;
    }

    private static ApiMessage request(ApiKeys key) {
        return key == ApiKeys.PRODUCE
                ? new ProduceRequestData().setAcks((short) 1) // 0, the default, asks for no answer
                : key.messageType.newRequest();
    }

    /** The contract: what is advertised is answered, in every version, with something readable. */
    @Test
    void a_default_request_of_every_key_and_version_gets_a_readable_answer() throws Exception {
        for (byte[] frame : seeds()) {
            ByteBuffer header = ByteBuffer.wrap(frame, 4, 4);
            ApiKeys key = ApiKeys.forId(header.getShort());
            short version = header.getShort();
            try (Socket socket = connect()) {
                socket.getOutputStream().write(frame);
                DataInputStream in = new DataInputStream(socket.getInputStream());
                byte[] bytes = new byte[in.readInt()];
                in.readFully(bytes);
                ByteBuffer answer = ByteBuffer.wrap(bytes);
                ByteBufferAccessor accessor = new ByteBufferAccessor(answer);
                new org.apache.kafka.common.message.ResponseHeaderData(
                        accessor, key.responseHeaderVersion(version));
                key.messageType.newResponse().read(accessor, version);
                assertThat(answer.remaining()).as(key + " " + version).isZero();
            }
        }
    }
}
