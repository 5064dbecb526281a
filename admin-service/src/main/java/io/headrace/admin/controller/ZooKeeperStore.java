package io.headrace.admin.controller;

import io.headrace.admin.controller.ClusterWrite.Create;
import io.headrace.admin.controller.ClusterWrite.Delete;
import io.headrace.admin.controller.ClusterWrite.Elect;
import io.headrace.admin.controller.ClusterWrite.Forget;
import io.headrace.admin.controller.ClusterWrite.PutBalance;
import io.headrace.admin.controller.ClusterWrite.PutBrokerConfig;
import io.headrace.admin.controller.ClusterWrite.PutCordon;
import io.headrace.admin.controller.ClusterWrite.RememberBrokers;
import io.headrace.admin.controller.ClusterWrite.Replace;
import io.headrace.admin.controller.ClusterWrite.Unregister;
import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.BalanceNode;
import io.headrace.model.coordination.ZkPayloads.BrokerConfigNode;
import io.headrace.model.coordination.ZkPayloads.CordonNode;
import io.headrace.model.coordination.ZkPayloads.DeletionNode;
import io.headrace.model.coordination.ZkPayloads.LastBrokerNode;
import io.headrace.model.coordination.ZkPayloads.MoveNode;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.PendingNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes decisions to ZooKeeper: one multi per step, whose first operation checks the controller
 * epoch, and whose others check the version of what they replace.
 *
 * <p>Uses the bare ZooKeeper handle, without Curator's retries: a decision must not be written
 * later, after the connection came back and the world has moved on.
 */
public final class ZooKeeperStore implements ClusterStore {

    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperStore.class);
    private static final int EPOCH_CHECK_INDEX = 0;

    private final CuratorFramework client;

    public ZooKeeperStore(CuratorFramework client) {
        this.client = client;
    }

    @Override
    public Commit commit(Term term, List<ClusterWrite> step) throws InterruptedException {
        try {
            ZooKeeper zooKeeper = client.getZookeeperClient().getZooKeeper();
            List<Op> ops = new ArrayList<>();
            ops.add(Op.check(ZkPaths.CONTROLLER_EPOCH, term.epochNodeVersion()));
            for (ClusterWrite write : step) {
                Optional<List<Op>> its = operations(zooKeeper, write);
                if (its.isEmpty()) {
                    return Commit.STALE;
                }
                ops.addAll(its.get());
            }
            zooKeeper.multi(ops);
            return Commit.DONE;
        } catch (KeeperException.NoNodeException
                | KeeperException.NodeExistsException
                | KeeperException.BadVersionException e) {
            return epochCheckFailed(e) ? Commit.FENCED : Commit.STALE;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.atWarn().setCause(e).log("A controller write broke off; its outcome is not known");
            return Commit.UNKNOWN;
        }
    }

    @Override
    public Remembered rememberedBrokers() throws Exception {
        ZooKeeper zooKeeper = client.getZookeeperClient().getZooKeeper();
        try {
            byte[] bytes = zooKeeper.getData(ZkPaths.CONTROLLER_BROKERS, false, null);
            RememberedBrokersNode node =
                    ZkPayloads.decode(
                            ZkPaths.CONTROLLER_BROKERS, bytes, RememberedBrokersNode.class);
            Map<Integer, Remembered.Last> last = new HashMap<>();
            // A version before kept no more than the epochs.
            node.epochs().forEach((id, epoch) -> last.put(id, new Remembered.Last(epoch, "")));
            node.last()
                    .forEach(
                            (id, its) ->
                                    last.put(
                                            id,
                                            new Remembered.Last(its.epoch(), its.directoryId())));
            return new Remembered(node.epochs(), last);
        } catch (KeeperException.NoNodeException e) {
            return Remembered.NOTHING;
        }
    }

    private static boolean epochCheckFailed(KeeperException e) {
        List<OpResult> results = e.getResults();
        return results != null
                && !results.isEmpty()
                && results.get(EPOCH_CHECK_INDEX) instanceof OpResult.ErrorResult error
                && error.getErr() != KeeperException.Code.OK.intValue()
                && error.getErr() != KeeperException.Code.RUNTIMEINCONSISTENCY.intValue();
    }

    /** Empty when the cluster is not what the write expects. */
    private static Optional<List<Op>> operations(ZooKeeper zooKeeper, ClusterWrite write)
            throws KeeperException, InterruptedException {
        return switch (write) {
            case Create create -> Optional.of(create(create.topic()));
            case Replace replace -> replace(zooKeeper, replace);
            case Elect elect -> elect(zooKeeper, elect);
            case Delete delete -> delete(zooKeeper, delete);
            case Forget forget ->
                    Optional.of(List.of(Op.delete(ZkPaths.deletion(forget.id()), -1)));
            case PutCordon put -> Optional.of(cordon(zooKeeper, put));
            case PutBrokerConfig put ->
                    Optional.of(
                            List.of(
                                    put(
                                            zooKeeper,
                                            ZkPaths.brokerConfig(put.broker()),
                                            new BrokerConfigNode(put.settings()))));
            case PutBalance put ->
                    Optional.of(
                            List.of(
                                    put(
                                            zooKeeper,
                                            ZkPaths.CONTROLLER_BALANCE,
                                            balanceNode(put.run()))));
            case Unregister gone -> Optional.of(unregister(zooKeeper, gone));
            case RememberBrokers remember ->
                    areOutOfSync(zooKeeper, remember.distrust())
                            ? Optional.of(List.of(remember(zooKeeper, remember)))
                            : Optional.empty();
        };
    }

    private static List<Op> unregister(ZooKeeper zooKeeper, Unregister gone)
            throws KeeperException, InterruptedException {
        String path = ZkPaths.broker(gone.brokerId());
        Stat stat = zooKeeper.exists(path, false);
        return stat == null || stat.getCzxid() != gone.brokerEpoch()
                ? List.of()
                : List.of(Op.delete(path, stat.getVersion()));
    }

    private static List<Op> create(TopicImage topic) {
        return List.of(
                persistent(ZkPaths.topic(topic.name()), topicNode(topic)),
                persistent(
                        ZkPaths.states(topic.name()),
                        new StatesNode(
                                topic.id().toString(),
                                topic.states().stream().map(PartitionNode::new).toList())));
    }

    private static Optional<List<Op>> replace(ZooKeeper zooKeeper, Replace replace)
            throws KeeperException, InterruptedException {
        String path = ZkPaths.topic(replace.after().name());
        Found<TopicNode> topic = read(zooKeeper, path, TopicNode.class);
        if (!topic.value().equals(topicNode(replace.before()))) {
            return Optional.empty();
        }
        List<Op> ops = new ArrayList<>();
        ops.add(topic.replacement(path, topicNode(replace.after())));
        int had = replace.before().partitionCount();
        if (replace.after().partitionCount() > had) {
            String statesPath = ZkPaths.states(replace.after().name());
            Found<StatesNode> states = read(zooKeeper, statesPath, StatesNode.class);
            List<PartitionNode> partitions = new ArrayList<>(states.value().partitions());
            if (partitions.size() != had) {
                return Optional.empty();
            }
            replace.after().states().stream()
                    .skip(had)
                    .map(PartitionNode::new)
                    .forEach(partitions::add);
            ops.add(
                    states.replacement(
                            statesPath, new StatesNode(states.value().topicId(), partitions)));
        }
        return Optional.of(ops);
    }

    private static Optional<List<Op>> elect(ZooKeeper zooKeeper, Elect elect)
            throws KeeperException, InterruptedException {
        String path = ZkPaths.states(elect.topic());
        Found<StatesNode> states = read(zooKeeper, path, StatesNode.class);
        List<PartitionNode> partitions = new ArrayList<>(states.value().partitions());
        if (!states.value().topicId().equals(elect.id().toString())) {
            return Optional.empty();
        }
        for (Map.Entry<Integer, ClusterWrite.StateChange> change : elect.changes().entrySet()) {
            int partition = change.getKey();
            if (partition >= partitions.size()
                    || !partitions
                            .get(partition)
                            .equals(new PartitionNode(change.getValue().before()))) {
                return Optional.empty();
            }
            partitions.set(partition, new PartitionNode(change.getValue().after()));
        }
        return Optional.of(
                List.of(
                        states.replacement(
                                path, new StatesNode(states.value().topicId(), partitions))));
    }

    private static Optional<List<Op>> delete(ZooKeeper zooKeeper, Delete delete)
            throws KeeperException, InterruptedException {
        String name = delete.topic().name();
        Found<TopicNode> topic = read(zooKeeper, ZkPaths.topic(name), TopicNode.class);
        if (!topic.value().topicId().equals(delete.topic().id().toString())) {
            return Optional.empty();
        }
        return Optional.of(
                List.of(
                        Op.delete(ZkPaths.topic(name), topic.version()),
                        Op.delete(ZkPaths.states(name), -1),
                        persistent(
                                ZkPaths.deletion(delete.topic().id()),
                                new DeletionNode(
                                        name,
                                        delete.tombstone().deletedAtMs(),
                                        delete.tombstone().graceMs()))));
    }

    /**
     * The image that the elections were held on may have lacked a leader's last write, so the nodes
     * themselves are asked. Nobody can add these brokers meanwhile: they are not admitted.
     */
    private static boolean areOutOfSync(ZooKeeper zooKeeper, Distrust distrust)
            throws KeeperException, InterruptedException {
        if (distrust.isEmpty()) {
            return true;
        }
        for (String topic : zooKeeper.getChildren(ZkPaths.STATES, false)) {
            if (!distrust.allows(
                    topic, read(zooKeeper, ZkPaths.states(topic), StatesNode.class).value())) {
                return false;
            }
        }
        return true;
    }

    private static Op remember(ZooKeeper zooKeeper, RememberBrokers remember)
            throws KeeperException, InterruptedException {
        Map<Integer, LastBrokerNode> last = new HashMap<>();
        remember.brokers()
                .last()
                .forEach(
                        (id, its) ->
                                last.put(id, new LastBrokerNode(its.epoch(), its.directoryId())));
        RememberedBrokersNode node = new RememberedBrokersNode(remember.brokers().admitted(), last);
        return put(zooKeeper, ZkPaths.CONTROLLER_BROKERS, node);
    }

    private static List<Op> cordon(ZooKeeper zooKeeper, PutCordon put)
            throws KeeperException, InterruptedException {
        String path = ZkPaths.cordoned(put.broker());
        if (put.cordon().isPresent()) {
            Cordon cordon = put.cordon().get();
            return List.of(
                    put(zooKeeper, path, new CordonNode(cordon.sinceMs(), cordon.isDraining())));
        }
        return zooKeeper.exists(path, false) == null ? List.of() : List.of(Op.delete(path, -1));
    }

    /** Only the controller writes these nodes, and each of its writes checks the epoch. */
    private static Op put(ZooKeeper zooKeeper, String path, Record payload)
            throws KeeperException, InterruptedException {
        return zooKeeper.exists(path, false) == null
                ? persistent(path, payload)
                : Op.setData(path, ZkPayloads.encode(payload), -1);
    }

    static BalanceNode balanceNode(BalanceRun run) {
        return new BalanceNode(
                run.startedMs(),
                run.reason(),
                run.state().name(),
                run.total(),
                run.pending().stream()
                        .map(
                                each ->
                                        new PendingNode(
                                                each.partition().topic(),
                                                each.partition().partition(),
                                                each.from(),
                                                each.to()))
                        .toList(),
                run.seen().stream().sorted().toList(),
                run.goesOn());
    }

    private record Found<T extends Record>(T value, int version) {
        Op replacement(String path, Record payload) {
            return Op.setData(path, ZkPayloads.encode(payload), version);
        }
    }

    private static <T extends Record> Found<T> read(ZooKeeper zooKeeper, String path, Class<T> type)
            throws KeeperException, InterruptedException {
        Stat stat = new Stat();
        byte[] bytes = zooKeeper.getData(path, false, stat);
        return new Found<>(ZkPayloads.decode(path, bytes, type), stat.getVersion());
    }

    private static Op persistent(String path, Record payload) {
        return Op.create(
                path,
                ZkPayloads.encode(payload),
                ZooDefs.Ids.OPEN_ACL_UNSAFE,
                CreateMode.PERSISTENT);
    }

    private static TopicNode topicNode(TopicImage topic) {
        Map<Integer, MoveNode> moves = new HashMap<>();
        topic.moves()
                .forEach(
                        (partition, move) ->
                                moves.put(partition, new MoveNode(move.adding(), move.removing())));
        return new TopicNode(topic.id().toString(), topic.assignments(), moves, topic.config());
    }
}
