package io.headrace.simulation;

import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.zookeeper.data.Stat;

/** ZooKeeper as its clients may rely on it: versions, multi, sessions, ephemerals, one order. */
public final class ModelZooKeeper {

    /** One part of a multi. */
    public sealed interface Op {
        record Check(String path, int version) implements Op {}

        /**
         * @param owner session of an ephemeral node; 0 for a persistent one
         */
        @SuppressWarnings("ArrayRecordComponent") // nobody compares them
        record Create(String path, byte[] data, long owner) implements Op {}

        /**
         * @param version -1 for any
         */
        @SuppressWarnings("ArrayRecordComponent")
        record Set(String path, byte[] data, int version) implements Op {}

        record Delete(String path, int version) implements Op {}
    }

    /**
     * @param data empty when the node is gone
     */
    record Change(String path, Optional<ChildData> data) {}

    public static final int DONE = -1;

    private final Timeline timeline;
    private final long sessionNanos;
    private final TreeMap<String, ChildData> nodes = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private final Map<Long, Long> heardAtNanos = new TreeMap<>();
    private final List<Runnable> watchers = new ArrayList<>();
    private final BiConsumer<Optional<ChildData>, ChildData> judge;
    private long zxid = 1;
    private long sessions;

    /**
     * @param judge sees every new content of a node, and the one before
     */
    ModelZooKeeper(
            Timeline timeline,
            long sessionNanos,
            BiConsumer<Optional<ChildData>, ChildData> judge) {
        this.timeline = timeline;
        this.sessionNanos = sessionNanos;
        this.judge = judge;
    }

    List<Change> changes() {
        return changes;
    }

    void watch(Runnable watcher) {
        watchers.add(watcher);
    }

    public Optional<ChildData> node(String path) {
        return Optional.ofNullable(nodes.get(path));
    }

    /** Nodes right below a path, in order of their names. */
    public List<ChildData> below(String path) {
        return List.copyOf(nodes.subMap(path + "/", path + "0").values());
    }

    /** All of it is done, or nothing: {@link #DONE}, or the index of the first that cannot be. */
    public int multi(List<Op> ops) {
        Map<String, Optional<ChildData>> next = new HashMap<>();
        List<String> touched = new ArrayList<>();
        for (int i = 0; i < ops.size(); i++) {
            Op op = ops.get(i);
            String path = path(op);
            Optional<ChildData> now = next.getOrDefault(path, node(path));
            boolean fits =
                    switch (op) {
                        case Op.Check(String _, int version) -> is(now, version);
                        case Op.Create create -> now.isEmpty();
                        case Op.Set set -> is(now, set.version());
                        case Op.Delete(String _, int version) -> is(now, version);
                    };
            if (!fits) {
                return i;
            }
            Optional<ChildData> after =
                    switch (op) {
                        case Op.Check check -> now;
                        case Op.Create create -> Optional.of(created(create));
                        case Op.Set set -> Optional.of(replaced(now.orElseThrow(), set.data()));
                        case Op.Delete delete -> Optional.empty();
                    };
            if (!(op instanceof Op.Check)) {
                next.put(path, after);
                touched.add(path);
            }
        }
        zxid++;
        for (String path : touched) {
            put(path, next.getOrDefault(path, Optional.empty()));
        }
        watchers.forEach(Runnable::run);
        return DONE;
    }

    private void put(String path, Optional<ChildData> data) {
        Optional<ChildData> before = node(path);
        if (data.isPresent()) {
            nodes.put(path, data.get());
            judge.accept(before, data.get());
        } else {
            nodes.remove(path);
        }
        changes.add(new Change(path, data));
    }

    private static String path(Op op) {
        return switch (op) {
            case Op.Check check -> check.path();
            case Op.Create create -> create.path();
            case Op.Set set -> set.path();
            case Op.Delete delete -> delete.path();
        };
    }

    private static boolean is(Optional<ChildData> node, int version) {
        return node.isPresent() && (version < 0 || node.get().getStat().getVersion() == version);
    }

    private ChildData created(Op.Create create) {
        Stat stat = new Stat();
        stat.setCzxid(zxid + 1);
        stat.setMzxid(zxid + 1);
        stat.setEphemeralOwner(create.owner());
        return new ChildData(create.path(), stat, create.data());
    }

    private ChildData replaced(ChildData before, byte[] data) {
        Stat stat = new Stat();
        stat.setCzxid(before.getStat().getCzxid());
        stat.setMzxid(zxid + 1);
        stat.setVersion(before.getStat().getVersion() + 1);
        stat.setEphemeralOwner(before.getStat().getEphemeralOwner());
        return new ChildData(before.getPath(), stat, data);
    }

    /** Number of the last change. */
    long zxid() {
        return zxid;
    }

    /** By broker: the registration that the controller has looked at last. */
    Map<Integer, Long> epochsKnownToController() {
        return node(ZkPaths.CONTROLLER_BROKERS)
                .map(
                        node ->
                                ZkPayloads.decode(
                                        node.getPath(),
                                        node.getData(),
                                        RememberedBrokersNode.class))
                .map(RememberedBrokersNode::epochs)
                .orElse(Map.of());
    }

    // ---- sessions

    long open() {
        long id = ++sessions;
        heardAtNanos.put(id, timeline.nanos());
        return id;
    }

    boolean isAlive(long session) {
        return heardAtNanos.containsKey(session);
    }

    void heard(long session) {
        heardAtNanos.computeIfPresent(session, (id, before) -> timeline.nanos());
    }

    /** Ends sessions that were silent for too long. */
    void expire() {
        for (long id : List.copyOf(heardAtNanos.keySet())) {
            if (timeline.nanos() - heardAtNanos.getOrDefault(id, 0L) > sessionNanos) {
                end(id);
            }
        }
    }

    void end(long session) {
        heardAtNanos.remove(session);
        List<Op> ops = new ArrayList<>();
        for (ChildData node : nodes.values()) {
            if (node.getStat().getEphemeralOwner() == session) {
                ops.add(new Op.Delete(node.getPath(), -1));
            }
        }
        if (!ops.isEmpty()) {
            multi(ops);
        }
    }
}
