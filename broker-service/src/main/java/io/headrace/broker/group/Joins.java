package io.headrace.broker.group;

import io.headrace.broker.coordinator.ShardContext;
import io.headrace.model.error.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code JoinGroup}: who may join, as whom, and whether that needs a rebalance.
 *
 * <pre>
 *   new, dynamic           told to come back with the id that it gets, or joins at once (old clients)
 *   new, static            joins, or takes the place of the member with its instance id
 *   known, PreparingRebalance     joins
 *   known, CompletingRebalance    nothing new: told again; else joins, rebalance
 *   known, Stable          follower with nothing new: told again; leader, or something new: rebalance
 *   known, Empty           UNKNOWN_MEMBER_ID
 *   new, in a new group of a broker that is full of groups     COORDINATOR_NOT_AVAILABLE
 * </pre>
 *
 * <p>Owner: the shard's thread.
 */
final class Joins {

    private static final Logger LOG = LoggerFactory.getLogger(Joins.class);

    private final ShardContext context;
    private final GroupTable groups;
    private final Rebalances rebalances;
    private final GroupSettings settings;
    private final RandomGenerator random;

    Joins(
            ShardContext context,
            GroupTable groups,
            Rebalances rebalances,
            GroupSettings settings,
            RandomGenerator random) {
        this.context = context;
        this.groups = groups;
        this.rebalances = rebalances;
        this.settings = settings;
        this.random = random;
    }

    void join(Join.Request request, Consumer<Join.Reply> reply) {
        boolean isNew = request.memberId().isEmpty();
        Group group =
                isNew ? groups.findOrAdmit(request.groupId()) : groups.find(request.groupId());
        if (group == null) {
            // A client that is told that there is no coordinator now tries again after a pause.
            ErrorCode error =
                    isNew ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.UNKNOWN_MEMBER_ID;
            fail(reply, error, request.memberId());
            return;
        }
        if (!hasRoom(group, request)) {
            Member member = group.member(request.memberId());
            if (member != null) {
                group.remove(member);
            }
            group.stopPending(request.memberId());
            fail(reply, ErrorCode.GROUP_MAX_SIZE_REACHED, "");
        } else if (!group.accepts(request.protocolType(), request.protocols())) {
            fail(reply, ErrorCode.INCONSISTENT_GROUP_PROTOCOL, request.memberId());
        } else if (isNew) {
            joinNew(group, request, reply);
        } else {
            joinKnown(group, request, reply);
        }
        rebalances.completeIfAllJoined(group);
    }

    private static void fail(Consumer<Join.Reply> reply, ErrorCode error, String memberId) {
        reply.accept(Join.Reply.failed(error, memberId));
    }

    /**
     * Beyond Kafka's rules, ids that were given away and not used yet count, and so do the bytes of
     * all subscriptions: both would else grow without bound while no member ever joins.
     */
    private boolean hasRoom(Group group, Join.Request request) {
        Member member = group.member(request.memberId());
        long bytes = group.metadataBytes() + Member.sizeInBytes(request.protocols());
        if (bytes - (member == null ? 0 : member.sizeInBytes()) > Group.METADATA_BYTES_MAX) {
            return false;
        }
        int joined =
                group.is(GroupState.EMPTY) || group.is(GroupState.PREPARING_REBALANCE)
                        ? group.awaitingJoinCount()
                        : group.memberCount();
        if (request.memberId().isEmpty()
                && group.staticMemberId(request.instanceId()) == null
                && joined + group.pendingMembers.size() >= settings.memberCountMax()) {
            return false;
        }
        return switch (group.state()) {
            case EMPTY -> true;
            case PREPARING_REBALANCE ->
                    (member != null && member.isAwaitingJoin())
                            || group.awaitingJoinCount() < settings.memberCountMax();
            case COMPLETING_REBALANCE, STABLE ->
                    member != null || group.memberCount() < settings.memberCountMax();
        };
    }

    // ---- new members

    private void joinNew(Group group, Join.Request request, Consumer<Join.Reply> reply) {
        String instanceId = request.instanceId();
        String newId =
                (instanceId == null ? request.client().id() : instanceId)
                        + "-"
                        + new UUID(random.nextLong(), random.nextLong());
        String existing = group.staticMemberId(instanceId);
        Member old = existing == null ? null : group.member(existing);
        if (old != null) {
            takeOver(group, old, newId, request, reply);
        } else if (instanceId == null && request.mayRequireMemberId()) {
            rebalances.expect(group, newId, request.timeouts().sessionMs());
            fail(reply, ErrorCode.MEMBER_ID_REQUIRED, newId);
        } else {
            add(group, newId, request, reply);
        }
    }

    private void add(Group group, String id, Join.Request request, Consumer<Join.Reply> reply) {
        Member member =
                new Member(
                        id,
                        request.instanceId(),
                        request.client(),
                        request.timeouts(),
                        request.protocols());
        member.isNew = true;
        if (group.is(GroupState.PREPARING_REBALANCE) && group.wasEmptyBefore()) {
            group.newMemberCame = true;
        }
        if (group.memberCount() == 0) {
            group.protocolType(request.protocolType());
        }
        group.add(member);
        group.awaitJoin(member, reply);
        // A waiting new member cannot send heartbeats; it is given up when it waits for too long.
        rebalances.heard(group, member, settings.newMemberJoinTimeoutMs());
        rebalances.membersChanged(group);
    }

    // ---- static members that come back

    private void takeOver(
            Group group,
            Member old,
            String newId,
            Join.Request request,
            Consumer<Join.Reply> reply) {
        String leaderBefore = group.leaderOrEmpty();
        Member member = group.replaceStatic(old, newId);
        group.update(member, request.timeouts(), request.protocols());
        group.awaitJoin(member, reply);
        rebalances.heard(group, member);
        LOG.atInfo()
                .addKeyValue("groupId", group.id())
                .addKeyValue("memberId", newId)
                .log("Static member {} is back", member.instanceId());
        switch (group.state()) {
            case STABLE -> {
                if (group.selectProtocol().equals(group.protocolName())) {
                    keepAssignment(group, old, member, request, leaderBefore);
                } else {
                    rebalances.prepare(group);
                }
            }
            // The leader may be about to assign to the old id.
            case COMPLETING_REBALANCE -> rebalances.prepare(group);
            case PREPARING_REBALANCE, EMPTY -> {}
        }
    }

    /** Nothing changes but the member id: the group is stored with it, without a rebalance. */
    private void keepAssignment(
            Group group, Member old, Member member, Join.Request request, String leaderBefore) {
        Map<String, java.nio.ByteBuffer> assignments = new HashMap<>();
        group.members().forEach(each -> assignments.put(each.id(), each.assignment));
        context.append(
                List.of(GroupRecords.group(group, assignments)),
                error -> {
                    if (group.member(member.id()) != member) {
                        return;
                    }
                    if (error == ErrorCode.NONE) {
                        group.answerJoin(member, unchanged(group, member, request, leaderBefore));
                    } else {
                        takeBack(group, old, member, error);
                    }
                });
    }

    private static Join.Reply unchanged(
            Group group, Member member, Join.Request request, String leaderBefore) {
        boolean isSkipped = request.maySkipAssignment() && group.isLeader(member.id());
        return new Join.Reply(
                ErrorCode.NONE,
                member.id(),
                group.generation(),
                group.protocolType(),
                group.protocolName(),
                request.maySkipAssignment() ? group.leaderOrEmpty() : leaderBefore,
                isSkipped,
                isSkipped ? group.joinedMembers() : List.of());
    }

    private void takeBack(Group group, Member old, Member member, ErrorCode error) {
        group.answerJoin(member, Join.Reply.failed(Failures.ofWrite(error), ""));
        if (error != ErrorCode.NOT_COORDINATOR) {
            Member restored = group.replaceStatic(member, old.id());
            group.update(restored, old.timeouts(), old.protocols());
            rebalances.heard(group, restored);
        }
    }

    // ---- members that the group knows

    private void joinKnown(Group group, Join.Request request, Consumer<Join.Reply> reply) {
        String id = request.memberId();
        if (group.pendingMembers.containsKey(id) && request.instanceId() == null) {
            add(group, id, request, reply);
            return;
        }
        ErrorCode wrong = group.check(new MemberCall.Identity(id, request.instanceId()));
        Member member = group.member(id);
        if (wrong != ErrorCode.NONE || member == null) {
            fail(reply, wrong == ErrorCode.NONE ? ErrorCode.UNKNOWN_MEMBER_ID : wrong, id);
            return;
        }
        boolean isSame = member.protocols().equals(request.protocols());
        switch (group.state()) {
            case PREPARING_REBALANCE -> rejoin(group, member, request, reply);
            case COMPLETING_REBALANCE -> {
                if (isSame) {
                    // The answer to its JoinGroup did not reach it.
                    reply.accept(group.joined(member));
                } else {
                    rejoin(group, member, request, reply);
                }
            }
            case STABLE -> {
                // A leader joins again when something that it assigns has changed.
                if (isSame && !group.isLeader(id)) {
                    reply.accept(group.joined(member));
                } else {
                    rejoin(group, member, request, reply);
                }
            }
            case EMPTY -> fail(reply, ErrorCode.UNKNOWN_MEMBER_ID, id);
        }
    }

    private void rejoin(
            Group group, Member member, Join.Request request, Consumer<Join.Reply> reply) {
        group.update(member, request.timeouts(), request.protocols());
        group.awaitJoin(member, reply);
        rebalances.membersChanged(group);
    }
}
