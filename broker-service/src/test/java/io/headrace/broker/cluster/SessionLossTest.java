package io.headrace.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.topic.TopicId;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose ZooKeeper session expires serves on, and registers again under a new epoch. */
class SessionLossTest {

    /** What ZooKeeper mixes into the password of a session ({@code ZooKeeperServer}). */
    private static final long SESSION_SECRET = 0XB3415C00L;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir Path folder;

    @Test
    void registersAgainUnderANewEpochAndLosesNothing() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            TopicId id = broker.createTopic("kept", 1, Map.of());
            produce(broker, "before", 0);
            Stat before = registration(broker);

            expire(broker, before.getEphemeralOwner());
            produce(broker, "while expired", 1);
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                Stat now = registration(broker);
                                return now != null && now.getCzxid() > before.getCzxid();
                            });
            assertThat(registration(broker).getEphemeralOwner())
                    .isNotEqualTo(before.getEphemeralOwner());
            assertThat(provenEpoch(broker))
                    .as("the proof that this process lost nothing since")
                    .isEqualTo(before.getCzxid());
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () ->
                                    broker.get(broker.url() + "/actuator/health/readiness")
                                                    .statusCode()
                                            == 200);
            produce(broker, "registered again", 2);

            broker.state("kept", id, new PartitionState(RunningBroker.ID, 1, List.of(1), 1));
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () ->
                                    broker.get(broker.url() + "/v1/topics/kept/partitions/0")
                                            .body()
                                            .contains("\"leader_epoch\":1,"));
            produce(broker, "elected again", 3);
            assertThat(
                            new String(
                                    broker.getBytes(broker.batches("kept", 0) + "?offset=0").body(),
                                    StandardCharsets.ISO_8859_1))
                    .containsSubsequence(
                            "before", "while expired", "registered again", "elected again");
        }
    }

    private static void produce(RunningBroker broker, String value, long offset) {
        HttpResponse<String> answer =
                broker.post(broker.batches("kept", 0), RunningBroker.batch(value));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"base_offset\":" + offset + ",");
    }

    private static long provenEpoch(RunningBroker broker) throws Exception {
        String path = ZkPaths.broker(RunningBroker.ID);
        return ZkPayloads.decode(path, broker.zooKeeper().getData().forPath(path), BrokerNode.class)
                .provenEpoch();
    }

    private static Stat registration(RunningBroker broker) throws Exception {
        return broker.zooKeeper().checkExists().forPath(ZkPaths.broker(RunningBroker.ID));
    }

    /** What ZooKeeper does to a process that was silent for too long. */
    private static void expire(RunningBroker broker, long sessionId) throws Exception {
        byte[] password = new byte[16];
        new Random(sessionId ^ SESSION_SECRET).nextBytes(password);
        ZooKeeper twin =
                new ZooKeeper(broker.connectString(), 5_000, event -> {}, sessionId, password);
        try {
            Awaitility.await().atMost(LIMIT).until(() -> twin.getState().isConnected());
        } finally {
            twin.close();
        }
    }
}
