package io.headrace.model.coordination;

import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.ServiceRegistration;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPayloads.BalanceNode;
import io.headrace.model.coordination.ZkPayloads.BrokerConfigNode;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.ClusterNode;
import io.headrace.model.coordination.ZkPayloads.ControllerNode;
import io.headrace.model.coordination.ZkPayloads.CordonNode;
import io.headrace.model.coordination.ZkPayloads.DeletionNode;
import io.headrace.model.coordination.ZkPayloads.PartialProofNode;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the image out of a cache of the whole tree. Nodes that did not change since the last build
 * are not decoded again: a topic costs a map lookup, and an unchanged one is the same instance in
 * both images.
 *
 * <p>A topic is in the image when both its nodes are there and name the same topic id, so that a
 * half-seen creation or re-creation never shows. A node that cannot be decoded is logged and left
 * out; leaving out never deletes anything.
 *
 * <p>Owner: the thread of {@link ClusterWatch}.
 */
final class ClusterImageBuilder {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterImageBuilder.class);

    private final CuratorCache cache;
    private Map<String, Decoded<?>> decoded = new HashMap<>();
    private Map<String, Joined> joined = new HashMap<>();
    private long version;

    ClusterImageBuilder(CuratorCache cache) {
        this.cache = cache;
    }

    /** A payload and the znode version (mzxid) it was decoded from. */
    private record Decoded<T>(long mzxid, T value) {}

    /** A topic and the payloads that it was made of. */
    private record Joined(TopicNode topic, StatesNode states, TopicImage image) {
        /**
         * Payloads are decoded once per znode version, so the same instance is the same version.
         */
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(TopicNode otherTopic, StatesNode otherStates) {
            return topic == otherTopic && states == otherStates;
        }
    }

    ClusterImage build() {
        Map<String, Decoded<?>> fresh = new HashMap<>();
        String clusterId = "";
        int controllerEpoch = 0;
        Optional<String> controllerId = Optional.empty();
        Map<Integer, BrokerRegistration> brokers = new HashMap<>();
        Map<String, TopicNode> topics = new HashMap<>();
        Map<String, StatesNode> states = new HashMap<>();
        Map<TopicId, DeletedTopic> deletions = new HashMap<>();
        Map<String, ServiceRegistration> admins = new HashMap<>();
        Map<String, ServiceRegistration> gateways = new HashMap<>();
        Admission admission = Admission.NONE;
        Map<Integer, Cordon> cordons = new HashMap<>();
        Map<Integer, Map<String, String>> brokerConfigs = new HashMap<>();
        Optional<BalanceRun> balance = Optional.empty();
        for (ChildData node : (Iterable<ChildData>) cache.stream()::iterator) {
            String path = node.getPath();
            int slash = path.lastIndexOf('/');
            String name = path.substring(slash + 1);
            try {
                switch (path.substring(0, slash)) {
                    case "" -> {
                        if (path.equals(ZkPaths.CLUSTER)) {
                            clusterId = decode(node, ClusterNode.class, fresh).clusterId();
                        }
                    }
                    case ZkPaths.CONTROLLER -> {
                        if (path.equals(ZkPaths.CONTROLLER_EPOCH)) {
                            ControllerNode controller = decode(node, ControllerNode.class, fresh);
                            controllerEpoch = controller.epoch();
                            controllerId = Optional.of(controller.adminId());
                        } else if (path.equals(ZkPaths.CONTROLLER_BALANCE)) {
                            balance = Optional.of(run(decode(node, BalanceNode.class, fresh)));
                        } else if (path.equals(ZkPaths.CONTROLLER_BROKERS)) {
                            admission =
                                    new Admission(
                                            node.getStat().getVersion(),
                                            decode(node, RememberedBrokersNode.class, fresh)
                                                    .epochs());
                        }
                    }
                    case ZkPaths.BROKERS ->
                            brokers.put(
                                    Integer.parseInt(name),
                                    broker(name, node, decode(node, BrokerNode.class, fresh)));
                    case ZkPaths.ADMINS ->
                            admins.put(name, service(name, decode(node, ServiceNode.class, fresh)));
                    case ZkPaths.GATEWAYS ->
                            gateways.put(
                                    name, service(name, decode(node, ServiceNode.class, fresh)));
                    case ZkPaths.TOPICS -> topics.put(name, decode(node, TopicNode.class, fresh));
                    case ZkPaths.STATES -> states.put(name, decode(node, StatesNode.class, fresh));
                    case ZkPaths.CORDONED -> {
                        CordonNode cordon = decode(node, CordonNode.class, fresh);
                        cordons.put(
                                Integer.parseInt(name),
                                new Cordon(cordon.sinceMs(), cordon.draining()));
                    }
                    case ZkPaths.BROKER_CONFIGS ->
                            brokerConfigs.put(
                                    Integer.parseInt(name),
                                    Map.copyOf(
                                            decode(node, BrokerConfigNode.class, fresh)
                                                    .settings()));
                    case ZkPaths.DELETIONS -> {
                        DeletionNode deletion = decode(node, DeletionNode.class, fresh);
                        TopicId id = TopicId.parse(name);
                        deletions.put(
                                id,
                                new DeletedTopic(
                                        deletion.name(),
                                        id,
                                        deletion.deletedAtMs(),
                                        deletion.graceMs()));
                    }
                    default -> {
                        // The latch's own nodes and whatever a newer version keeps.
                    }
                }
            } catch (IllegalArgumentException e) {
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("path", path)
                        .log("Ignoring an unreadable znode");
            }
        }
        decoded = fresh;
        return new ClusterImage(
                ++version,
                clusterId,
                controllerEpoch,
                controllerId.filter(admins::containsKey),
                brokers,
                join(topics, states),
                deletions,
                admins,
                gateways,
                admission,
                cordons,
                brokerConfigs,
                balance);
    }

    private Map<String, TopicImage> join(
            Map<String, TopicNode> topics, Map<String, StatesNode> states) {
        Map<String, Joined> next = new HashMap<>(topics.size() * 2);
        Map<String, TopicImage> images = new HashMap<>(topics.size() * 2);
        topics.forEach(
                (name, topic) -> {
                    StatesNode state = states.get(name);
                    Joined now =
                            state == null || !state.topicId().equals(topic.topicId())
                                    ? null
                                    : joined(name, topic, state);
                    if (now != null) {
                        next.put(name, now);
                        images.put(name, now.image());
                    }
                });
        joined = next;
        return images;
    }

    /**
     * A topic that grows is two znodes, changed at once and seen one after the other: until both
     * are seen it is as it was.
     */
    private @Nullable Joined joined(String name, TopicNode topic, StatesNode state) {
        @Nullable Joined before = joined.get(name);
        if (state.partitions().size() != topic.assignments().size()) {
            return before != null && before.topic().topicId().equals(topic.topicId())
                    ? before
                    : null;
        }
        return before != null && before.isOf(topic, state)
                ? before
                : new Joined(topic, state, topicImage(name, topic, state));
    }

    private static BalanceRun run(BalanceNode node) {
        return new BalanceRun(
                node.startedMs(),
                node.reason(),
                BalanceRun.State.valueOf(node.state()),
                node.total(),
                node.pending().stream()
                        .map(
                                each ->
                                        new BalanceRun.Pending(
                                                new TopicPartition(each.topic(), each.partition()),
                                                each.from(),
                                                each.to()))
                        .toList(),
                Set.copyOf(node.seen()),
                Boolean.TRUE.equals(node.goesOn()));
    }

    private static Map<Integer, Move> moves(TopicNode topic) {
        Map<Integer, Move> moves = new HashMap<>();
        topic.moves()
                .forEach(
                        (partition, move) ->
                                moves.put(partition, new Move(move.adding(), move.removing())));
        return moves;
    }

    private static TopicImage topicImage(String name, TopicNode topic, StatesNode state) {
        return new TopicImage(
                name,
                TopicId.parse(topic.topicId()),
                topic.config(),
                topic.assignments(),
                moves(topic),
                state.partitions().stream().map(PartitionNode::state).toList());
    }

    private static BrokerRegistration broker(String id, ChildData node, BrokerNode broker) {
        return new BrokerRegistration(
                Integer.parseInt(id),
                node.getStat().getCzxid(),
                broker.httpUrl(),
                broker.endpoints(),
                Optional.ofNullable(broker.rack()),
                broker.version(),
                broker.provenEpoch(),
                broker.directoryId(),
                broker.stopping(),
                broker.topicDefaults(),
                Optional.ofNullable(broker.partialProof()).flatMap(PartialProofNode::proof));
    }

    private static ServiceRegistration service(String id, ServiceNode node) {
        return new ServiceRegistration(id, node.url(), node.version());
    }

    private <T extends Record> T decode(
            ChildData node, Class<T> type, Map<String, Decoded<?>> fresh) {
        long mzxid = node.getStat().getMzxid();
        @Nullable Decoded<?> before = decoded.get(node.getPath());
        T value =
                before != null && before.mzxid() == mzxid
                        ? type.cast(before.value())
                        : ZkPayloads.decode(node.getPath(), node.getData(), type);
        fresh.put(node.getPath(), new Decoded<>(mzxid, value));
        return value;
    }
}
