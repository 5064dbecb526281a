package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
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
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
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
    private static final int FRAMES_BETWEEN_GOOD = 100;
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
        broker.createTopic("beside", 1, Map.of());
        Random random = new Random(SEED);
        List<byte[]> seeds = seeds();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new StringSerializer(),
                        new StringSerializer())) {
            long before = 0;
            for (int i = 0; i < FRAMES; i++) {
                send(mutated(seeds, random), random.nextInt(4) == 0);
                if (i % FRAMES_BETWEEN_GOOD == 0) {
                    long offset =
                            producer.send(new ProducerRecord<>("beside", "v" + i)).get().offset();
                    assertThat(offset).isEqualTo(i / FRAMES_BETWEEN_GOOD);
                }
                if (i == FRAMES / 10) {
                    before = usedBytes(); // classes are loaded and pools filled by now
                }
            }
            long growth = usedBytes() - before;
            System.out.println(FRAMES + " frames, heap and direct memory grew by " + growth);
            assertThat(growth).isLessThan(GROWTH_BYTES_MAX);
        }
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> counters.connections() == 0);
        KafkaListener listener = broker.context().getBean(KafkaListener.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> listener.bytesInFlight() == 0);
        assertAlive();
    }

    private static byte[] mutated(List<byte[]> seeds, Random random) {
        byte[] frame = seeds.get(random.nextInt(seeds.size())).clone();
        int changes = 1 + random.nextInt(6);
        for (int change = 0; change < changes; change++) {
            frame[4 + random.nextInt(frame.length - 4)] = (byte) random.nextInt();
        }
        return frame;
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
                                    seeds.add(frame(key, v, key.messageType.newRequest()));
                                }
                            });
        }
        return seeds;
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
                if (key == ApiKeys.PRODUCE) {
                    continue; // acks is 0 by default, and asks for no answer
                }
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
