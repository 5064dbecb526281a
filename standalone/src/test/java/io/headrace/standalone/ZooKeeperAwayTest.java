package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * ZooKeeper is away for longer than any session lasts: what is led is written and read on, and
 * nobody is elected when it is back. Runs with {@code -Dheadrace.cluster=long}; {@code
 * -Dheadrace.zookeeper.away=120} for two minutes.
 */
@EnabledIfSystemProperty(named = "headrace.cluster", matches = "long")
@ExtendWith(SharedCluster.class)
class ZooKeeperAwayTest {

    private static final int AWAY_SECONDS = Integer.getInteger("headrace.zookeeper.away", 14);
    private static final int SESSION_SECONDS = 10;
    private static final String TOPIC = "zookeeper-away";

    @Test
    void records_flow_while_zookeeper_is_away_and_nobody_is_elected_afterwards(PartsCluster cluster)
            throws Exception {
        cluster.createTopic(TOPIC, 6);
        cluster.awaitHealthy();
        try (ClusterLoad load = new ClusterLoad(cluster, TOPIC, 6)) {
            load.awaitMore(100);
            List<Integer> epochs = cluster.leaderEpochs();
            Map<Integer, Long> registered = registrations(cluster);
            int term = cluster.image().controllerEpoch();
            load.measure();
            cluster.parts().killZooKeeper();
            pass(AWAY_SECONDS);
            load.awaitMore(100);
            long away = load.silenceMs();
            load.measure();
            cluster.parts().startZooKeeper();
            // A controller takes office again, so whatever was to be elected was.
            cluster.await(image -> image.controllerEpoch() > term);
            String after = TOPIC + "-after";
            cluster.createTopic(after, 1);
            cluster.deleteTopic(after);
            // A session that did not come back would end now, and what it held with it.
            pass(SESSION_SECONDS + 1);
            cluster.awaitHealthy();
            load.awaitMore(100);
            long back = load.silenceMs();
            assertThat(registrations(cluster)).as("broker epochs").isEqualTo(registered);
            assertThat(cluster.leaderEpochs()).isEqualTo(epochs);
            System.out.printf(
                    "ZooKeeper away for %d s: longest silence between acks %d ms, when it came back"
                            + " %d ms; no leader epoch changed%n",
                    AWAY_SECONDS, away, back);
            assertThat(away).isLessThan(1_000);
            assertThat(back).isLessThan(1_000);
            assertThat(load.finish()).isPositive();
            cluster.checkReplicasEqual(TOPIC);
        }
    }

    private static Map<Integer, Long> registrations(PartsCluster cluster) {
        Map<Integer, Long> epochs = new TreeMap<>();
        cluster.image().brokers().forEach((id, broker) -> epochs.put(id, broker.epoch()));
        return epochs;
    }

    private static void pass(int seconds) {
        long endNs = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        Awaitility.await()
                .atMost(Duration.ofSeconds(seconds + 60))
                .until(() -> System.nanoTime() > endNs);
    }
}
