package io.headrace.broker.replica;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The followers of a partition in one leader epoch, in the order of the assignment; the base of the
 * high watermark. The set is immutable, a change of the assignment makes another one.
 */
final class RemoteReplicas {

    private static final RemoteReplica[] NONE = {};

    private final int leaderEpoch;
    private final RemoteReplica[] replicas;

    private RemoteReplicas(int leaderEpoch, RemoteReplica[] replicas) {
        this.leaderEpoch = leaderEpoch;
        this.replicas = replicas;
    }

    /**
     * @param before followers of the same leader epoch keep what is known about them
     */
    static RemoteReplicas of(
            Leadership leadership, int ownId, @Nullable RemoteReplicas before, long nowNanos) {
        boolean isSameEpoch = before != null && before.leaderEpoch == leadership.leaderEpoch();
        List<Integer> others = leadership.replicas().stream().filter(id -> id != ownId).toList();
        RemoteReplica[] replicas = others.isEmpty() ? NONE : new RemoteReplica[others.size()];
        for (int i = 0; i < replicas.length; i++) {
            int id = others.get(i);
            RemoteReplica known = isSameEpoch && before != null ? before.find(id) : null;
            replicas[i] =
                    known != null
                            ? known
                            : new RemoteReplica(id, leadership.isr().contains(id), nowNanos);
        }
        return new RemoteReplicas(leadership.leaderEpoch(), replicas);
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    RemoteReplica[] all() {
        return replicas;
    }

    @Nullable RemoteReplica find(int id) {
        for (RemoteReplica each : replicas) {
            if (each.id() == id) {
                return each;
            }
        }
        return null;
    }

    boolean areThoseOf(Leadership leadership, int ownId) {
        if (leaderEpoch != leadership.leaderEpoch()) {
            return false;
        }
        int count = 0;
        for (Integer id : leadership.replicas()) {
            if (id != ownId) {
                if (find(id) == null) {
                    return false;
                }
                count++;
            }
        }
        return count == replicas.length;
    }
}
