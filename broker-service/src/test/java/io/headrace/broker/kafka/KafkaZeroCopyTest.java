package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.broker.disk.RealDisk;
import io.headrace.broker.http.CountingDisk;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.replica.Partition;
import io.headrace.model.topic.TopicId;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka fetches go from the page cache to the socket, and hold what they send until it is sent. */
class KafkaZeroCopyTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final short VERSION = 11;
    private static final int BATCHES = 24;
    private static final int VALUE_BYTES = 900_000;
    private static final int ALL_BYTES_MAX = 50_000_000;
    private static final int SCANNED_BYTES_MAX = 64 << 10;
    private static final int RECEIVE_BUFFER_BYTES = 16 << 10;

    private CountingDisk disk;
    private RunningBroker broker;
    private TopicId id;

    @BeforeEach
    void start(@TempDir Path temp) throws Exception {
        disk = new CountingDisk();
        broker = RunningBroker.start(temp, disk.over(new RealDisk()));
        id = broker.createTopic("big", 1, Map.of());
        for (int i = 0; i < BATCHES; i++) {
            byte[] batch = RunningBroker.batch(value(i));
            assertThat(broker.post(broker.batches("big", 0), batch).statusCode()).isEqualTo(200);
        }
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private static String value(int index) {
        return Character.toString('a' + index).repeat(VALUE_BYTES);
    }

    /** A fetch of everything by a client that has read nothing of the answer but its length. */
    private final class Reader implements AutoCloseable {

        private final Socket socket = new Socket();
        private final DataInputStream in;
        private final byte[] answer;

        Reader() throws Exception {
            socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
            socket.setSoTimeout((int) LIMIT.toMillis());
            int port = Integer.parseInt(broker.bootstrap().split(":", -1)[1]);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream().write(RawSocket.frame(ApiKeys.FETCH, VERSION, fetch(), 1));
            answer = new byte[in.readInt()];
        }

        private static FetchRequestData fetch() {
            return new FetchRequestData()
                    .setMaxBytes(ALL_BYTES_MAX)
                    .setTopics(
                            List.of(
                                    new FetchTopic()
                                            .setTopic("big")
                                            .setPartitions(
                                                    List.of(
                                                            new FetchPartition()
                                                                    .setPartitionMaxBytes(
                                                                            ALL_BYTES_MAX)))));
        }

        void assertReads(int batches) throws IOException {
            in.readFully(answer);
            ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(answer));
            var _ = new ResponseHeaderData(bytes, ApiKeys.FETCH.responseHeaderVersion(VERSION));
            var partition =
                    new FetchResponseData(bytes, VERSION)
                            .responses()
                            .getFirst()
                            .partitions()
                            .getFirst();
            assertThat(partition.errorCode()).isZero();
            List<String> values = new ArrayList<>();
            for (Record record : ((MemoryRecords) partition.records()).records()) {
                assertThat(record.offset()).isEqualTo(values.size());
                values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
            }
            assertThat(values).hasSize(batches);
            for (int i = 0; i < batches; i++) {
                assertThat(values.get(i).equals(value(i))).as("record %d", i).isTrue();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void a_fetch_never_reads_segments_into_memory() throws Exception {
        long before = disk.bytesRead.get();
        try (Reader reader = new Reader()) {
            reader.assertReads(BATCHES);
        }
        assertThat(disk.bytesRead.get() - before).isLessThan(SCANNED_BYTES_MAX);
    }

    @Test
    void what_an_unwritten_answer_sends_stays_until_it_is_sent_though_it_is_cut_off_and_deleted()
            throws Exception {
        Partition partition = RunningBroker.replicas(broker).led("big", 0);
        assertThat(partition).isNotNull();
        PartitionLog log = partition.log();
        try (Reader first = new Reader()) {
            assertThat(log.truncateTo(BATCHES / 2)).isEqualTo(BATCHES / 2);
            assertThat(log.logEndOffset()).isEqualTo(BATCHES / 2);
            try (Reader second = new Reader()) {
                broker.deleteTopic("big", id, 0);
                Awaitility.await()
                        .atMost(LIMIT)
                        .until(() -> RunningBroker.replicas(broker).led("big", 0) == null);
                assertThat(broker.openSegments("big")).isPositive();
                second.assertReads(BATCHES / 2);
            }
            first.assertReads(BATCHES);
        }
        Awaitility.await().atMost(LIMIT).until(() -> broker.openSegments("big") == 0);
    }
}
