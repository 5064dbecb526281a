package io.headrace.simulation;

import io.headrace.broker.disk.SimulatedCrash;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.replica.Leadership;
import io.headrace.broker.replica.Partition;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.curator.framework.recipes.cache.ChildData;

/**
 * Knows everything at once, and says what must never be.
 *
 * <pre>
 * after every event   log start <= high watermark <= log end; no high watermark of a run goes back;
 *                     what lies below one is the same on every replica, for ever; one leader per epoch
 * every state         epochs grow by one; the leader is in the ISR; who leads newly, or comes into the
 *                     ISR, has everything committed
 * acknowledgements    committed, at the offset that was said
 * reads               nothing but what is committed, and nothing that was damaged
 * the end             replicas equal; every acknowledged value is there, none twice, none invented
 * groups              see {@link GroupJudge}
 * </pre>
 */
final class Judge {

    /** The first thing that went wrong. */
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1L;

        Violation(String text, Throwable cause) {
            super(text, cause);
        }
    }

    /** What was seen of a replica in one run of its broker. */
    static final class Seen {
        long highWatermark = -1;
        long checked;
    }

    private static final Records.Rec NOTHING = new Records.Rec(-1, -1, "", null);

    final GroupJudge groups = new GroupJudge(this);
    private final World world;
    private final List<List<Records.Rec>> committed = new ArrayList<>();
    private final List<Map<Integer, Integer>> leaders = new ArrayList<>();
    private final List<Map<String, Long>> acknowledged = new ArrayList<>();
    private final Set<String> sent = new HashSet<>();
    private Violation first;
    private long reads;

    /** How many records of their log the judge of groups has seen. */
    private int groupsTold;

    Judge(World world, int partitions) {
        this.world = world;
        for (int p = 0; p < partitions; p++) {
            committed.add(new ArrayList<>());
            leaders.add(new HashMap<>());
            acknowledged.add(new HashMap<>());
        }
    }

    Violation fail(String text) {
        return fail(text, null);
    }

    private Violation fail(String text, Throwable cause) {
        if (first == null) {
            first = new Violation(text, cause);
        }
        throw first;
    }

    /** A failure that somebody may catch before it gets to the top. */
    void broken(Throwable failure) {
        if (first == null && !(failure instanceof SimulatedCrash)) {
            first = new Violation("something broke: " + failure, failure);
        }
    }

    void throwFirst() {
        if (first != null) {
            throw first;
        }
    }

    int acknowledgedCount() {
        return acknowledged.stream().mapToInt(Map::size).sum();
    }

    /** What is committed; null where it is known only of a replica that is damaged. */
    List<Records.Rec> truth(int partition) {
        return committed.get(partition);
    }

    long committedEnd(int partition) {
        return committed.get(partition).size();
    }

    // ---- after every event

    void look(BrokerRun run) {
        for (Partition partition : run.replicas.partitions()) {
            if (!partition.log().isOffline()) {
                try {
                    look(run, partition);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void look(BrokerRun run, Partition partition) throws IOException {
        PartitionLog log = partition.log();
        int p = world.partitions.indexOf(partition.name());
        Seen seen = run.seen.computeIfAbsent(partition, any -> new Seen());
        long highWatermark = partition.highWatermark();
        Leadership leadership = partition.leadership();
        if (leadership != null) {
            Integer other = leaders.get(p).putIfAbsent(leadership.leaderEpoch(), run.id);
            if (other != null && other != run.id) {
                fail(
                        partition.name()
                                + ": brokers "
                                + other
                                + " and "
                                + run.id
                                + " lead in epoch "
                                + leadership.leaderEpoch());
            }
        }
        if (highWatermark == seen.highWatermark) {
            return;
        }
        if (highWatermark < seen.highWatermark) {
            fail(
                    "broker "
                            + run.id
                            + ": the high watermark of "
                            + partition.name()
                            + " went back from "
                            + seen.highWatermark
                            + " to "
                            + highWatermark);
        }
        if (log.logStartOffset() > highWatermark || highWatermark > log.logEndOffset()) {
            fail("broker " + run.id + ": high watermark out of bounds: " + highWatermark);
        }
        seen.highWatermark = highWatermark;
        if (!world.rot.isSound(run.id, p)) {
            untold(p, highWatermark);
            return; // looked at with the next change after the repair
        }
        for (Records.Rec record : Records.of(log, seen.checked, highWatermark)) {
            committed(run, p, record);
        }
        seen.checked = highWatermark;
    }

    /** Committed, and another replica will tell what. */
    private void untold(int p, long highWatermark) {
        List<Records.Rec> truth = committed.get(p);
        while (truth.size() < highWatermark) {
            truth.add(null);
        }
    }

    /** One after the other, as far as nothing before is untold. */
    private void tellGroups() {
        int p = world.partitions.indexOf(World.OFFSETS);
        List<Records.Rec> truth = p < 0 ? List.of() : committed.get(p);
        while (groupsTold < truth.size() && truth.get(groupsTold) != null) {
            groups.committed(truth.get(groupsTold++));
        }
    }

    /** Whether something is committed for groups, and nobody knows yet what. */
    boolean isUntoldToGroups() {
        int p = world.partitions.indexOf(World.OFFSETS);
        return p >= 0 && groupsTold < committed.get(p).size();
    }

    private void committed(BrokerRun run, int p, Records.Rec record) {
        List<Records.Rec> truth = committed.get(p);
        if (record.offset() < truth.size()) {
            Records.Rec known = truth.get((int) record.offset());
            if (known == null) {
                truth.set((int) record.offset(), record);
                tellGroups();
            } else if (!known.equals(record)) {
                fail("broker " + run.id + ": committed was " + known + ", now " + record);
            }
        } else if (record.offset() == truth.size()) {
            truth.add(record);
            tellGroups();
        } else {
            fail("broker " + run.id + ": a gap below " + record + ", known " + truth.size());
        }
    }

    // ---- states

    void stateChanged(Optional<ChildData> before, ChildData after) {
        if (!after.getPath().startsWith("/states/") || before.isEmpty()) {
            return;
        }
        String topic = after.getPath().substring("/states/".length());
        List<PartitionNode> old = partitions(before.get());
        List<PartitionNode> now = partitions(after);
        for (int i = 0; i < now.size(); i++) {
            if (!now.get(i).equals(old.get(i))) {
                int p = world.partitions.indexOf(new TopicPartition(topic, i));
                changed(p, old.get(i), now.get(i));
            }
        }
    }

    private static List<PartitionNode> partitions(ChildData node) {
        return ZkPayloads.decode(node.getPath(), node.getData(), StatesNode.class).partitions();
    }

    private void changed(int p, PartitionNode old, PartitionNode now) {
        world.note("partition " + p + " is " + now);
        boolean isOrderly =
                now.partitionEpoch() == old.partitionEpoch() + 1
                        && now.leaderEpoch() >= old.leaderEpoch()
                        && (now.leader() == old.leader() || now.leaderEpoch() > old.leaderEpoch())
                        && (now.leader() < 0 || now.isr().contains(now.leader()))
                        && !now.isr().isEmpty()
                        && now.isr().stream().noneMatch(now.elr()::contains);
        if (!isOrderly) {
            fail("partition " + p + " went from " + old + " to " + now);
        }
        for (int id : now.isr()) {
            if (!old.isr().contains(id)) {
                mustHaveAll(p, id, "comes into the ISR");
            }
        }
        if (now.leaderEpoch() > old.leaderEpoch()) {
            mustHaveAll(p, now.leader(), "is the new leader");
        }
    }

    /**
     * What a broker that is down has will be seen when it is up; and one that is up, but whose
     * start the controller does not know of, does not lead, and has still to show that it may stay.
     */
    private void mustHaveAll(int p, int id, String why) {
        BrokerRun run = world.run(id);
        if (run == null || !run.isKnownToController()) {
            return;
        }
        for (Partition partition : run.replicas.partitions()) {
            if (partition.name().equals(world.partitions.get(p))
                    && !partition.log().isOffline()
                    && partition.log().logEndOffset() < committedEnd(p)) {
                fail(
                        "broker %d %s of partition %d: its log ends at %d, committed is %d"
                                .formatted(
                                        id,
                                        why,
                                        p,
                                        partition.log().logEndOffset(),
                                        committedEnd(p)));
            }
        }
    }

    // ---- clients

    void sent(String value) {
        sent.add(value);
    }

    /** At the leader, when it answers. */
    void acknowledging(Partition partition, long lastOffset) {
        if (partition.highWatermark() <= lastOffset) {
            fail(
                    partition.name()
                            + ": offset "
                            + lastOffset
                            + " acknowledged, the high watermark is "
                            + partition.highWatermark());
        }
    }

    void acknowledged(int p, long baseOffset, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            acknowledged.get(p).put(values.get(i), baseOffset + i);
        }
    }

    void read(int p, List<Records.Rec> records) {
        List<Records.Rec> truth = committed.get(p);
        for (Records.Rec record : records) {
            reads++;
            Records.Rec known =
                    record.offset() < truth.size() ? truth.get((int) record.offset()) : NOTHING;
            if (known == null ? !sent.contains(record.value()) : !known.equals(record)) {
                fail("partition " + p + ": read what is not committed: " + record);
            }
        }
    }

    long reads() {
        return reads;
    }

    // ---- the end

    void end() {
        try {
            for (int p = 0; p < committed.size(); p++) {
                end(p, world.assignedRuns(p));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void end(int p, List<BrokerRun> runs) throws IOException {
        if (p < Plan.PARTITIONS) {
            endOfProduced(p);
        }
        List<Records.Rec> truth = committed.get(p);
        for (BrokerRun run : runs) {
            for (Partition partition : run.replicas.partitions()) {
                if (partition.name().equals(world.partitions.get(p))) {
                    equalToTruth(run, partition, p, truth);
                }
            }
        }
    }

    private void endOfProduced(int p) {
        List<Records.Rec> truth = committed.get(p);
        if (truth.contains(null)) {
            fail("partition " + p + ": nobody tells what is at offset " + truth.indexOf(null));
        }
        Map<String, Long> places = new HashMap<>();
        Map<String, Integer> counters = new HashMap<>();
        for (Records.Rec record : truth) {
            String value = record.value();
            if (places.put(value, record.offset()) != null) {
                fail("partition " + p + ": twice in the log: " + record);
            }
            if (!sent.contains(value)) {
                fail("partition " + p + ": never sent: " + record);
            }
            int dash = value.lastIndexOf('-');
            int counter = Integer.parseInt(value.substring(dash + 1));
            Integer before = counters.put(value.substring(0, dash), counter);
            if (before != null && before >= counter) {
                fail("partition " + p + ": out of order after " + before + ": " + record);
            }
        }
        acknowledged
                .get(p)
                .forEach(
                        (value, offset) -> {
                            if (!offset.equals(places.get(value))) {
                                fail(
                                        "partition "
                                                + p
                                                + ": "
                                                + value
                                                + " was acknowledged at "
                                                + offset
                                                + " and is at "
                                                + places.get(value));
                            }
                        });
    }

    private void equalToTruth(BrokerRun run, Partition partition, int p, List<Records.Rec> truth)
            throws IOException {
        List<Records.Rec> own = Records.of(partition.log(), 0, partition.log().logEndOffset());
        if (!own.equals(truth)) {
            fail(
                    "broker "
                            + run.id
                            + " partition "
                            + p
                            + " has "
                            + own.size()
                            + " records, committed are "
                            + truth.size()
                            + ": "
                            + own.stream()
                                    .filter(each -> !truth.contains(each))
                                    .limit(3)
                                    .map(Records.Rec::toString)
                                    .collect(Collectors.joining(", ")));
        }
    }
}
