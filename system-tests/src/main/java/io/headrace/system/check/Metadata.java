package io.headrace.system.check;

import java.util.HashMap;
import java.util.Map;

/** What ZooKeeper held of partitions and controllers in the course of a history (C20). */
final class Metadata {

    /**
     * @param leader negative for none
     * @param change that wrote it
     */
    record State(
            int leader, int leaderEpoch, int partitionEpoch, boolean isLeaderInSync, long change) {

        boolean isSameAs(State other) {
            return leader == other.leader
                    && leaderEpoch == other.leaderEpoch
                    && partitionEpoch == other.partitionEpoch
                    && isLeaderInSync == other.isLeaderInSync;
        }

        String words() {
            return "leader "
                    + leader
                    + " in leader epoch "
                    + leaderEpoch
                    + ", partition epoch "
                    + partitionEpoch;
        }
    }

    private record LeaderEpoch(String partition, int epoch) {}

    private final Judgement judgement;
    private final Map<String, State> newest = new HashMap<>();
    private final Map<LeaderEpoch, Integer> leaders = new HashMap<>();
    private int controllerEpoch = -1;
    private long controllerChange = -1;
    private long count;

    Metadata(Judgement judgement) {
        this.judgement = judgement;
    }

    /** What was seen again, or late, says nothing. */
    void state(String partition, State now) {
        State before = newest.get(partition);
        if (before != null && now.change() <= before.change()) {
            return;
        }
        count++;
        newest.put(partition, now);
        if (now.leader() >= 0) {
            Integer other =
                    leaders.putIfAbsent(
                            new LeaderEpoch(partition, now.leaderEpoch()), now.leader());
            if (other != null && other != now.leader()) {
                found(partition + " had the leader " + other + ", then " + now.words());
            }
            if (!now.isLeaderInSync()) {
                found(partition + ": not in sync is the " + now.words());
            }
        }
        if (before == null || now.isSameAs(before)) {
            return;
        }
        if (now.leaderEpoch() < before.leaderEpoch()
                || now.partitionEpoch() <= before.partitionEpoch()) {
            found(partition + ": " + before.words() + ", then " + now.words());
        }
    }

    void controller(int epoch, long change) {
        if (change <= controllerChange) {
            return;
        }
        if (epoch <= controllerEpoch) {
            found("controller epoch " + epoch + " was taken after " + controllerEpoch);
        }
        controllerEpoch = Math.max(controllerEpoch, epoch);
        controllerChange = change;
    }

    private void found(String text) {
        judgement.found(Check.C20, text);
    }

    /** How many states were seen. */
    long count() {
        return count;
    }
}
