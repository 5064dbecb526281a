package io.headrace.simulation;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.PartialProof;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.PartialProofNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.simulation.ModelZooKeeper.Op;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.recipes.cache.ChildData;

/**
 * The registration of a broker, as {@code Membership} and Curator's persistent node keep it:
 * whenever it is gone, it is made again, until the end.
 */
final class OwnNode {

    private final World world;
    private final BrokerRun run;
    private final String directoryId;
    private final Optional<PartialProof> partialProof;
    private long provenEpoch;
    private boolean isRegistering;

    OwnNode(
            World world,
            BrokerRun run,
            String directoryId,
            long provenEpoch,
            Optional<PartialProof> partialProof) {
        this.world = world;
        this.run = run;
        this.directoryId = directoryId;
        this.provenEpoch = provenEpoch;
        this.partialProof = partialProof;
    }

    /** The session is over; this process has lost nothing, so its first epoch is the proof. */
    void proves(OptionalLong firstEpoch) {
        if (provenEpoch == BrokerRegistration.NO_PROVEN_EPOCH) {
            provenEpoch = firstEpoch.orElse(provenEpoch);
        }
        run.program.in(0, this::register);
    }

    void register() {
        if (isRegistering || run.isStopped() || run.isOffline()) {
            return;
        }
        isRegistering = true;
        long session = run.zk.session();
        byte[] data = registration();
        run.zk.call(
                () -> registered(session, data),
                answer -> {
                    isRegistering = false;
                    if (answer.isEmpty() || !Arrays.equals(data, registration())) {
                        run.program.in(TimeUnit.MILLISECONDS.toNanos(300), this::register);
                    }
                });
    }

    /** For good: a log directory never comes back in one process. */
    void deregister() {
        long session = run.zk.session();
        run.zk.call(
                () -> {
                    String path = ZkPaths.broker(run.id);
                    return world.zooKeeper
                            .node(path)
                            .filter(node -> node.getStat().getEphemeralOwner() == session)
                            .map(node -> world.zooKeeper.multi(List.of(new Op.Delete(path, -1))))
                            .orElse(ModelZooKeeper.DONE);
                },
                answer -> {
                    if (answer.isEmpty()) {
                        run.program.in(TimeUnit.MILLISECONDS.toNanos(300), this::deregister);
                    }
                });
    }

    private byte[] registration() {
        return ZkPayloads.encode(
                new BrokerNode(
                        "http://b" + run.id,
                        Map.of(),
                        null,
                        "test",
                        world.bug == Bug.CLEAN_STOP_CLAIMED ? lastSeenEpoch() : provenEpoch,
                        directoryId,
                        run.isStopping(),
                        Map.of(),
                        partialProof.map(PartialProofNode::new).orElse(null)));
    }

    private Integer registered(long session, byte[] data) {
        String path = ZkPaths.broker(run.id);
        Optional<ChildData> known = world.zooKeeper.node(path);
        if (known.isPresent() && known.get().getStat().getEphemeralOwner() == session) {
            return Arrays.equals(known.get().getData(), data)
                    ? Integer.valueOf(ModelZooKeeper.DONE)
                    : Integer.valueOf(world.zooKeeper.multi(List.of(new Op.Set(path, data, -1))));
        }
        known.ifPresent(node -> world.zooKeeper.multi(List.of(new Op.Delete(path, -1))));
        return world.zooKeeper.multi(List.of(new Op.Create(path, data, session)));
    }

    private long lastSeenEpoch() {
        return world.zooKeeper
                .node(ZkPaths.CONTROLLER_BROKERS)
                .map(
                        node ->
                                ZkPayloads.decode(
                                                node.getPath(),
                                                node.getData(),
                                                RememberedBrokersNode.class)
                                        .last())
                .filter(last -> last.containsKey(run.id))
                .map(last -> last.get(run.id).epoch())
                .orElse(-1L);
    }
}
