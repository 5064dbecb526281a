package io.headrace.broker.group;

import io.headrace.broker.coordinator.ShardContext;
import io.headrace.model.error.ErrorCode;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves groups from one generation to the next: who has joined, who is late, who is gone.
 *
 * <p>A rebalance ends when all known members have joined, or the longest of their rebalance
 * timeouts has passed; late dynamic members are removed, late static members stay. The first
 * rebalance of a group waits a fixed delay for more members, again and again while new ones come,
 * at most as long as a rebalance timeout.
 *
 * <p>Owner: the shard's thread.
 */
final class Rebalances {

    private static final Logger LOG = LoggerFactory.getLogger(Rebalances.class);

    private final ShardContext context;
    private final GroupSettings settings;
    private final GroupCounters counters;

    Rebalances(ShardContext context, GroupSettings settings, GroupCounters counters) {
        this.context = context;
        this.settings = settings;
        this.counters = counters;
    }

    /** The members changed: begins a rebalance, or ends the one that runs if all have joined. */
    void membersChanged(Group group) {
        if (group.canRebalance()) {
            prepare(group);
        } else {
            completeIfAllJoined(group);
        }
    }

    void prepare(Group group) {
        if (group.is(GroupState.COMPLETING_REBALANCE)) {
            forgetAssignments(group, ErrorCode.REBALANCE_IN_PROGRESS);
        }
        stopSyncTimer(group);
        boolean isFirst = group.is(GroupState.EMPTY);
        group.become(GroupState.PREPARING_REBALANCE, context.nowMs());
        LOG.atDebug()
                .addKeyValue("groupId", group.id())
                .addKeyValue("generation", group.generation())
                .log("Rebalances");
        counters.rebalances();
        if (isFirst) {
            int delayMs = settings.initialRebalanceDelayMs();
            awaitMoreMembers(group, delayMs, Math.max(0, group.rebalanceTimeoutMs() - delayMs));
        } else if (group.haveAllJoined()) {
            complete(group);
        } else {
            completeIn(group, group.rebalanceTimeoutMs());
        }
    }

    /**
     * @param remainingMs how much more the first rebalance may be put off after this delay
     */
    private void awaitMoreMembers(Group group, int delayMs, int remainingMs) {
        stopJoinTimer(group);
        group.joinTimer =
                context.schedule(
                        delayMs,
                        () -> {
                            if (group.newMemberCame && remainingMs > 0) {
                                group.newMemberCame = false;
                                awaitMoreMembers(
                                        group,
                                        Math.min(settings.initialRebalanceDelayMs(), remainingMs),
                                        Math.max(0, remainingMs - delayMs));
                            } else {
                                complete(group);
                            }
                        });
    }

    private void completeIn(Group group, int delayMs) {
        stopJoinTimer(group);
        group.joinTimer = context.schedule(delayMs, () -> complete(group));
    }

    /** The first rebalance of a group ends by time only. */
    void completeIfAllJoined(Group group) {
        if (group.is(GroupState.PREPARING_REBALANCE)
                && group.haveAllJoined()
                && !group.wasEmptyBefore()) {
            complete(group);
        }
    }

    private void complete(Group group) {
        stopJoinTimer(group);
        if (!group.is(GroupState.PREPARING_REBALANCE)) {
            return;
        }
        group.newMemberCame = false;
        for (Member late : group.notJoinedDynamicMembers()) {
            group.remove(late);
        }
        if (group.memberCount() > 0 && !group.electJoinedLeader()) {
            // Only static members are left, and none of them has come; their sessions end the wait.
            completeIn(group, group.rebalanceTimeoutMs());
            return;
        }
        group.nextGeneration(context.nowMs());
        if (group.is(GroupState.EMPTY)) {
            storeEmpty(group);
            return;
        }
        for (Member member : List.copyOf(group.members())) {
            group.answerJoin(member, group.joined(member));
            heard(group, member);
            member.isNew = false;
            group.pendingSync.add(member.id());
        }
        int generation = group.generation();
        group.syncTimer =
                context.schedule(group.rebalanceTimeoutMs(), () -> syncIsOver(group, generation));
    }

    private void storeEmpty(Group group) {
        LOG.atInfo()
                .addKeyValue("groupId", group.id())
                .addKeyValue("generation", group.generation())
                .log("The group has no members");
        context.append(
                List.of(GroupRecords.group(group, Map.of())),
                error -> {
                    if (error != ErrorCode.NONE && error != ErrorCode.NOT_COORDINATOR) {
                        LOG.atWarn()
                                .addKeyValue("groupId", group.id())
                                .log("That the group is empty was not stored: {}", error);
                    }
                });
    }

    // ---- assignments

    /** Members that have not asked for their assignment in time are removed. */
    private void syncIsOver(Group group, int generation) {
        boolean isDue =
                group.generation() == generation
                        && (group.is(GroupState.COMPLETING_REBALANCE)
                                || group.is(GroupState.STABLE))
                        && !group.pendingSync.isEmpty();
        if (!isDue) {
            return;
        }
        for (String id : List.copyOf(group.pendingSync)) {
            Member late = group.member(id);
            if (late != null) {
                group.remove(late);
            }
        }
        prepare(group);
    }

    void synced(Group group, String memberId) {
        group.pendingSync.remove(memberId);
        if (group.pendingSync.isEmpty()) {
            stopSyncTimer(group);
        }
    }

    /** Every member gets what the leader decided. */
    void assign(Group group, Map<String, java.nio.ByteBuffer> assignments) {
        for (Member member : group.members()) {
            member.assignment = assignments.getOrDefault(member.id(), Sync.NOTHING);
        }
        group.become(GroupState.STABLE, context.nowMs());
        for (Member member : List.copyOf(group.members())) {
            if (member.awaitingSync != null) {
                member.answerSync(assigned(group, member));
                heard(group, member);
            }
        }
    }

    static Sync.Reply assigned(Group group, Member member) {
        return new Sync.Reply(
                ErrorCode.NONE, group.protocolType(), group.protocolName(), member.assignment);
    }

    void forgetAssignments(Group group, ErrorCode error) {
        for (Member member : List.copyOf(group.members())) {
            member.assignment = Sync.NOTHING;
            if (member.awaitingSync != null) {
                member.answerSync(Sync.Reply.failed(error));
                heard(group, member);
            }
        }
    }

    // ---- sessions

    /** The member's session starts anew. */
    void heard(Group group, Member member) {
        heard(group, member, member.timeouts().sessionMs());
    }

    void heard(Group group, Member member, int timeoutMs) {
        member.stopSession();
        member.session =
                context.schedule(
                        timeoutMs,
                        () -> {
                            boolean isWaiting =
                                    !member.isNew
                                            && (member.isAwaitingJoin()
                                                    || member.awaitingSync != null);
                            if (group.member(member.id()) == member && !isWaiting) {
                                LOG.atInfo()
                                        .addKeyValue("groupId", group.id())
                                        .addKeyValue("memberId", member.id())
                                        .log("Nothing was heard of the member in time");
                                counters.expired(group.id());
                                group.remove(member);
                                membersChanged(group);
                            }
                        });
    }

    /** A member id was given away; it counts as a member to wait for until it joins or is late. */
    void expect(Group group, String memberId, int sessionMs) {
        group.stopPending(memberId);
        group.pendingMembers.put(
                memberId,
                context.schedule(
                        sessionMs,
                        () -> {
                            group.pendingMembers.remove(memberId);
                            completeIfAllJoined(group);
                        }));
    }

    private static void stopJoinTimer(Group group) {
        if (group.joinTimer != null) {
            group.joinTimer.cancel();
            group.joinTimer = null;
        }
    }

    private static void stopSyncTimer(Group group) {
        if (group.syncTimer != null) {
            group.syncTimer.cancel();
            group.syncTimer = null;
        }
    }
}
