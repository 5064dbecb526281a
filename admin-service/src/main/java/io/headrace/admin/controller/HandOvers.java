package io.headrace.admin.controller;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Elections that are due, but those of coordinators only some time after those of what clients
 * write, where a broker that stops hands both over. It still serves: nobody waits for them, and the
 * hundreds of groups that others take over would keep producers waiting.
 *
 * <pre>
 *   nothing moves --a stopping broker leads what clients write--> that moves, coordinators are held
 *   held          --GAP_MS after the last of these moves--------> coordinators move
 *   held          --the broker is gone--------------------------> coordinators move
 * </pre>
 *
 * <p>Owner: the thread {@code controller}.
 */
final class HandOvers {

    static final long GAP_MS = 250;

    private long movedAtMs;
    private boolean hasMoved;
    private boolean isHolding;

    List<ClusterWrite.Elect> due(ClusterImage image, Standing standing, long nowMs) {
        List<ClusterWrite.Elect> all = Elections.due(image, standing);
        isHolding = false;
        for (ClusterWrite.Elect election : all) {
            if (!TopicName.isInternal(election.topic())
                    && election.changes().values().stream()
                            .anyMatch(change -> isHandedOver(change, standing))) {
                movedAtMs = nowMs;
                hasMoved = true;
            }
        }
        long sinceMs = nowMs - movedAtMs; // negative when the clock was set back
        if (!hasMoved || sinceMs < 0 || sinceMs >= GAP_MS) {
            return all;
        }
        List<ClusterWrite.Elect> now = new ArrayList<>();
        for (ClusterWrite.Elect election : all) {
            if (TopicName.isInternal(election.topic())) {
                withoutHandedOver(election, standing, now);
            } else {
                now.add(election);
            }
        }
        return now;
    }

    private void withoutHandedOver(
            ClusterWrite.Elect election, Standing standing, List<ClusterWrite.Elect> to) {
        Map<Integer, ClusterWrite.StateChange> left = new TreeMap<>(election.changes());
        isHolding |= left.values().removeIf(change -> isHandedOver(change, standing));
        if (!left.isEmpty()) {
            to.add(new ClusterWrite.Elect(election.topic(), election.id(), left));
        }
    }

    /** Whether nothing changes but the leader, and that one still serves. */
    private static boolean isHandedOver(ClusterWrite.StateChange change, Standing standing) {
        int before = change.before().leader();
        return before != change.after().leader()
                && standing.live().contains(before)
                && standing.stopping().contains(before)
                && change.before().isr().equals(change.after().isr())
                && change.before().elr().equals(change.after().elr());
    }

    /** How long elections are held from now on; 0 for none. */
    long restMs(long nowMs) {
        return isHolding ? Math.max(0, movedAtMs + GAP_MS - nowMs) : 0;
    }
}
