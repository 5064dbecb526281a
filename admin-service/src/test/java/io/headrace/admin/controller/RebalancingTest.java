package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.balance.PlannedMove;
import io.headrace.admin.controller.ControllerEvent.AlterBrokerConfig;
import io.headrace.admin.controller.ControllerEvent.CordonStep;
import io.headrace.admin.controller.ControllerEvent.SetCordon;
import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.controller.ControllerEvent.StartBalance;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.admin.controller.Decision.Refused;
import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.cluster.TestImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RebalancingTest {

    private static final List<BrokerRegistration> FOUR =
            IntStream.range(0, 4).mapToObj(id -> Images.broker(id, 10 + id)).toList();
    private static final Standing STANDING =
            new Standing(Set.of(0, 1, 2, 3), Set.of(), Set.of(), Set.of(), Set.of());
    private static final ControllerRules.Balance TWO = new ControllerRules.Balance(2, 0, false);
    private static final ControllerRules.Balance FILLING = new ControllerRules.Balance(2, 0, true);
    private static final TopicImage TOPIC =
            Images.topic("t", Collections.nCopies(5, List.of(0, 1, 2)));

    private static ClusterImage image(
            TopicImage topic, Map<Integer, Cordon> cordons, Optional<BalanceRun> run) {
        return TestImage.empty()
                .brokers(FOUR)
                .topics(List.of(topic))
                .cordons(cordons)
                .balance(run)
                .image();
    }

    private static BalanceRun run(List<BalanceRun.Pending> pending) {
        return new BalanceRun(
                1,
                "test",
                BalanceRun.State.RUNNING,
                pending.size(),
                pending,
                Set.of(0, 1, 2),
                false);
    }

    private static BalanceRun.Pending pending(int partition, List<Integer> from) {
        return new BalanceRun.Pending(new TopicPartition("t", partition), from, List.of(3, 1, 2));
    }

    private static <T extends ClusterWrite> T only(List<List<ClusterWrite>> steps, Class<T> type) {
        List<T> found =
                steps.stream()
                        .flatMap(List::stream)
                        .filter(type::isInstance)
                        .map(type::cast)
                        .toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void aRunBeginsAFewMovesAtATimeAndKeepsTheRestPending() {
        List<Integer> from = List.of(0, 1, 2);
        BalanceRun run =
                run(
                        List.of(
                                pending(0, from),
                                pending(1, List.of(0, 1, 3)),
                                pending(2, from),
                                pending(3, from)));
        List<List<ClusterWrite>> steps =
                Rebalancing.next(image(TOPIC, Map.of(), Optional.of(run)), STANDING, TWO, 5);
        TopicImage after = only(steps, ClusterWrite.Replace.class).after();
        assertThat(after.moves()).containsOnlyKeys(0, 2);
        BalanceRun left = only(steps, ClusterWrite.PutBalance.class).run();
        assertThat(left.pending()).containsExactly(pending(3, from));
        assertThat(left.state()).isEqualTo(BalanceRun.State.RUNNING);

        assertThat(Rebalancing.next(image(after, Map.of(), Optional.of(left)), STANDING, TWO, 5))
                .isEmpty();
    }

    @Test
    void aDrainMovesReplicasOffAndItsEndGivesThemBack() {
        ClusterImage image = image(TOPIC, Map.of(0, new Cordon(1, true)), Optional.empty());
        List<List<ClusterWrite>> steps = Rebalancing.next(image, STANDING, TWO, 5);
        TopicImage moving = only(steps, ClusterWrite.Replace.class).after();
        assertThat(moving.moves()).hasSize(2);
        assertThat(moving.target(0)).containsExactly(3, 1, 2);

        ClusterImage later = image(moving, Map.of(0, new Cordon(1, true)), Optional.empty());
        Plan end =
                (Plan)
                        BrokerDecisions.cordon(
                                later, new SetCordon(0, CordonStep.END_DRAIN, false), STANDING, 9);
        assertThat(only(end.steps(), ClusterWrite.PutCordon.class).cordon())
                .contains(new Cordon(1, false));
        TopicImage back = only(end.steps(), ClusterWrite.Replace.class).after();
        assertThat(back.moves()).isEmpty();
        assertThat(back.target(0)).containsExactlyInAnyOrder(0, 1, 2);
    }

    private static Optional<Cordon> cordoned(ClusterImage image, int broker, CordonStep step) {
        Plan plan =
                (Plan)
                        BrokerDecisions.cordon(
                                image, new SetCordon(broker, step, false), STANDING, 9);
        return plan.steps().isEmpty()
                ? Optional.ofNullable(image.cordons().get(broker))
                : only(plan.steps(), ClusterWrite.PutCordon.class).cordon();
    }

    @Test
    void aCordonLeavesADrainAloneThatBeganMeanwhileAndNoDrainIsEndedTwice() {
        ClusterImage draining = image(TOPIC, Map.of(0, new Cordon(1, true)), Optional.empty());
        assertThat(cordoned(draining, 0, CordonStep.CORDON)).contains(new Cordon(1, true));
        assertThat(cordoned(draining, 0, CordonStep.UNCORDON)).isEmpty();
        ClusterImage free = image(TOPIC, Map.of(), Optional.empty());
        assertThat(cordoned(free, 0, CordonStep.CORDON)).contains(new Cordon(9, false));
        assertThat(cordoned(free, 0, CordonStep.END_DRAIN)).isEmpty();
    }

    @Test
    void aBrokerThatDiedForGoodIsDrained() {
        List<PartitionState> states =
                IntStream.range(0, 5)
                        .mapToObj(p -> new PartitionState(1, 1, List.of(1, 2), 1))
                        .toList();
        TopicImage bereft = Images.withStates(TOPIC, states);
        TestImage dead = TestImage.empty().brokers(FOUR.subList(1, 4)).topics(List.of(bereft));
        assertThat(cordoned(dead.image(), 0, CordonStep.DRAIN)).contains(new Cordon(9, true));
        assertThat(
                        BrokerDecisions.cordon(
                                dead.image(),
                                new SetCordon(9, CordonStep.DRAIN, false),
                                STANDING,
                                9))
                .isInstanceOf(Refused.class);
        Standing without = new Standing(Set.of(1, 2, 3), Set.of(), Set.of(), Set.of(), Set.of());
        TopicImage moving =
                only(
                                Rebalancing.next(
                                        dead.cordons(Map.of(0, new Cordon(9, true))).image(),
                                        without,
                                        TWO,
                                        10),
                                ClusterWrite.Replace.class)
                        .after();
        assertThat(moving.target(0)).containsExactly(3, 1, 2);
        assertThat(moving.moves()).containsOnlyKeys(0, 1);
    }

    @Test
    void aDrainDoesNotWaitForATakerThatDied() {
        List<BrokerRegistration> five =
                IntStream.range(0, 5).mapToObj(id -> Images.broker(id, 10 + id)).toList();
        Map<Integer, Cordon> draining = Map.of(0, new Cordon(1, true));
        TestImage all = TestImage.empty().brokers(five).topics(List.of(TOPIC)).cordons(draining);
        Standing standing =
                new Standing(Set.of(0, 1, 2, 3, 4), Set.of(), Set.of(), Set.of(), Set.of());
        TopicImage moving =
                only(Rebalancing.next(all.image(), standing, TWO, 5), ClusterWrite.Replace.class)
                        .after();
        assertThat(moving.target(0)).containsExactly(3, 1, 2);
        TestImage without3 =
                all.topics(List.of(moving))
                        .brokers(five.stream().filter(broker -> broker.id() != 3).toList());
        TopicImage turned =
                only(
                                Rebalancing.next(without3.image(), standing, TWO, 5),
                                ClusterWrite.Replace.class)
                        .after();
        assertThat(turned.target(0)).containsExactly(4, 1, 2);
        assertThat(turned.moves().get(0).removing()).containsExactly(0);
    }

    @Test
    void whatStandsStillHoldsNothingUp() {
        List<PartitionState> states = new ArrayList<>(TOPIC.states());
        states.set(0, new PartitionState(PartitionState.NO_LEADER, 2, List.of(0), 2));
        Map<Integer, Cordon> draining = Map.of(0, new Cordon(1, true));
        ClusterImage image = image(Images.withStates(TOPIC, states), draining, Optional.empty());
        TopicImage moving =
                only(Rebalancing.next(image, STANDING, TWO, 5), ClusterWrite.Replace.class).after();
        assertThat(moving.moves()).as("nobody leads partition 0").containsOnlyKeys(1, 2);
        assertThat(Rebalancing.next(image(moving, draining, Optional.empty()), STANDING, TWO, 5))
                .as("two are on the way")
                .isEmpty();

        ClusterImage targetDied =
                TestImage.empty()
                        .brokers(FOUR.subList(0, 3))
                        .topics(List.of(moving, Images.topic("u", List.of(List.of(0, 1)))))
                        .cordons(draining)
                        .image();
        assertThat(
                        only(
                                        Rebalancing.next(targetDied, STANDING, TWO, 5),
                                        ClusterWrite.Replace.class)
                                .after()
                                .name())
                .isEqualTo("u");
    }

    @Test
    void anEmptyNewcomerIsFilledOnce() {
        List<List<ClusterWrite>> steps =
                Rebalancing.next(image(TOPIC, Map.of(), Optional.empty()), STANDING, FILLING, 5);
        BalanceRun run = only(steps, ClusterWrite.PutBalance.class).run();
        assertThat(run.isRunning()).isTrue();
        assertThat(run.pending()).isNotEmpty();
        assertThat(run.seen()).containsExactlyInAnyOrder(0, 1, 2, 3);

        Standing warmingUp =
                new Standing(
                        STANDING.live(),
                        Set.of(),
                        Set.of(),
                        STANDING.distrust(),
                        Set.of(),
                        Map.of(),
                        Map.of(3, 1L));
        assertThat(
                        Rebalancing.next(
                                image(TOPIC, Map.of(), Optional.empty()), warmingUp, FILLING, 5))
                .isEmpty();

        BalanceRun cancelled =
                ((Plan) Rebalancing.cancel(image(TOPIC, Map.of(), Optional.of(run))))
                        .steps().stream()
                                .flatMap(List::stream)
                                .map(ClusterWrite.PutBalance.class::cast)
                                .map(ClusterWrite.PutBalance::run)
                                .findFirst()
                                .orElseThrow();
        assertThat(cancelled.state()).isEqualTo(BalanceRun.State.CANCELLED);
        assertThat(
                        Rebalancing.next(
                                image(TOPIC, Map.of(), Optional.of(cancelled)),
                                STANDING,
                                FILLING,
                                5))
                .isEmpty();
        assertThat(
                        Rebalancing.next(
                                image(TOPIC, Map.of(3, new Cordon(1, false)), Optional.empty()),
                                STANDING,
                                FILLING,
                                5))
                .isEmpty();
    }

    @Test
    void aNewcomerOfALargeClusterGetsItsWholeShareInRunsThatFitIntoTheirNode() {
        int partitions = 50;
        Map<String, List<List<Integer>>> assignments = new TreeMap<>();
        for (int t = 0; t < 120; t++) {
            List<List<Integer>> its = new ArrayList<>();
            for (int p = 0; p < partitions; p++) {
                its.add(List.of(p % 3, (p + 1) % 3, (p + 2) % 3));
            }
            assignments.put("t" + t + "-".repeat(240), its);
        }
        Optional<BalanceRun> run = Optional.empty();
        int runs = 0;
        do {
            ClusterImage image = large(assignments, run);
            BalanceRun next =
                    only(
                                    Rebalancing.next(image, STANDING, FILLING, 5),
                                    ClusterWrite.PutBalance.class)
                            .run();
            assertThat(ZkPayloads.encode(ZooKeeperStore.balanceNode(next)))
                    .hasSizeLessThan(1_000_000);
            for (BalanceRun.Pending each : next.pending()) {
                assignments
                        .get(each.partition().topic())
                        .set(each.partition().partition(), each.to());
            }
            run = Optional.of(next.with(next.state(), List.of()));
            runs += next.pending().isEmpty() ? 0 : 1;
        } while (run.get().isRunning() && runs < 10);
        assertThat(run.get().state()).isEqualTo(BalanceRun.State.DONE);
        assertThat(runs).isBetween(2, 5);
        assertThat(
                        assignments.values().stream()
                                .flatMap(List::stream)
                                .filter(replicas -> replicas.contains(3))
                                .count())
                .isEqualTo(120L * partitions * 3 / 4);
    }

    private static ClusterImage large(
            Map<String, List<List<Integer>>> assignments, Optional<BalanceRun> run) {
        List<TopicImage> topics = new ArrayList<>();
        assignments.forEach((name, its) -> topics.add(Images.topic(name, List.copyOf(its))));
        return TestImage.empty().brokers(FOUR).topics(topics).balance(run).image();
    }

    @Test
    void aPlanThatIsTooLargeIsRefusedWithTheSizeThatFits() {
        List<PlannedMove> moves = new ArrayList<>();
        for (int p = 0; p < 4_000; p++) {
            moves.add(
                    new PlannedMove(
                            new TopicPartition("t".repeat(249), p),
                            List.of(0, 1, 2),
                            List.of(3, 1, 2),
                            0));
        }
        assertThat(
                        Rebalancing.start(
                                image(TOPIC, Map.of(), Optional.empty()),
                                new StartBalance(moves, "test", false),
                                5))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.message()).contains("at most 2110 partitions"));
    }

    @Test
    void aSecondPlanWaitsForTheFirst() {
        BalanceRun run = run(List.of(pending(0, List.of(0, 1, 2))));
        StartBalance start =
                new StartBalance(
                        List.of(
                                new PlannedMove(
                                        new TopicPartition("t", 0),
                                        List.of(0, 1, 2),
                                        List.of(3, 1, 2),
                                        0)),
                        "test",
                        false);
        assertThat(Rebalancing.start(image(TOPIC, Map.of(), Optional.of(run)), start, 5))
                .isInstanceOf(Refused.class);
        assertThat(Rebalancing.start(image(TOPIC, Map.of(), Optional.empty()), start, 5))
                .isInstanceOf(Plan.class);
    }

    @Test
    void onlyRatesOfABrokerChangeAtRunTime() {
        ClusterImage image = Images.image(FOUR, TOPIC);
        Plan plan =
                (Plan)
                        BrokerDecisions.config(
                                image, alter("leader.replication.throttled.rate", "1000"));
        assertThat(only(plan.steps(), ClusterWrite.PutBrokerConfig.class).settings())
                .containsExactly(Map.entry("leader.replication.throttled.rate", "1000"));
        assertThat(((Refused) BrokerDecisions.config(image, alter("num.io.threads", "3"))).code())
                .isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(
                        ((Refused)
                                        BrokerDecisions.config(
                                                image,
                                                alter("leader.replication.throttled.rate", "-1")))
                                .code())
                .isEqualTo(ErrorCode.INVALID_CONFIG);
    }

    private static AlterBrokerConfig alter(String name, String value) {
        return new AlterBrokerConfig(
                1, List.of(new SettingChange(name, Optional.of(value))), false);
    }
}
