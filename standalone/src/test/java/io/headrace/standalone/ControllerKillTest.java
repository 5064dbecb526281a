package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * kill -9 of the controller, alone and together with a leader: the other admin-service takes over
 * long before the session of the dead one ends. {@code -Dheadrace.controller.kills=10} repeats it;
 * the controller alone dies with {@code -Dheadrace.cluster=long}.
 */
@ExtendWith(SharedCluster.class)
class ControllerKillTest {

    private static final int KILLS = Integer.getInteger("headrace.controller.kills", 1);
    private static final int BETWEEN = 100;
    private static final long STALL_MS_MAX = 5_000;

    @Test
    @EnabledIfSystemProperty(named = "headrace.cluster", matches = "long")
    void without_its_controller_the_data_path_goes_on_and_soon_there_is_another(
            PartsCluster cluster) throws Exception {
        String topic = "without-controller";
        cluster.createTopic(topic, 3);
        try (ClusterLoad load = new ClusterLoad(cluster, topic, 3)) {
            for (int kill = 0; kill < KILLS; kill++) {
                load.awaitMore(BETWEEN);
                List<Integer> epochs = cluster.leaderEpochs();
                int controller = cluster.controller();
                int term = cluster.image().controllerEpoch();
                load.measure();
                long startNs = System.nanoTime();
                cluster.parts().killAdmin(controller);
                cluster.await(image -> image.controllerEpoch() > term);
                String another = topic + "-" + kill;
                cluster.createTopic(another, 1);
                long ms = (System.nanoTime() - startNs) / 1_000_000;
                cluster.deleteTopic(another);
                load.awaitMore(BETWEEN);
                long silenceMs = load.silenceMs();
                cluster.parts().startAdmin(controller);
                System.out.printf(
                        "controller killed: the next one created a topic after %d ms; longest"
                                + " silence between acks %d ms%n",
                        ms, silenceMs);
                assertThat(cluster.leaderEpochs()).isEqualTo(epochs);
                assertThat(silenceMs).isLessThan(1_000);
                assertThat(ms).isLessThan(STALL_MS_MAX);
            }
            assertThat(load.finish()).isPositive();
            cluster.checkReplicasEqual(topic);
        }
    }

    @Test
    void controller_and_leader_killed_together_are_both_replaced_within_seconds(
            PartsCluster cluster) throws Exception {
        String topic = "doubly-killed";
        // Each of the first three has another leader; the others are without one broker each.
        cluster.createTopic(topic, List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2)));
        String aside = "doubly-killed-aside";
        cluster.createTopic(aside, List.of(List.of(2, 3), List.of(3, 1), List.of(1, 2)));
        try (ClusterLoad load = new ClusterLoad(cluster, topic, 3);
                ClusterLoad others = new ClusterLoad(cluster, aside, 3)) {
            for (int kill = 0; kill < KILLS; kill++) {
                cluster.awaitHealthy();
                load.awaitMore(BETWEEN);
                int leader = cluster.state(topic, kill % 3).leader();
                int untouched = untouchedBy(cluster, aside, leader);
                int controller = cluster.controller();
                load.measure();
                others.measure();
                cluster.parts().killAdmin(controller);
                cluster.parts().kill9(leader);
                load.awaitMore(BETWEEN);
                others.awaitMore(BETWEEN, List.of(untouched));
                List<Long> stalls = new ArrayList<>();
                for (int p = 0; p < 3; p++) {
                    stalls.add(load.silenceMs(p));
                }
                long untouchedMs = others.silenceMs(untouched);
                cluster.parts().startAdmin(controller);
                cluster.parts().start(leader);
                System.out.printf(
                        "controller and leader of %d killed: longest silence between acks per"
                                + " partition %s ms; of a partition without replica there %d ms%n",
                        kill % 3, stalls, untouchedMs);
                assertThat(stalls).allMatch(ms -> ms < STALL_MS_MAX);
                assertThat(untouchedMs).isLessThan(1_000);
            }
            cluster.awaitHealthy();
            assertThat(load.finish()).isPositive();
            assertThat(others.finish()).isPositive();
            cluster.checkReplicasEqual(topic);
            cluster.checkReplicasEqual(aside);
        }
    }

    /** What is asked of brokers in the moment of the kill, by stock clients, who try again. */
    @Test
    void a_move_is_given_up_and_begun_through_the_death_of_controllers(PartsCluster cluster)
            throws Exception {
        String topic = "moved-through-kills";
        TopicPartition partition = new TopicPartition(topic, 0);
        cluster.createTopic(topic, List.of(List.of(1, 2)));
        cluster.throttle(3, "20000");
        try (ClusterLoad load = new ClusterLoad(cluster, topic, 1)) {
            load.awaitMore(2_000);
            move(cluster, partition, Optional.of(List.of(2, 3)));
            cluster.await(image -> image.topic(topic).orElseThrow().moves().containsKey(0));

            int first = cluster.controller();
            cluster.parts().killAdmin(first);
            move(cluster, partition, Optional.empty());
            cluster.await(image -> image.topic(topic).orElseThrow().moves().isEmpty());
            assertThat(cluster.image().topic(topic).orElseThrow().assignments().getFirst())
                    .containsExactlyInAnyOrder(1, 2);
            cluster.parts().startAdmin(first);
            cluster.await(image -> image.admins().size() == PartsCluster.ADMINS);

            cluster.unthrottle(3);
            int second = cluster.controller();
            cluster.parts().killAdmin(second);
            move(cluster, partition, Optional.of(List.of(2, 3)));
            cluster.await(
                    image ->
                            image.topic(topic)
                                    .orElseThrow()
                                    .assignments()
                                    .getFirst()
                                    .equals(List.of(2, 3)));
            cluster.parts().startAdmin(second);
            load.awaitMore(BETWEEN);
            assertThat(load.finish()).isPositive();
        }
        cluster.awaitHealthy();
        cluster.checkReplicasEqual(topic);
    }

    private static void move(
            PartsCluster cluster, TopicPartition partition, Optional<List<Integer>> target)
            throws Exception {
        cluster.admin()
                .alterPartitionReassignments(
                        Map.of(partition, target.map(NewPartitionReassignment::new)))
                .all()
                .get(60, TimeUnit.SECONDS);
    }

    private static int untouchedBy(PartsCluster cluster, String topic, int broker) {
        List<List<Integer>> assignments = cluster.image().topic(topic).orElseThrow().assignments();
        for (int p = 0; p < assignments.size(); p++) {
            if (!assignments.get(p).contains(broker)) {
                return p;
            }
        }
        throw new AssertionError("all have a replica on " + broker);
    }
}
