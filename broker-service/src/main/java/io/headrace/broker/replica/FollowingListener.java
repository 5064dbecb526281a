package io.headrace.broker.replica;

import io.headrace.broker.cluster.LocalReplica;

/** Told what this broker follows; on the converger's thread, must not block for long. */
public interface FollowingListener {

    /** Nobody copies anything. */
    FollowingListener NONE =
            new FollowingListener() {
                @Override
                public void follows(Follower follower, int leaderId) {}

                @Override
                public void followsNoMore(LocalReplica replica) {}
            };

    /** May be repeated; replaces what was followed before. */
    void follows(Follower follower, int leaderId);

    /** May be repeated, and may come for a partition that was never followed. */
    void followsNoMore(LocalReplica replica);
}
