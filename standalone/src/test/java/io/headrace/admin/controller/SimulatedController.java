package io.headrace.admin.controller;

import io.headrace.admin.controller.ClusterStore.Commit;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.ControllerNode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import io.headrace.simulation.Bug;
import io.headrace.simulation.ModelZooKeeper;
import io.headrace.simulation.ModelZooKeeper.Op;
import io.headrace.simulation.ZkClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.jspecify.annotations.Nullable;

/** The real core of the controller, run by events as {@link Controller} runs it by a thread. */
public final class SimulatedController {

    /** The topic that producers write to. */
    public static final String TOPIC = "t";

    private static final String LATCH = ZkPaths.CONTROLLER_LATCH + "/leader";
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int ATTEMPTS_MAX = 6;

    private final String id;
    private final ModelZooKeeper zooKeeper;
    private final ZkClient zk;
    private final SimulatedStore store;
    private final Clock clock;
    private final Random random;
    private final Duration leadersInterval;
    private final Deque<ControllerEvent> waiting = new ArrayDeque<>();
    private @Nullable ControllerCore core;
    private @Nullable Term term;
    private boolean isTaking;
    private boolean isBusy;

    public SimulatedController(
            String id,
            ModelZooKeeper zooKeeper,
            ZkClient zk,
            Bug bug,
            Clock clock,
            Random random,
            Duration leadersInterval) {
        this.id = id;
        this.zooKeeper = zooKeeper;
        this.zk = zk;
        this.store = new SimulatedStore(zooKeeper, bug);
        this.clock = clock;
        this.random = random;
        this.leadersInterval = leadersInterval;
        zk.whenSuspended(this::end);
        zk.listen(image -> submit(new ControllerEvent.ClusterChanged()));
        zk.program().in(0, this::candidate);
        zk.program().in(RETRY_NANOS, this::tick);
    }

    /** A topic as it is created, with leaders. */
    public static TopicImage topic(
            String name, TopicId id, List<List<Integer>> assignments, Map<String, String> config) {
        return new TopicImage(
                name, id, config, assignments, TopicDecisions.firstStates(assignments));
    }

    public static void create(ModelZooKeeper zooKeeper, List<TopicImage> topics) {
        zooKeeper.multi(
                List.of(
                        new Op.Create(
                                ZkPaths.CONTROLLER_EPOCH,
                                ZkPayloads.encode(new ControllerNode(0, "")),
                                0)));
        Commit made =
                new SimulatedStore(zooKeeper, Bug.NONE)
                        .commit(
                                new Term(0, 0),
                                topics.stream()
                                        .<ClusterWrite>map(ClusterWrite.Create::new)
                                        .toList());
        if (made != Commit.DONE) {
            throw new AssertionError("the topics are not created: " + made);
        }
    }

    public boolean isActive() {
        return term != null;
    }

    /** The process of a broker is known to be dead. */
    public void brokerGone(int brokerId) {
        var broker = zk.image().brokers().get(brokerId);
        if (broker != null) {
            submit(new ControllerEvent.BrokerGone(brokerId, broker.epoch()));
        }
    }

    public void move(TopicPartition partition, List<Integer> target) {
        submit(
                new ControllerEvent.MovePartitions(
                        Map.of(partition, Optional.of(target)), true, false));
    }

    private void tick() {
        submit(new ControllerEvent.ClusterChanged());
        submit(new ControllerEvent.Tick());
        zk.program().in(TimeUnit.SECONDS.toNanos(1), this::tick);
    }

    // ---- office

    private void candidate() {
        zk.program().in(RETRY_NANOS, this::candidate);
        if (term != null || isTaking || zk.session() == 0) {
            return;
        }
        isTaking = true;
        long session = zk.session();
        zk.call(() -> takeOffice(session), taken -> begin(taken.orElse(Optional.empty())));
    }

    private record Office(Term term, Remembered remembered) {}

    private Optional<Office> takeOffice(long session) {
        Optional<ChildData> latch = zooKeeper.node(LATCH);
        boolean isOwn = latch.isPresent() && latch.get().getStat().getEphemeralOwner() == session;
        if (!isOwn
                && zooKeeper.multi(List.of(new Op.Create(LATCH, new byte[0], session)))
                        != ModelZooKeeper.DONE) {
            return Optional.empty();
        }
        ChildData node = zooKeeper.node(ZkPaths.CONTROLLER_EPOCH).orElseThrow();
        int version = node.getStat().getVersion();
        int epoch = SimulatedStore.decode(node, ControllerNode.class).epoch() + 1;
        zooKeeper.multi(
                List.of(
                        new Op.Set(
                                node.getPath(),
                                ZkPayloads.encode(new ControllerNode(epoch, id)),
                                version)));
        return Optional.of(new Office(new Term(epoch, version + 1), store.remembered()));
    }

    private void begin(Optional<Office> taken) {
        isTaking = false;
        if (taken.isEmpty() || !zk.isConnected()) {
            return;
        }
        Office office = taken.get();
        term = office.term();
        ControllerRules rules =
                new ControllerRules(
                        new TopicRules(1, 3, 100, Duration.ofHours(1), Duration.ofDays(1)),
                        new ControllerRules.Leaders(leadersInterval, 0.1, leadersInterval),
                        new ControllerRules.Balance(2, 1, false));
        core = new ControllerCore(rules, clock, random);
        core.settled(office.remembered());
        isBusy = false;
        waiting.clear();
        submit(new ControllerEvent.ClusterChanged());
    }

    private void end() {
        term = null;
        waiting.clear();
    }

    // ---- events, one after the other

    private void submit(ControllerEvent event) {
        if (term == null || waiting.contains(event)) {
            return;
        }
        waiting.add(event);
        next();
    }

    private void next() {
        ControllerEvent event = isBusy || term == null ? null : waiting.poll();
        if (event != null) {
            isBusy = true;
            apply(event, 0);
        }
    }

    private void done() {
        isBusy = false;
        next();
    }

    private void apply(ControllerEvent event, int attempt) {
        Term of = term;
        ControllerCore by = core;
        if (of == null || by == null || attempt == ATTEMPTS_MAX) {
            done();
            return;
        }
        ClusterImage image = zk.image();
        switch (by.decide(image, event)) {
            case Decision.Refused refused -> done();
            case Decision.Plan plan -> write(of, by, new Work(event, attempt, plan, image), 0);
        }
    }

    private record Work(
            ControllerEvent event, int attempt, Decision.Plan plan, ClusterImage image) {}

    private boolean isOver(Term of) {
        return !of.equals(term);
    }

    private void write(Term of, ControllerCore by, Work work, int index) {
        if (isOver(of)) {
            // A newer term of this instance has its own turn.
            if (term == null) {
                done();
            }
            return;
        }
        if (index == work.plan().steps().size()) {
            awaitVisible(of, work, zk.program().timeline().nanos() + 4 * RETRY_NANOS);
            return;
        }
        List<ClusterWrite> step = work.plan().steps().get(index);
        zk.call(
                () -> store.commit(of, step),
                answer -> {
                    if (isOver(of)) {
                        write(of, by, work, index);
                        return;
                    }
                    switch (answer.orElse(Commit.UNKNOWN)) {
                        case DONE -> {
                            for (ClusterWrite write : step) {
                                if (write instanceof ClusterWrite.RememberBrokers remember) {
                                    by.settled(remember.brokers());
                                }
                            }
                            write(of, by, work, index + 1);
                        }
                        case STALE ->
                                awaitNewer(work, zk.program().timeline().nanos() + RETRY_NANOS);
                        case FENCED -> {
                            end();
                            done();
                        }
                        case UNKNOWN -> zk.program().in(RETRY_NANOS, this::done);
                    }
                });
    }

    private void awaitVisible(Term of, Work work, long untilNanos) {
        boolean isVisible =
                work.plan().steps().stream()
                        .flatMap(List::stream)
                        .allMatch(write -> write.isVisibleIn(zk.image()));
        if (!isVisible && !isOver(of) && zk.program().timeline().nanos() < untilNanos) {
            zk.program().in(2_000_000, () -> awaitVisible(of, work, untilNanos));
        } else if (work.plan().isFirstHalf()) {
            apply(work.event(), work.attempt() + 1);
        } else {
            done();
        }
    }

    private void awaitNewer(Work work, long untilNanos) {
        if (zk.image().version() == work.image().version()
                && zk.program().timeline().nanos() < untilNanos) {
            zk.program().in(2_000_000, () -> awaitNewer(work, untilNanos));
        } else {
            apply(work.event(), work.attempt() + 1);
        }
    }
}
