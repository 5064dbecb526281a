package io.headrace.broker.group;

import io.headrace.broker.coordinator.ShardContext;
import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code SyncGroup}, {@code Heartbeat} and {@code LeaveGroup}. Owner: the shard's thread. */
final class Members {

    private final ShardContext context;
    private final GroupTable groups;
    private final Rebalances rebalances;

    Members(ShardContext context, GroupTable groups, Rebalances rebalances) {
        this.context = context;
        this.groups = groups;
        this.rebalances = rebalances;
    }

    // ---- SyncGroup

    void sync(Sync.Request request, Consumer<Sync.Reply> reply) {
        Group group = groups.find(request.groupId());
        ErrorCode wrong = wrong(group, request.member(), request.generation());
        Member member = group == null ? null : group.member(request.member().memberId());
        if (group == null || member == null || wrong != ErrorCode.NONE) {
            reply.accept(Sync.Reply.failed(wrong));
            return;
        }
        boolean isOther =
                differs(request.protocolType(), group.protocolType())
                        || differs(request.protocolName(), group.protocolName());
        if (isOther) {
            reply.accept(Sync.Reply.failed(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
            return;
        }
        switch (group.state()) {
            case EMPTY -> reply.accept(Sync.Reply.failed(ErrorCode.UNKNOWN_MEMBER_ID));
            case PREPARING_REBALANCE ->
                    reply.accept(Sync.Reply.failed(ErrorCode.REBALANCE_IN_PROGRESS));
            case COMPLETING_REBALANCE -> {
                member.answerSync(Sync.Reply.failed(ErrorCode.REBALANCE_IN_PROGRESS));
                member.awaitingSync = reply;
                rebalances.synced(group, member.id());
                // A leader that asks again may have decided otherwise; the first decision stands.
                if (group.isLeader(member.id()) && group.assignedGeneration != group.generation()) {
                    store(group, request);
                }
            }
            case STABLE -> {
                rebalances.synced(group, member.id());
                reply.accept(Rebalances.assigned(group, member));
                rebalances.heard(group, member);
            }
        }
    }

    private static boolean differs(@Nullable String said, @Nullable String actual) {
        return said != null && !said.equals(actual);
    }

    private void store(Group group, Sync.Request request) {
        Map<String, ByteBuffer> assignments = new HashMap<>();
        for (Member member : group.members()) {
            assignments.put(
                    member.id(), request.assignments().getOrDefault(member.id(), Sync.NOTHING));
        }
        int generation = group.generation();
        group.assignedGeneration = generation;
        context.append(
                List.of(GroupRecords.group(group, assignments)),
                error -> {
                    boolean isStill =
                            group.is(GroupState.COMPLETING_REBALANCE)
                                    && group.generation() == generation;
                    if (!isStill || error == ErrorCode.NOT_COORDINATOR) {
                        return;
                    }
                    if (error == ErrorCode.NONE) {
                        rebalances.assign(group, assignments);
                    } else {
                        rebalances.forgetAssignments(group, Failures.ofWrite(error));
                        rebalances.membersChanged(group);
                    }
                });
    }

    // ---- Heartbeat

    void heartbeat(MemberCall.Heartbeat request, Consumer<ErrorCode> reply) {
        Group group = groups.find(request.groupId());
        ErrorCode wrong = wrong(group, request.member(), request.generation());
        Member member = group == null ? null : group.member(request.member().memberId());
        if (group == null || member == null || wrong != ErrorCode.NONE) {
            reply.accept(wrong);
            return;
        }
        rebalances.heard(group, member);
        reply.accept(
                group.is(GroupState.PREPARING_REBALANCE)
                        ? ErrorCode.REBALANCE_IN_PROGRESS
                        : ErrorCode.NONE);
    }

    private static ErrorCode wrong(
            @Nullable Group group, MemberCall.Identity member, int generation) {
        if (group == null) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        ErrorCode wrong = group.check(member);
        if (wrong != ErrorCode.NONE) {
            return wrong;
        }
        return generation == group.generation() ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
    }

    // ---- LeaveGroup

    void leave(MemberCall.Leave request, Consumer<MemberCall.LeaveReply> reply) {
        Group group = groups.find(request.groupId());
        if (group == null) {
            reply.accept(
                    new MemberCall.LeaveReply(
                            ErrorCode.NONE,
                            request.members().stream()
                                    .map(member -> ErrorCode.UNKNOWN_MEMBER_ID)
                                    .toList()));
            return;
        }
        List<ErrorCode> results = new ArrayList<>();
        for (MemberCall.Identity member : request.members()) {
            results.add(leave(group, member));
        }
        if (results.contains(ErrorCode.NONE)) {
            if (group.is(GroupState.PREPARING_REBALANCE)) {
                rebalances.completeIfAllJoined(group);
            } else if (!group.is(GroupState.EMPTY)) {
                rebalances.prepare(group);
            }
        }
        reply.accept(new MemberCall.LeaveReply(ErrorCode.NONE, results));
    }

    private static ErrorCode leave(Group group, MemberCall.Identity identity) {
        String id = identity.memberId();
        if (id.isEmpty()) {
            // An administrator removes a static member, and knows its instance id only.
            String current = group.staticMemberId(identity.instanceId());
            return current == null ? ErrorCode.UNKNOWN_MEMBER_ID : remove(group, current);
        }
        if (group.pendingMembers.containsKey(id)) {
            group.stopPending(id);
            return ErrorCode.NONE;
        }
        ErrorCode wrong = group.check(identity);
        return wrong == ErrorCode.NONE ? remove(group, id) : wrong;
    }

    private static ErrorCode remove(Group group, String memberId) {
        Member member = group.member(memberId);
        if (member == null) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        group.remove(member);
        return ErrorCode.NONE;
    }
}
