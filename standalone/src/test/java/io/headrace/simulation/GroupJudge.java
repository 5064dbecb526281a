package io.headrace.simulation;

import io.headrace.broker.group.GroupFact;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads what is committed in {@code __consumer_offsets}, and says what must never be.
 *
 * <pre>
 * every record        generations grow; the same one is never stored with other assignments, but a
 *                     static member may have another member id; an offset
 *                     is of a member of the generation before it, and goes back only if it said so
 * acknowledgements    the commit is in the log
 * assignments         one owner per partition and generation
 * offsets shown       what was acknowledged before, or newer
 * the end             every offset is the last one of the log
 * </pre>
 */
final class GroupJudge {

    /** A commit as its member sent it; it is written into the metadata of the offset. */
    record Sent(String memberId, int generation, int counter, boolean goesBack) {

        String text() {
            return memberId + "," + generation + "," + counter + "," + goesBack;
        }

        static Sent parse(String text) {
            String[] parts = text.split(",", -1);
            return new Sent(
                    parts[0],
                    Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[2]),
                    Boolean.parseBoolean(parts[3]));
        }
    }

    private record Owned(int generation, int partition) {}

    private record Acknowledged(int partition, String metadata) {}

    private static final GroupFact.Generation NONE = new GroupFact.Generation("", 0, Map.of());

    private final Judge judge;
    private final Map<Integer, List<GroupFact.Committed>> offsets = new TreeMap<>();
    private final Map<Integer, Integer> acknowledgedCounts = new HashMap<>();
    private final List<Acknowledged> unread = new ArrayList<>();
    private final Map<Owned, String> owners = new HashMap<>();
    private GroupFact.Generation generation = NONE;
    private int committed;
    private int acknowledged;

    GroupJudge(Judge judge) {
        this.judge = judge;
    }

    int acknowledgedCount() {
        return acknowledged;
    }

    /** How many offsets the log has so far. */
    int committedCount() {
        return committed;
    }

    /** The last one that is committed. */
    GroupFact.Generation generation() {
        return generation;
    }

    // ---- the log

    void committed(Records.Rec record) {
        switch (GroupFact.read(bytes(record.key()), bytes(record.value()))) {
            case GroupFact.Generation next -> generation(next);
            case GroupFact.Committed offset -> offset(offset);
            case GroupFact.Other _ -> judge.fail("nobody wrote " + record);
        }
    }

    private static ByteBuffer bytes(String text) {
        return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void generation(GroupFact.Generation next) {
        boolean isAgain =
                next.number() == generation.number() && owned(next).equals(owned(generation));
        if (next.number() <= generation.number() && !isAgain) {
            judge.fail("after " + generation + " came " + next);
        }
        generation = next;
    }

    /** A static member is who it was under another member id. */
    static String owner(String memberId) {
        return memberId.startsWith("i") ? memberId.substring(0, memberId.indexOf('-')) : memberId;
    }

    private static Map<String, ByteBuffer> owned(GroupFact.Generation generation) {
        Map<String, ByteBuffer> owned = new TreeMap<>();
        generation.assignments().forEach((id, assignment) -> owned.put(owner(id), assignment));
        return owned;
    }

    private void offset(GroupFact.Committed offset) {
        Sent sent = Sent.parse(offset.metadata());
        if (sent.generation() != generation.number()
                || !generation.assignments().containsKey(sent.memberId())) {
            judge.fail("a commit of an old generation: " + offset + " after " + generation);
        }
        List<GroupFact.Committed> all =
                offsets.computeIfAbsent(offset.partition().partition(), any -> new ArrayList<>());
        if (!all.isEmpty() && offset.offset() < all.getLast().offset() && !sent.goesBack()) {
            judge.fail("a committed offset went back from " + all.getLast() + " to " + offset);
        }
        all.add(offset);
        committed++;
    }

    // ---- clients

    /** At the coordinator, when it answers. */
    void acknowledging(int partition, String metadata) {
        int place = place(partition, metadata);
        if (place < 0 && judge.isUntoldToGroups()) {
            acknowledgingUnread(partition, metadata);
            return;
        }
        if (place < 0) {
            judge.fail("acknowledged and not committed: " + metadata);
        }
        acknowledged++;
        acknowledgedCounts.merge(partition, place + 1, Math::max);
    }

    /**
     * Committed just before the log went offline, or in one that is damaged, so that nobody can
     * read it now: looked for at the end.
     */
    void acknowledgingUnread(int partition, String metadata) {
        unread.add(new Acknowledged(partition, metadata));
        acknowledged++;
    }

    private int place(int partition, String metadata) {
        List<GroupFact.Committed> all = offsets.getOrDefault(partition, List.of());
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).metadata().equals(metadata)) {
                return i;
            }
        }
        return -1;
    }

    void owns(String memberId, int generationNumber, int partition) {
        String other = owners.putIfAbsent(new Owned(generationNumber, partition), memberId);
        if (other != null && !other.equals(memberId)) {
            judge.fail(
                    "partition %d of generation %d belongs to %s and %s"
                            .formatted(partition, generationNumber, other, memberId));
        }
    }

    /** How many commits of each partition an answer must not be older than. */
    Map<Integer, Integer> asked() {
        return Map.copyOf(acknowledgedCounts);
    }

    /**
     * @param shown metadata by partition
     */
    void shown(Map<Integer, String> shown, Map<Integer, Integer> atLeast) {
        atLeast.forEach(
                (partition, count) -> {
                    String metadata = shown.get(partition);
                    boolean mayBeNewer =
                            metadata != null
                                    && place(partition, metadata) < 0
                                    && judge.isUntoldToGroups();
                    if (!mayBeNewer
                            && (metadata == null || place(partition, metadata) < count - 1)) {
                        judge.fail(
                                "partition %d: %s is shown, acknowledged was %s"
                                        .formatted(
                                                partition,
                                                metadata,
                                                offsets.get(partition).get(count - 1)));
                    }
                });
    }

    /**
     * @param shown metadata by partition, when everything has come to rest
     */
    void end(Map<Integer, String> shown) {
        Map<Integer, String> last = new TreeMap<>();
        offsets.forEach((partition, all) -> last.put(partition, all.getLast().metadata()));
        if (!last.equals(new TreeMap<>(shown))) {
            judge.fail("the offsets are " + shown + ", committed last are " + last);
        }
        for (Acknowledged each : unread) {
            if (place(each.partition(), each.metadata()) < 0) {
                judge.fail("acknowledged and lost: " + each);
            }
        }
    }
}
