package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.controller.Decision.Plan;
import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.cluster.TestImage;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster as numbers: one partition, brokers with the length of their copies, and what ZooKeeper
 * holds. Brokers lose the end of their copy with the power, keep it with a clean stop; a leader
 * changes its ISR as the rules say; the controller is the real core, and may stop between any two
 * writes.
 */
final class ClusterModel {

    static final int BROKER_COUNT = 5;
    static final int MIN_ISR = 2;

    /** A broker's disk. {@code flushed <= end}. */
    static final class Copy {
        int end;
        int flushed;
        long cleanEpoch = -1;
        long epoch = -1;
        boolean isLive;
        boolean isStopping;
    }

    final Random random;
    final List<Copy> copies = new ArrayList<>();
    final List<String> history = new ArrayList<>();
    TopicImage topic;
    Remembered remembered = Remembered.NOTHING;
    int admissionVersion;
    int committed;
    private long nextEpoch = 1;
    private ControllerCore core;

    ClusterModel(Random random) {
        this.random = random;
        IntStream.range(0, BROKER_COUNT).forEach(i -> copies.add(new Copy()));
        List<List<Integer>> assignment = List.of(List.of(0, 1, 2));
        TopicImage plain = Images.topic("t", assignment);
        topic =
                new TopicImage(
                        "t",
                        plain.id(),
                        Map.of("min.insync.replicas", Integer.toString(MIN_ISR)),
                        assignment,
                        plain.states());
        core = newCore();
        copies.forEach(this::start);
        control(false);
    }

    private ControllerCore newCore() {
        ControllerCore fresh =
                new ControllerCore(
                        Images.rules(
                                new TopicRules(1, 3, 100, Duration.ofHours(1), Duration.ofDays(1))),
                        Clock.systemUTC(),
                        random);
        fresh.settled(remembered);
        return fresh;
    }

    PartitionState state() {
        return topic.states().getFirst();
    }

    ClusterImage image() {
        List<BrokerRegistration> live = new ArrayList<>();
        for (int id = 0; id < BROKER_COUNT; id++) {
            Copy copy = copies.get(id);
            if (copy.isLive) {
                BrokerRegistration broker =
                        Images.proven(id, copy.epoch, copy.cleanEpoch, "disk-" + id);
                live.add(copy.isStopping ? Images.stopping(broker) : broker);
            }
        }
        return TestImage.empty()
                .brokers(live)
                .topics(List.of(topic))
                .admission(new Admission(admissionVersion, remembered.admitted()))
                .image();
    }

    void start(Copy copy) {
        copy.isLive = true;
        copy.isStopping = false;
        copy.epoch = nextEpoch++;
    }

    /** Loses what was not flushed, unless the stop was clean. */
    void stop(Copy copy, boolean isClean) {
        copy.isLive = false;
        copy.isStopping = false;
        if (isClean) {
            copy.cleanEpoch = copy.epoch;
        } else {
            copy.end = copy.flushed + random.nextInt(copy.end - copy.flushed + 1);
            copy.cleanEpoch = -1;
        }
        copy.flushed = copy.end;
    }

    /** The leader appends, those in sync follow, and the high watermark moves if it may. */
    void produce() {
        if (!isLed()) {
            return;
        }
        takeOffice();
        PartitionState now = state();
        Copy leader = copies.get(now.leader());
        leader.end += 1 + random.nextInt(3);
        boolean isAlone = now.isr().size() == 1;
        if (isAlone) {
            leader.flushed = leader.end;
        }
        if (now.isr().stream().allMatch(id -> copies.get(id).isLive)) {
            now.isr().forEach(id -> copies.get(id).end = leader.end);
            if (now.isr().size() >= MIN_ISR) {
                committed = leader.end;
            }
        }
    }

    /**
     * What a leader does at once: who is gone leaves, and whoever waited for it learns that it
     * lives.
     */
    void takeOffice() {
        for (int id : isLed() ? state().isr() : List.<Integer>of()) {
            if (!copies.get(id).isLive) {
                shrink(id);
            }
        }
        PartitionState now = state();
        if (isLed() && now.lastCopy() != PartitionState.NO_LEADER) {
            put(
                    new PartitionState(
                            now.leader(),
                            now.leaderEpoch(),
                            now.isr(),
                            now.elr(),
                            now.partitionEpoch() + 1));
        }
    }

    boolean isLed() {
        return state().hasLeader() && copies.get(state().leader()).isLive;
    }

    /** A follower copies everything; the leader may add it where it is admitted. */
    void expand(int id) {
        PartitionState now = state();
        Copy copy = copies.get(id);
        boolean mayJoin =
                isLed()
                        && copy.isLive
                        && topic.assignments().getFirst().contains(id)
                        && !isToGo(id)
                        && !now.isr().contains(id)
                        && remembered.admitted().getOrDefault(id, -1L) == copy.epoch;
        if (!mayJoin) {
            return;
        }
        copy.end = copies.get(now.leader()).end;
        copy.flushed = Math.min(copy.flushed, copy.end);
        List<Integer> isr = new ArrayList<>(now.isr());
        isr.add(id);
        List<Integer> elr =
                isr.size() >= MIN_ISR
                        ? List.of()
                        : now.elr().stream().filter(other -> other != id).toList();
        put(
                new PartitionState(
                        now.leader(), now.leaderEpoch(), isr, elr, now.partitionEpoch() + 1));
    }

    /** The leader takes those out that are to go, when all others are in sync. */
    void letGo() {
        for (int id : state().isr()) {
            if (isToGo(id)) {
                shrink(id);
            }
        }
    }

    private boolean isToGo(int id) {
        List<Integer> target = topic.target(0);
        return !target.contains(id)
                && target.contains(state().leader())
                && state().isr().containsAll(target);
    }

    /** The leader takes somebody out who lags. */
    void shrink(int id) {
        PartitionState now = state();
        if (!isLed() || now.leader() == id || !now.isr().contains(id)) {
            return;
        }
        List<Integer> isr = now.isr().stream().filter(other -> other != id).toList();
        List<Integer> elr = new ArrayList<>(now.elr());
        if (isr.size() < MIN_ISR) {
            elr.add(id);
        }
        if (isr.size() == 1) {
            copies.get(now.leader()).flushed = copies.get(now.leader()).end;
        }
        put(
                new PartitionState(
                        now.leader(), now.leaderEpoch(), isr, elr, now.partitionEpoch() + 1));
    }

    /**
     * The controller acts until there is nothing to do, or until it dies.
     *
     * @param mayDie after any write; the next one begins with what was remembered
     */
    void control(boolean mayDie) {
        for (int round = 0; round < 20; round++) {
            Plan plan = (Plan) core.decide(image(), new ControllerEvent.ClusterChanged());
            if (plan.steps().isEmpty()) {
                return;
            }
            for (List<ClusterWrite> step : plan.steps()) {
                step.forEach(this::apply);
                if (mayDie && random.nextInt(4) == 0) {
                    core = newCore();
                    return;
                }
            }
        }
        throw new AssertionError("the controller does not settle: " + history);
    }

    void move(Optional<List<Integer>> target) {
        ControllerEvent event =
                new ControllerEvent.MovePartitions(
                        Map.of(new TopicPartition("t", 0), target), true, false);
        for (int round = 0; round < 5; round++) {
            Plan plan = (Plan) core.decide(image(), event);
            plan.steps().forEach(step -> step.forEach(this::apply));
            if (!plan.isFirstHalf()) {
                return;
            }
        }
        throw new AssertionError("the elections before a move do not end: " + history);
    }

    private void apply(ClusterWrite write) {
        switch (write) {
            case ClusterWrite.RememberBrokers remember -> {
                remembered = remember.brokers();
                admissionVersion++;
                core.settled(remembered);
            }
            case ClusterWrite.Replace replace -> topic = with(replace.after(), state());
            case ClusterWrite.Elect elect -> put(elect.changes().get(0).after());
            default -> throw new AssertionError(write);
        }
    }

    private static TopicImage with(TopicImage topic, PartitionState state) {
        return new TopicImage(
                topic.name(),
                topic.id(),
                topic.config(),
                topic.assignments(),
                topic.moves(),
                List.of(state));
    }

    /** Every change of the state goes through here, and is judged here. */
    private void put(PartitionState next) {
        PartitionState before = state();
        history.add(before + " -> " + next);
        assertThat(next.partitionEpoch()).isEqualTo(before.partitionEpoch() + 1);
        assertThat(next.leaderEpoch()).isBetween(before.leaderEpoch(), before.leaderEpoch() + 1);
        assertThat(next.isr()).doesNotHaveDuplicates().noneMatch(next.elr()::contains);
        assertThat(next.elr()).doesNotHaveDuplicates();
        if (next.isr().size() >= MIN_ISR) {
            assertThat(next.elr()).isEmpty();
        }
        if (next.leader() != before.leader()) {
            assertThat(next.leaderEpoch()).isEqualTo(before.leaderEpoch() + 1);
        }
        if (next.hasLeader()) {
            assertThat(next.isr()).contains(next.leader());
            assertThat(next.isr()).doesNotContain(next.lastCopy());
        }
        if (next.hasLeader() && next.leaderEpoch() > before.leaderEpoch()) {
            judge(before, next);
        }
        topic = with(topic, next);
    }

    /** Who leads now holds everything committed, unless no trusted replica could. */
    private void judge(PartitionState before, PartitionState next) {
        Copy leader = copies.get(next.leader());
        assertThat(leader.isLive).as("the leader lives: %s", history).isTrue();
        Standing standing = Standing.of(image(), remembered);
        List<Integer> candidates = new ArrayList<>(before.isr());
        candidates.addAll(before.elr());
        boolean isLastCopy = next.leader() == before.lastCopy();
        if (isLastCopy) {
            assertThat(standing.untrusted()).as("%s", history).containsAll(candidates);
        } else {
            assertThat(candidates).as("%s", history).contains(next.leader());
        }
        boolean anyTrusted =
                candidates.stream()
                        .anyMatch(
                                id ->
                                        standing.live().contains(id)
                                                && !standing.untrusted().contains(id));
        if (anyTrusted) {
            assertThat(standing.untrusted()).as("%s", history).doesNotContain(next.leader());
        }
        if (!isLastCopy && !standing.untrusted().contains(next.leader())) {
            assertThat(leader.end).as("committed, %s", history).isGreaterThanOrEqualTo(committed);
        }
        committed = Math.min(committed, leader.end);
        // Followers cut their copies to what the leader has.
        Map<Integer, Copy> live = new HashMap<>();
        next.isr().forEach(id -> live.put(id, copies.get(id)));
        for (Copy copy : live.values()) {
            copy.end = leader.end;
            copy.flushed = Math.min(copy.flushed, copy.end);
        }
        if (next.isr().size() == 1) {
            leader.flushed = leader.end;
        }
    }

    String picture() {
        return copies.stream()
                .map(copy -> (copy.isLive ? "+" : "-") + copy.end)
                .collect(Collectors.joining(" ", state() + " ", " committed " + committed));
    }
}
