package io.headrace.broker.cluster;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.simulation.Bug;
import io.headrace.simulation.ModelZooKeeper;
import io.headrace.simulation.ModelZooKeeper.Op;
import io.headrace.simulation.ZkClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.curator.framework.recipes.cache.ChildData;

/**
 * Writes changes of the ISR to the model of ZooKeeper: {@link IsrBatch} judges, and reads, writes
 * and retries come in the order of {@link IsrWriter}.
 */
public final class SimulatedIsrWriter implements IsrChanges {

    private record Wish(IsrChange change, Consumer<IsrOutcome> then) {

        boolean isBefore(Wish other) {
            return change.leaderEpoch() < other.change.leaderEpoch()
                    || (change.leaderEpoch() == other.change.leaderEpoch()
                            && change.partitionEpoch() < other.change.partitionEpoch());
        }
    }

    /** What a read found. */
    private record Read(
            StatesNode states, int version, Map<Integer, Long> admitted, int admissionVersion) {}

    private final ModelZooKeeper zooKeeper;
    private final ZkClient zk;
    private final String topic;
    private final Bug bug;
    private Map<Integer, Wish> wishes = new LinkedHashMap<>();
    private Map<Integer, Wish> underWay = Map.of();
    private boolean isPassDue;

    public SimulatedIsrWriter(ModelZooKeeper zooKeeper, ZkClient zk, String topic, Bug bug) {
        this.zooKeeper = zooKeeper;
        this.zk = zk;
        this.topic = topic;
        this.bug = bug;
    }

    @Override
    public void submit(IsrChange change, Consumer<IsrOutcome> then) {
        wishes.merge(
                change.partition().partition(),
                new Wish(change, then),
                (waiting, later) -> later.isBefore(waiting) ? waiting : later);
        plan(0);
    }

    /** What the ISR of a partition may become any moment. */
    public List<List<Integer>> wanted(int partition) {
        return Stream.of(wishes, underWay)
                .flatMap(each -> Optional.ofNullable(each.get(partition)).stream())
                .map(wish -> wish.change().isr())
                .toList();
    }

    private void plan(long pauseMs) {
        if (!isPassDue) {
            isPassDue = true;
            zk.program().in(TimeUnit.MILLISECONDS.toNanos(pauseMs), this::pass);
        }
    }

    private void pass() {
        Map<Integer, Wish> taken = wishes;
        wishes = new LinkedHashMap<>();
        underWay = taken;
        if (taken.isEmpty()) {
            isPassDue = false;
            return;
        }
        zk.call(
                this::read,
                found -> {
                    if (found.isEmpty()) {
                        putBack(taken);
                    } else {
                        write(taken, found.get());
                    }
                });
    }

    private Read read() {
        ChildData states = zooKeeper.node(ZkPaths.states(topic)).orElseThrow();
        Optional<ChildData> admission = zooKeeper.node(ZkPaths.CONTROLLER_BROKERS);
        return new Read(
                ZkPayloads.decode(states.getPath(), states.getData(), StatesNode.class),
                states.getStat().getVersion(),
                admission
                        .map(
                                node ->
                                        ZkPayloads.decode(
                                                        node.getPath(),
                                                        node.getData(),
                                                        RememberedBrokersNode.class)
                                                .epochs())
                        .orElse(Map.of()),
                admission.map(node -> node.getStat().getVersion()).orElse(-1));
    }

    private void write(Map<Integer, Wish> taken, Read found) {
        IsrBatch batch;
        try {
            batch =
                    IsrBatch.of(
                            found.states(),
                            taken.values().stream().map(Wish::change).toList(),
                            (id, epoch) -> mayJoin(id, epoch, found));
        } catch (StaleStatesException e) {
            putBack(taken);
            return;
        }
        if (!batch.writes()) {
            tell(batch, taken);
            return;
        }
        List<Op> ops = new ArrayList<>();
        if (batch.adds() && bug != Bug.NO_ADMISSION) {
            ops.add(new Op.Check(ZkPaths.CONTROLLER_BROKERS, found.admissionVersion()));
        }
        ops.add(
                new Op.Set(
                        ZkPaths.states(topic), ZkPayloads.encode(batch.next()), found.version()));
        zk.call(
                () -> zooKeeper.multi(ops),
                answer -> {
                    if (answer.isPresent() && answer.get() == ModelZooKeeper.DONE) {
                        tell(batch, taken);
                    } else {
                        putBack(taken);
                    }
                });
    }

    private boolean mayJoin(int id, long epoch, Read found) {
        BrokerRegistration broker = zk.image().brokers().get(id);
        return bug == Bug.NO_ADMISSION
                || (broker != null
                        && broker.epoch() == epoch
                        && !broker.isStopping()
                        && Long.valueOf(epoch).equals(found.admitted().get(id)));
    }

    private void putBack(Map<Integer, Wish> open) {
        underWay = Map.of();
        open.forEach(wishes::putIfAbsent);
        isPassDue = false;
        plan(50);
    }

    private void tell(IsrBatch batch, Map<Integer, Wish> taken) {
        underWay = Map.of();
        isPassDue = false;
        for (IsrBatch.Judged one : batch.judged()) {
            Wish wish = taken.get(one.change().partition().partition());
            if (wish != null) {
                wish.then().accept(one.outcome());
            }
        }
        if (!wishes.isEmpty()) {
            plan(0);
        }
    }
}
