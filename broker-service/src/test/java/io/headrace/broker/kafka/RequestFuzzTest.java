package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.junit.jupiter.api.Test;

/**
 * The request decoder over any bytes: it answers with a request or a {@link RuntimeException},
 * soon, and with memory in proportion to the frame. {@code -Dheadrace.fuzz=} says how many frames.
 */
class RequestFuzzTest {

    private static final int FRAMES = Integer.getInteger("headrace.fuzz", 50_000);
    private static final long ALLOCATED_PER_BYTE_MAX = 600;
    private static final long ALLOCATED_MIN = 1 << 20;

    private final long seed = Long.getLong("headrace.seed", 20261123);
    private final Random random = new Random(seed);
    private final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final ApiTable apis =
            new ApiTable(Arrays.stream(ApiKeys.values()).map(Any::new).toList());

    /** An API of which only the key matters. */
    private record Any(ApiKeys key) implements Api<ApiMessage> {
        @Override
        public void handle(Exchange exchange, ApiMessage request) {
            throw new UnsupportedOperationException();
        }
    }

    private static List<byte[]> requests() {
        List<byte[]> frames = new ArrayList<>();
        for (ApiKeys key : ApiKeys.clientApis()) {
            short newest = key.latestVersion(false); // what is not finished is not spoken
            for (short version = key.oldestVersion(); version <= newest; version++) {
                ObjectSerializationCache cache = new ObjectSerializationCache();
                RequestHeaderData header =
                        new RequestHeaderData()
                                .setRequestApiKey(key.id)
                                .setRequestApiVersion(version)
                                .setClientId("test");
                ApiMessage body = key.messageType.newRequest();
                short headerVersion = key.requestHeaderVersion(version);
                ByteBuffer bytes =
                        ByteBuffer.allocate(
                                header.size(cache, headerVersion) + body.size(cache, version));
                header.write(new ByteBufferAccessor(bytes), cache, headerVersion);
                body.write(new ByteBufferAccessor(bytes), cache, version);
                frames.add(bytes.array());
            }
        }
        return frames;
    }

    @Test
    void a_request_that_lacks_its_end_is_refused_wherever_it_is_cut() {
        for (byte[] frame : requests()) {
            assertThat(isRead(frame)).isTrue();
            for (int length = 8; length < frame.length; length++) {
                assertThat(isRead(Arrays.copyOf(frame, length)))
                        .as("key %d version %d cut at %d", frame[1], frame[3], length)
                        .isFalse();
            }
        }
    }

    @Test
    void any_bytes_are_a_request_or_refused_with_little_memory() {
        System.out.println("-Dheadrace.seed=" + seed);
        List<byte[]> requests = requests();
        int read = 0;
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = mutated(requests.get(random.nextInt(requests.size())));
            long before = thread.getCurrentThreadAllocatedBytes();
            if (isRead(frame)) {
                read++;
            }
            long allocated = thread.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated)
                    .as("frame %d of the seed, %d bytes", i, frame.length)
                    .isLessThan(ALLOCATED_MIN + ALLOCATED_PER_BYTE_MAX * frame.length);
        }
        System.out.println(read + " of " + FRAMES + " were requests");
        assertThat(read).isBetween(FRAMES / 100, FRAMES - FRAMES / 100);
    }

    /** Changed, cut, longer by anything, or with a huge count somewhere. */
    private byte[] mutated(byte[] request) {
        byte[] frame =
                Arrays.copyOf(
                        request, request.length + random.nextInt(3) / 2 * random.nextInt(2_000));
        for (int i = request.length; i < frame.length; i++) {
            frame[i] = (byte) random.nextInt();
        }
        int from = 8; // key, version and correlation id stay
        for (int changes = random.nextInt(5); changes >= 0 && frame.length > from + 5; changes--) {
            int at = from + random.nextInt(frame.length - from - 4);
            switch (random.nextInt(4)) {
                case 0 -> ByteBuffer.wrap(frame).putInt(at, random.nextInt(3) * 500_000);
                case 1 ->
                        ByteBuffer.wrap(frame).putInt(at, Integer.MAX_VALUE >>> random.nextInt(31));
                default -> frame[at] = (byte) random.nextInt();
            }
        }
        return frame;
    }

    /** An Error would end the test, as it would end the broker. */
    private boolean isRead(byte[] frame) {
        try {
            Requests.parse(apis, ByteBuffer.wrap(frame));
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }
}
