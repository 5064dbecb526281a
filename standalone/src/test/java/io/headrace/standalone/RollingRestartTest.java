package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each broker is stopped in order and started again while a producer and a group work: no client
 * sees an error, nothing is lost or twice, and nobody waits for long. {@code
 * -Dheadrace.rolling.rounds=5} goes round more often.
 */
@ExtendWith(SharedCluster.class)
class RollingRestartTest {

    private static final int ROUNDS = Integer.getInteger("headrace.rolling.rounds", 1);
    private static final int PARTITIONS = 6;
    private static final int BETWEEN = 100;
    private static final String TOPIC = "rolling";
    private static final String VERIFIED = "rolling-verified";

    @TempDir Path temp;

    @Test
    void restarts_one_after_the_other_are_not_noticed_by_clients(PartsCluster cluster)
            throws Exception {
        cluster.createTopic(TOPIC, PARTITIONS);
        cluster.createTopic(VERIFIED, PARTITIONS);
        try (VerifiableClients verifiable =
                        new VerifiableClients(cluster, VERIFIED, PARTITIONS, temp);
                ClusterLoad load = new ClusterLoad(cluster, TOPIC, PARTITIONS)) {
            verifiable.awaitFlow();
            load.awaitMore(BETWEEN);
            long longest = 0;
            for (int round = 0; round < ROUNDS; round++) {
                for (int broker = 1; broker <= PartsCluster.BROKERS; broker++) {
                    cluster.awaitHealthy();
                    int coordinator = coordinator(cluster, load.group());
                    load.awaitWarm().awaitMore(BETWEEN).measure();
                    long startNs = System.nanoTime();
                    assertThat(cluster.parts().stop(broker)).isEqualTo(143);
                    long stoppedMs = (System.nanoTime() - startNs) / 1_000_000;
                    load.awaitMore(BETWEEN);
                    long away = load.silenceMs();
                    if (coordinator == broker) {
                        assertThat(coordinator(cluster, load.group())).isNotEqualTo(broker);
                    }
                    load.measure();
                    cluster.parts().start(broker);
                    cluster.awaitHealthy();
                    load.awaitMore(BETWEEN);
                    long back = load.silenceMs();
                    System.out.printf(
                            "broker %d%s stopped in %d ms; longest silence between acks, ms: while"
                                    + " it went %d, while it came back %d%n",
                            broker,
                            coordinator == broker ? " (the group's coordinator)" : "",
                            stoppedMs,
                            away,
                            back);
                    longest = Math.max(longest, Math.max(away, back));
                }
            }
            long verified = verifiable.finish();
            long records = load.finish();
            cluster.awaitHealthy();
            cluster.checkReplicasEqual(TOPIC);
            cluster.checkReplicasEqual(VERIFIED);
            System.out.printf(
                    "%d restarts, %d records, and %d of Kafka's verifiable producer; longest silence"
                            + " between acks of one partition: %d ms%n",
                    ROUNDS * PartsCluster.BROKERS, records, verified, longest);
            assertThat(longest).isLessThan(5_000);
        }
    }

    private static int coordinator(PartsCluster cluster, String group) throws Exception {
        return cluster.admin()
                .describeConsumerGroups(List.of(group))
                .describedGroups()
                .get(group)
                .get(60, TimeUnit.SECONDS)
                .coordinator()
                .id();
    }
}
