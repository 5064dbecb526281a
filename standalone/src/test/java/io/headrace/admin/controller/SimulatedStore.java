package io.headrace.admin.controller;

import io.headrace.admin.controller.ClusterStore.Commit;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.LastBrokerNode;
import io.headrace.model.coordination.ZkPayloads.MoveNode;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import io.headrace.simulation.Bug;
import io.headrace.simulation.ModelZooKeeper;
import io.headrace.simulation.ModelZooKeeper.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.curator.framework.recipes.cache.ChildData;

/** Writes decisions to the model of ZooKeeper, with the checks of {@link ZooKeeperStore}. */
final class SimulatedStore {

    private final ModelZooKeeper zooKeeper;
    private final Bug bug;

    SimulatedStore(ModelZooKeeper zooKeeper, Bug bug) {
        this.zooKeeper = zooKeeper;
        this.bug = bug;
    }

    Commit commit(Term term, List<ClusterWrite> step) {
        List<Op> ops = new ArrayList<>();
        ops.add(new Op.Check(ZkPaths.CONTROLLER_EPOCH, term.epochNodeVersion()));
        for (ClusterWrite write : step) {
            Optional<List<Op>> its = operations(write);
            if (its.isEmpty()) {
                return Commit.STALE;
            }
            ops.addAll(its.get());
        }
        int failed = zooKeeper.multi(ops);
        return failed == ModelZooKeeper.DONE
                ? Commit.DONE
                : failed == 0 ? Commit.FENCED : Commit.STALE;
    }

    Remembered remembered() {
        Optional<ChildData> node = zooKeeper.node(ZkPaths.CONTROLLER_BROKERS);
        if (node.isEmpty()) {
            return Remembered.NOTHING;
        }
        RememberedBrokersNode value = decode(node.get(), RememberedBrokersNode.class);
        Map<Integer, Remembered.Last> last = new HashMap<>();
        value.last()
                .forEach(
                        (id, its) ->
                                last.put(id, new Remembered.Last(its.epoch(), its.directoryId())));
        return new Remembered(value.epochs(), last);
    }

    /** Empty when the cluster is not what the write expects. */
    private Optional<List<Op>> operations(ClusterWrite write) {
        return switch (write) {
            case ClusterWrite.Create create -> Optional.of(create(create.topic()));
            case ClusterWrite.Replace replace -> replace(replace);
            case ClusterWrite.Elect elect -> elect(elect);
            case ClusterWrite.Unregister gone -> Optional.of(unregister(gone));
            case ClusterWrite.RememberBrokers remember ->
                    areOutOfSync(remember.distrust())
                            ? Optional.of(List.of(remember(remember)))
                            : Optional.empty();
            default -> throw new AssertionError("not part of the simulation: " + write);
        };
    }

    private static List<Op> create(TopicImage topic) {
        return List.of(
                new Op.Create(ZkPaths.topic(topic.name()), ZkPayloads.encode(node(topic)), 0),
                new Op.Create(
                        ZkPaths.states(topic.name()),
                        ZkPayloads.encode(
                                new StatesNode(
                                        topic.id().toString(),
                                        topic.states().stream().map(PartitionNode::new).toList())),
                        0));
    }

    private Optional<List<Op>> replace(ClusterWrite.Replace replace) {
        String path = ZkPaths.topic(replace.after().name());
        ChildData now = zooKeeper.node(path).orElseThrow();
        return decode(now, TopicNode.class).equals(node(replace.before()))
                ? Optional.of(
                        List.of(
                                new Op.Set(
                                        path,
                                        ZkPayloads.encode(node(replace.after())),
                                        now.getStat().getVersion())))
                : Optional.empty();
    }

    private Optional<List<Op>> elect(ClusterWrite.Elect elect) {
        String path = ZkPaths.states(elect.topic());
        ChildData now = zooKeeper.node(path).orElseThrow();
        StatesNode states = decode(now, StatesNode.class);
        List<PartitionNode> partitions = new ArrayList<>(states.partitions());
        for (Map.Entry<Integer, ClusterWrite.StateChange> change : elect.changes().entrySet()) {
            int partition = change.getKey();
            if (!partitions.get(partition).equals(new PartitionNode(change.getValue().before()))) {
                return Optional.empty();
            }
            partitions.set(partition, new PartitionNode(elected(change.getValue())));
        }
        return Optional.of(
                List.of(
                        new Op.Set(
                                path,
                                ZkPayloads.encode(new StatesNode(states.topicId(), partitions)),
                                now.getStat().getVersion())));
    }

    private PartitionState elected(ClusterWrite.StateChange change) {
        PartitionState after = change.after();
        return bug == Bug.SAME_LEADER_EPOCH
                ? new PartitionState(
                        after.leader(),
                        change.before().leaderEpoch(),
                        after.isr(),
                        after.elr(),
                        after.partitionEpoch())
                : after;
    }

    private List<Op> unregister(ClusterWrite.Unregister gone) {
        Optional<ChildData> node = zooKeeper.node(ZkPaths.broker(gone.brokerId()));
        return node.isPresent() && node.get().getStat().getCzxid() == gone.brokerEpoch()
                ? List.of(new Op.Delete(node.get().getPath(), node.get().getStat().getVersion()))
                : List.of();
    }

    private boolean areOutOfSync(Distrust distrust) {
        return zooKeeper.below(ZkPaths.STATES).stream()
                .allMatch(
                        node ->
                                distrust.allows(
                                        node.getPath().substring(ZkPaths.STATES.length() + 1),
                                        decode(node, StatesNode.class)));
    }

    private Op remember(ClusterWrite.RememberBrokers remember) {
        Map<Integer, LastBrokerNode> last = new HashMap<>();
        remember.brokers()
                .last()
                .forEach(
                        (id, its) ->
                                last.put(id, new LastBrokerNode(its.epoch(), its.directoryId())));
        byte[] data =
                ZkPayloads.encode(new RememberedBrokersNode(remember.brokers().admitted(), last));
        return zooKeeper.node(ZkPaths.CONTROLLER_BROKERS).isEmpty()
                ? new Op.Create(ZkPaths.CONTROLLER_BROKERS, data, 0)
                : new Op.Set(ZkPaths.CONTROLLER_BROKERS, data, -1);
    }

    static <T extends Record> T decode(ChildData node, Class<T> type) {
        return ZkPayloads.decode(node.getPath(), node.getData(), type);
    }

    private static TopicNode node(TopicImage topic) {
        Map<Integer, MoveNode> moves = new HashMap<>();
        for (Map.Entry<Integer, Move> move : topic.moves().entrySet()) {
            moves.put(
                    move.getKey(),
                    new MoveNode(move.getValue().adding(), move.getValue().removing()));
        }
        return new TopicNode(topic.id().toString(), topic.assignments(), moves, topic.config());
    }
}
