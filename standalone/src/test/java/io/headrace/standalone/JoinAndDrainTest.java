package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/**
 * A fourth broker joins while a producer and a group work, and is filled by itself; then it is
 * drained, once in vain because the drain is given up, and leaves. Runs with {@code
 * -Dheadrace.cluster=long}; {@code -Dheadrace.join.megabytes=2000} has more to move.
 */
@EnabledIfSystemProperty(named = "headrace.cluster", matches = "long")
@ExtendWith(SharedCluster.class)
class JoinAndDrainTest {

    private static final int MEGABYTES = Integer.getInteger("headrace.join.megabytes", 60);
    private static final int PARTITIONS = 12;
    private static final int NEWCOMER = PartsCluster.BROKERS + 1;
    private static final String TOPIC = "joined";
    private static final String BULK = "joined-bulk";

    @Test
    void a_broker_that_joins_is_filled_and_one_that_is_drained_is_empty(PartsCluster cluster)
            throws Exception {
        cluster.createTopic(TOPIC, PARTITIONS);
        cluster.createTopic(BULK, PARTITIONS);
        fill(cluster);
        cluster.awaitHealthy();
        try (ClusterLoad load = new ClusterLoad(cluster, TOPIC, PARTITIONS)) {
            load.awaitWarm().awaitMore(200).measure();
            load.awaitMore(400);
            double quietMs = load.latencyMs(0.99);
            load.measure();
            long startNs = System.nanoTime();
            cluster.parts().start(NEWCOMER);
            double startMs = load.latencyMs(0.99);
            long readyNs = System.nanoTime();
            load.measure();
            awaitRun(cluster);
            double warmMs = load.latencyMs(0.99);
            long begunNs = System.nanoTime();
            load.measure();
            Set<Integer> pending = followRun(cluster);
            double movingMs = load.latencyMs(0.99);
            long silenceMs = load.silenceMs();
            System.out.printf(
                    "broker %d ready after %d ms, warm after another %d ms, filled with %d replicas"
                            + " after another %d ms; p99 of produce: quiet %.1f ms, while it"
                            + " started %.1f ms, while it warmed up %.1f ms, while it was filled"
                            + " %.1f ms, longest silence then %d ms; pending as seen %s%n",
                    NEWCOMER,
                    (readyNs - startNs) / 1_000_000,
                    (begunNs - readyNs) / 1_000_000,
                    replicas(cluster.image(), NEWCOMER),
                    (System.nanoTime() - begunNs) / 1_000_000,
                    quietMs,
                    startMs,
                    warmMs,
                    movingMs,
                    silenceMs,
                    pending);
            assertThat(replicas(cluster.image(), NEWCOMER)).isGreaterThan(PARTITIONS / 2);
            assertThat(silenceMs).isLessThan(5_000);

            drainAndGiveUp(cluster);
            drain(cluster, load);
            assertThat(cluster.parts().stop(NEWCOMER)).isEqualTo(143);
            cluster.await(image -> !image.brokers().containsKey(NEWCOMER));
            cluster.delete("/brokers/" + NEWCOMER + "/cordon");
            load.awaitMore(100);
            assertThat(load.finish()).isPositive();
            cluster.awaitHealthy();
            cluster.checkReplicasEqual(TOPIC);
            cluster.checkReplicasEqual(BULK);
        }
        cluster.deleteTopic(BULK);
    }

    private static void fill(PartsCluster cluster) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", cluster.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            Future<?> last = null;
            for (int i = 0; i < MEGABYTES * 10; i++) {
                last =
                        producer.send(
                                new ProducerRecord<>(
                                        BULK, i % PARTITIONS, null, new byte[100_000]));
            }
            producer.flush();
            assertThat(last).isNotNull().isDone();
        }
    }

    /** Until it has warmed up, and its share is planned. */
    private static void awaitRun(PartsCluster cluster) throws Exception {
        cluster.await(image -> image.balance().isPresent() && isMentioned(image, NEWCOMER));
    }

    /** Looks until the run that fills the newcomer is over, and collects what was pending. */
    private static Set<Integer> followRun(PartsCluster cluster) throws Exception {
        Set<Integer> pending = new TreeSet<>();
        Awaitility.await()
                .atMost(Duration.ofMinutes(5))
                .until(
                        () -> {
                            JsonNode run = cluster.get("/balance");
                            assertThat(run.path("reason").asString()).contains("" + NEWCOMER);
                            pending.add(run.path("pending").asInt());
                            return run.path("state").asString().equals("DONE")
                                    && run.path("moving").asInt() == 0;
                        });
        return pending;
    }

    private static boolean isMentioned(ClusterImage image, int broker) {
        return image.balance().orElseThrow().reason().contains("" + broker);
    }

    private static void drainAndGiveUp(PartsCluster cluster) throws Exception {
        int before = replicas(cluster.image(), NEWCOMER);
        cluster.post("/brokers/" + NEWCOMER + ":drain", "");
        cluster.delete("/brokers/" + NEWCOMER + "/drain");
        cluster.await(image -> image.topics().values().stream().allMatch(t -> t.moves().isEmpty()));
        int after = replicas(cluster.image(), NEWCOMER);
        System.out.printf("drain given up: %d replicas of %d are still there%n", after, before);
        assertThat(after).isBetween(1, before);
        assertThat(cluster.get("/brokers/" + NEWCOMER + "/drain").path("is_draining").asBoolean())
                .isFalse();
    }

    private static void drain(PartsCluster cluster, ClusterLoad load) throws Exception {
        load.measure();
        long startNs = System.nanoTime();
        cluster.post("/brokers/" + NEWCOMER + ":drain", "");
        Set<Integer> left = new TreeSet<>();
        Awaitility.await()
                .atMost(Duration.ofMinutes(5))
                .until(
                        () -> {
                            JsonNode drain = cluster.get("/brokers/" + NEWCOMER + "/drain");
                            left.add(drain.path("replicas_left").asInt());
                            return drain.path("is_drained").asBoolean();
                        });
        System.out.printf(
                "drained in %d ms; p99 of produce meanwhile %.1f ms, longest silence %d ms; left as"
                        + " seen %s%n",
                (System.nanoTime() - startNs) / 1_000_000,
                load.latencyMs(0.99),
                load.silenceMs(),
                left);
        assertThat(replicas(cluster.image(), NEWCOMER)).isZero();
    }

    private static int replicas(ClusterImage image, int broker) {
        int count = 0;
        for (TopicImage topic : image.topics().values()) {
            count +=
                    (int)
                            topic.assignments().stream()
                                    .filter(assigned -> assigned.contains(broker))
                                    .count();
        }
        return count;
    }
}
