package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.BrokerConfigNode;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.MoveNode;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broker 1 is real, broker 2 is the test: it fetches over a socket as a follower does. */
class ReplicaFetchTest {

    private static final int FOLLOWER = 2;
    private static final int LONG_WAIT_MS = 30_000;

    @TempDir static Path folder;
    private static RunningBroker broker;
    private static long epoch;
    private static int count;

    private String topic;
    private TopicId id;
    private FollowerSocket follower;

    @BeforeAll
    static void start() throws Exception {
        broker =
                RunningBroker.start(
                        folder,
                        "--headrace.broker.replication.lag-max=2s",
                        "--headrace.broker.topic-defaults.[min.insync.replicas]=1",
                        "--headrace.broker.rack=a");
        broker.put(
                ZkPaths.broker(FOLLOWER),
                new BrokerNode(
                        "http://127.0.0.1:9",
                        Map.of("PLAINTEXT", "127.0.0.1:1"),
                        "b",
                        "test",
                        -1,
                        "d",
                        false));
        epoch = epochOf(FOLLOWER);
        broker.put(
                ZkPaths.CONTROLLER_BROKERS,
                new RememberedBrokersNode(
                        Map.of(1, epochOf(RunningBroker.ID), FOLLOWER, epoch), Map.of()));
    }

    private static long epochOf(int id) throws Exception {
        return broker.zooKeeper().checkExists().forPath(ZkPaths.broker(id)).getCzxid();
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void connect() throws Exception {
        topic = "replicated-" + count++;
        id = TopicId.random();
        follower = new FollowerSocket(broker.bootstrap(), FOLLOWER, epoch);
    }

    @AfterEach
    void disconnect() throws Exception {
        follower.close();
    }

    private void create(int leaderEpoch, Integer... isr) throws Exception {
        create(Map.of(), leaderEpoch, isr);
    }

    private void create(Map<String, String> config, int leaderEpoch, Integer... isr)
            throws Exception {
        state(new PartitionNode(1, leaderEpoch, List.of(isr), List.of(), 0));
        broker.put(
                ZkPaths.topic(topic),
                new TopicNode(id.toString(), List.of(List.of(1, FOLLOWER)), config));
        broker.awaitLed(topic, 1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> fetch(leaderEpoch, 0, -1, 0).errorCode() == 0);
    }

    private void state(PartitionNode state) throws Exception {
        broker.put(ZkPaths.states(topic), new StatesNode(id.toString(), List.of(state)));
    }

    private PartitionNode state() throws Exception {
        String path = ZkPaths.states(topic);
        return ZkPayloads.decode(path, broker.zooKeeper().getData().forPath(path), StatesNode.class)
                .partitions()
                .getFirst();
    }

    private PartitionData fetch(int leaderEpoch, long offset, int lastEpoch, int waitMs)
            throws Exception {
        return one(follower.fetch(id, leaderEpoch, offset, lastEpoch, waitMs));
    }

    private static PartitionData one(FetchResponseData answer) {
        assertThat(answer.errorCode()).isZero();
        return answer.responses().getFirst().partitions().getFirst();
    }

    private CompletableFuture<HttpResponse<String>> produce(int acks) {
        return CompletableFuture.supplyAsync(
                () ->
                        broker.post(
                                broker.batches(topic, 0) + "?acks=" + acks,
                                RunningBroker.batch("v")),
                task -> Thread.ofVirtual().start(task));
    }

    private static CompletableFuture<FetchResponseData> later(FollowerSocket socket) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return socket.receive();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    @Test
    void the_controller_is_told_what_topics_have_by_default() throws Exception {
        String path = ZkPaths.broker(RunningBroker.ID);
        BrokerNode own =
                ZkPayloads.decode(
                        path, broker.zooKeeper().getData().forPath(path), BrokerNode.class);
        assertThat(own.topicDefaults()).containsExactly(Map.entry("min.insync.replicas", "1"));
    }

    @Test
    void its_fetches_commit_and_it_learns_that_at_once() throws Exception {
        create(0, 1, FOLLOWER);
        CompletableFuture<HttpResponse<String>> produced = produce(-1);
        PartitionData records = fetch(0, 0, -1, LONG_WAIT_MS);
        assertThat(FetchResponse.recordsSize(records)).isPositive();
        assertThat(records.highWatermark()).isZero();
        assertThat(records.abortedTransactions()).isNull();
        assertThat(produced.isDone()).isFalse();
        PartitionData news = fetch(0, 1, 0, LONG_WAIT_MS);
        assertThat(FetchResponse.recordsSize(news)).isZero();
        assertThat(news.highWatermark()).isOne();
        assertThat(produced.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void it_waits_at_the_end_of_the_log_and_wakes_with_what_is_appended() throws Exception {
        create(0, 1, FOLLOWER);
        follower.send(id, 0, 0, -1, LONG_WAIT_MS);
        CompletableFuture<FetchResponseData> answer = later(follower);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> RunningBroker.replicas(broker).parkedCount() > 0);
        assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(FetchResponse.recordsSize(one(answer.get(20, TimeUnit.SECONDS)))).isPositive();
    }

    @Test
    void it_is_told_where_histories_part_and_that_does_not_count_as_progress() throws Exception {
        create(3, 1, FOLLOWER);
        assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        state(new PartitionNode(1, 7, List.of(1, FOLLOWER), List.of(), 1));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> fetch(7, 0, -1, 0).errorCode() == 0);
        PartitionData parted = fetch(7, 1, 5, LONG_WAIT_MS);
        assertThat(parted.errorCode()).isZero();
        assertThat(parted.divergingEpoch().epoch()).isEqualTo(3);
        assertThat(parted.divergingEpoch().endOffset()).isOne();
        assertThat(FetchResponse.recordsSize(parted)).isZero();
        assertThat(fetch(7, 0, -1, 0).highWatermark()).isZero();
        assertThat(fetch(7, 1, 3, LONG_WAIT_MS).highWatermark()).isOne();
        assertThat(fetch(7, 9, -1, 0).errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    }

    @Test
    void it_is_told_what_is_committed_where_the_log_cannot_be_read() throws Exception {
        create(3, 1, FOLLOWER);
        int count = 70; // more than the leader remembers without reading
        for (int i = 0; i < count; i++) {
            assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> fetch(3, count, 3, 0).highWatermark() == count);
        damage(broker.dataDir().resolve(topic + "-0/00000000000000000000.log"), count);
        PartitionData unread = fetch(3, 3, 3, 0);
        assertThat(unread.errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
        assertThat(unread.highWatermark()).isEqualTo(count);
        assertThat(unread.logStartOffset()).isZero();
        assertThat(FetchResponse.recordsSize(unread)).isZero();
        PartitionData parted = fetch(3, 3, 2, 0);
        assertThat(parted.errorCode()).isZero();
        assertThat(parted.divergingEpoch().endOffset()).isZero();
        try (FollowerSocket consumer = FollowerSocket.consumer(broker.bootstrap(), "")) {
            PartitionData read = one(consumer.fetch(id, 3, 3, -1, 0));
            assertThat(read.errorCode()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.code());
            assertThat(read.highWatermark()).isEqualTo(-1);
        }
    }

    /** The second of equal batches has a length that none can have. */
    private static void damage(Path file, int batches) throws IOException {
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long second = open.size() / batches;
            open.write(ByteBuffer.allocate(Integer.BYTES), second + RecordBatch.LENGTH_AT);
        }
    }

    @Test
    void who_is_no_replica_in_this_epoch_is_refused() throws Exception {
        create(3, 1, FOLLOWER);
        assertThat(fetch(2, 0, -1, 0).errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
        assertThat(fetch(4, 0, -1, 0).errorCode()).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        try (FollowerSocket earlier = new FollowerSocket(broker.bootstrap(), FOLLOWER, epoch - 1)) {
            assertThat(one(earlier.fetch(id, 3, 0, -1, 0)).errorCode())
                    .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        }
        try (FollowerSocket stranger = new FollowerSocket(broker.bootstrap(), 1, epochOf(1))) {
            assertThat(one(stranger.fetch(id, 3, 0, -1, 0)).errorCode())
                    .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        }
    }

    @Test
    void it_is_answered_at_once_when_the_leader_stops_leading_and_consumers_may_read_on()
            throws Exception {
        create(0, 1);
        assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> fetch(0, 1, 0, 0).highWatermark() == 1);
        follower.send(id, 0, 1, 0, LONG_WAIT_MS);
        CompletableFuture<FetchResponseData> answer = later(follower);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> RunningBroker.replicas(broker).parkedCount() > 0);
        state(new PartitionNode(FOLLOWER, 1, List.of(FOLLOWER, 1), List.of(), 50));
        assertThat(one(answer.get(20, TimeUnit.SECONDS)).errorCode())
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        try (FollowerSocket consumer = FollowerSocket.consumer(broker.bootstrap(), "")) {
            PartitionData read = one(consumer.fetch(id, 1, 0, -1, 0));
            assertThat(read.errorCode()).isZero();
            assertThat(read.highWatermark()).isOne();
            assertThat(FetchResponse.recordsSize(read)).isPositive();
            assertThat(one(consumer.fetch(id, 1, 7, -1, 0)).errorCode())
                    .isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        }
    }

    @Test
    void it_comes_into_the_isr_by_fetching_and_falls_out_by_silence() throws Exception {
        create(0, 1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> {
                            fetch(0, 0, -1, 50);
                            return state().isr().equals(List.of(1, FOLLOWER));
                        });
        assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> state().isr().equals(List.of(1)));
        assertThat(state().leaderEpoch()).isZero();
        // The broker counts what ZooKeeper has done when it hears of it.
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () ->
                                assertThat(broker.get(broker.url() + "/actuator/prometheus").body())
                                        .containsPattern(
                                                "kafka_server_replicamanager_isrshrinks_total [1-9]")
                                        .containsPattern(
                                                "kafka_server_replicamanager_isrexpands_total [1-9]"));
    }

    @Test
    void a_consumer_that_names_the_rack_of_a_replica_is_sent_there() throws Exception {
        create(0, 1, FOLLOWER);
        produce(1).get(20, TimeUnit.SECONDS);
        fetch(0, 1, 0, 0);
        try (FollowerSocket near = FollowerSocket.consumer(broker.bootstrap(), "b");
                FollowerSocket own = FollowerSocket.consumer(broker.bootstrap(), "a")) {
            PartitionData sent = one(near.fetch(id, 0, 0, -1, LONG_WAIT_MS));
            assertThat(sent.preferredReadReplica()).isEqualTo(FOLLOWER);
            assertThat(FetchResponse.recordsSize(sent)).isZero();
            PartitionData read = one(own.fetch(id, 0, 0, -1, LONG_WAIT_MS));
            assertThat(read.preferredReadReplica()).isEqualTo(-1);
            assertThat(FetchResponse.recordsSize(read)).isPositive();
        }
    }

    @Test
    void in_a_session_it_hears_only_what_is_news() throws Exception {
        create(0, 1, FOLLOWER);
        FetchResponseData first = follower.fetchInSession(id, 0, 0);
        assertThat(first.sessionId()).isPositive();
        assertThat(first.responses()).hasSize(1);
        FetchResponseData nothing = follower.resume(first.sessionId(), 1, 0);
        assertThat(nothing.responses()).isEmpty();
        assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        FetchResponseData records = follower.resume(first.sessionId(), 2, LONG_WAIT_MS);
        assertThat(FetchResponse.recordsSize(one(records))).isPositive();
    }

    @Test
    void its_next_request_ends_the_wait_of_the_one_before() throws Exception {
        create(0, 1, FOLLOWER);
        int sessionId = follower.fetchInSession(id, 0, 0).sessionId();
        follower.sendResume(sessionId, 1, LONG_WAIT_MS);
        CompletableFuture<FetchResponseData> first = later(follower);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> RunningBroker.replicas(broker).parkedCount() > 0);
        follower.sendResume(sessionId, 2, 0);
        // Well before the first would end by itself.
        assertThat(first.get(LONG_WAIT_MS / 3, TimeUnit.MILLISECONDS).errorCode()).isZero();
        assertThat(follower.receive().errorCode()).isZero();
        assertThat(RunningBroker.replicas(broker).parkedCount()).isZero();
    }

    @Test
    void a_consumers_next_request_waits_for_the_one_before() throws Exception {
        create(0, 1);
        try (FollowerSocket consumer = FollowerSocket.consumer(broker.bootstrap(), "")) {
            consumer.send(id, 0, 0, -1, LONG_WAIT_MS);
            CompletableFuture<FetchResponseData> first = later(consumer);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> RunningBroker.replicas(broker).parkedCount() > 0);
            consumer.send(id, 0, 0, -1, 0);
            assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(FetchResponse.recordsSize(one(first.get(20, TimeUnit.SECONDS))))
                    .isPositive();
            assertThat(FetchResponse.recordsSize(one(consumer.receive()))).isPositive();
        }
    }

    @Test
    void out_of_sync_it_gets_no_more_than_the_throttle_allows() throws Exception {
        broker.put(
                ZkPaths.brokerConfig(RunningBroker.ID),
                new BrokerConfigNode(Map.of("leader.replication.throttled.rate", "1")));
        create(Map.of("leader.replication.throttled.replicas", "0:1"), 0, 1);
        assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> FetchResponse.recordsSize(fetch(0, 0, -1, 0)) == 0);
        PartitionData nothing = fetch(0, 0, -1, 100);
        assertThat(nothing.errorCode()).isZero();
        assertThat(FetchResponse.recordsSize(nothing)).isZero();
        broker.put(ZkPaths.brokerConfig(RunningBroker.ID), new BrokerConfigNode(Map.of()));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> FetchResponse.recordsSize(fetch(0, 0, -1, 0)) > 0);
    }

    @Test
    void a_replica_that_a_move_adds_is_throttled_unnamed_and_others_are_not() throws Exception {
        broker.put(
                ZkPaths.brokerConfig(RunningBroker.ID),
                new BrokerConfigNode(Map.of("leader.replication.throttled.rate", "1")));
        create(Map.of(), 0, 1);
        for (int i = 0; i < 3; i++) {
            assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(FetchResponse.recordsSize(fetch(0, i, -1, 0))).isPositive();
        }
        broker.put(
                ZkPaths.topic(topic),
                new TopicNode(
                        id.toString(),
                        List.of(List.of(1, FOLLOWER)),
                        Map.of(0, new MoveNode(List.of(FOLLOWER), List.of())),
                        Map.of()));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> FetchResponse.recordsSize(fetch(0, 0, -1, 0)) == 0);
        broker.put(ZkPaths.brokerConfig(RunningBroker.ID), new BrokerConfigNode(Map.of()));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> FetchResponse.recordsSize(fetch(0, 0, -1, 0)) > 0);
    }

    @Test
    void it_wakes_at_once_when_the_log_start_moves() throws Exception {
        create(0, 1, FOLLOWER);
        produce(1).get(20, TimeUnit.SECONDS);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> fetch(0, 1, 0, 0).highWatermark() == 1);
        int sessionId = follower.fetchInSession(id, 0, 1).sessionId();
        follower.sendResume(sessionId, 1, LONG_WAIT_MS);
        CompletableFuture<FetchResponseData> answer = later(follower);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> RunningBroker.replicas(broker).parkedCount() > 0);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            var deleted =
                    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1)))
                            .lowWatermarks()
                            .get(partition);
            // Well before the fetch would end by itself.
            assertThat(one(answer.get(LONG_WAIT_MS / 3, TimeUnit.MILLISECONDS)).logStartOffset())
                    .isOne();
            follower.startsAt(1);
            fetch(0, 1, 0, 0);
            assertThat(deleted.get(20, TimeUnit.SECONDS).lowWatermark()).isOne();
            follower.send(id, 0, 1, 0, LONG_WAIT_MS);
            CompletableFuture<FetchResponseData> quiet = later(follower);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> RunningBroker.replicas(broker).parkedCount() > 0);
            assertThat(produce(1).get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(FetchResponse.recordsSize(one(quiet.get(20, TimeUnit.SECONDS))))
                    .isPositive();
        }
    }

    @Test
    void records_are_deleted_when_it_knows() throws Exception {
        create(0, 1, FOLLOWER);
        produce(1).get(20, TimeUnit.SECONDS);
        fetch(0, 1, 0, 0);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            var deleted =
                    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1)))
                            .lowWatermarks()
                            .get(partition);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> fetch(0, 1, 0, 0).logStartOffset() == 1);
            assertThat(deleted.isDone()).isFalse();
            follower.startsAt(1);
            fetch(0, 1, 0, 0);
            assertThat(deleted.get(20, TimeUnit.SECONDS).lowWatermark()).isOne();
        }
    }
}
