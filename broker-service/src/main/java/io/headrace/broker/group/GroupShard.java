package io.headrace.broker.group;

import io.headrace.broker.coordinator.ShardContext;
import io.headrace.broker.coordinator.ShardState;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The groups in one partition of {@code __consumer_offsets}. Owner: the shard's thread. */
final class GroupShard implements ShardState {

    private static final Logger LOG = LoggerFactory.getLogger(GroupShard.class);

    private final ShardContext context;
    private final GroupSettings settings;
    private final GroupTable groups;
    private final Rebalances rebalances;
    private final Joins joins;
    private final Members members;
    private final OffsetKeeper offsets;

    GroupShard(
            ShardContext context,
            GroupSettings settings,
            TopicIds topics,
            GroupCounters counters,
            RandomGenerator random) {
        this.context = context;
        this.settings = settings;
        this.groups = new GroupTable(settings.groupCountMax(), counters);
        this.rebalances = new Rebalances(context, settings, counters);
        this.joins = new Joins(context, groups, rebalances, settings, random);
        this.members = new Members(context, groups, rebalances);
        this.offsets = new OffsetKeeper(context, groups, rebalances, settings, topics, counters);
    }

    // ---- life of the shard

    @Override
    public void replay(ByteBuffer key, @Nullable ByteBuffer value) {
        switch (GroupRecords.read(key, value)) {
            case GroupRecords.StoredOffset offset -> offsets.apply(offset);
            case GroupRecords.StoredGroup group -> groups.put(Group.restored(group));
            case GroupRecords.DeletedGroup(String groupId) -> groups.forget(groupId);
            case GroupRecords.Foreign foreign -> {}
        }
    }

    @Override
    public void loaded() {
        for (Group group : groups.all()) {
            for (Member member : List.copyOf(group.members())) {
                rebalances.heard(group, member);
            }
            if (group.memberCount() > settings.memberCountMax()) {
                rebalances.prepare(group);
            }
        }
        context.schedule(settings.offsetsCheckMs(), this::expireOffsets);
        topicsDeleted();
    }

    @Override
    public void unloaded(ErrorCode why) {
        groups.over();
        for (Group group : groups.all()) {
            for (Member member : List.copyOf(group.members())) {
                group.answerJoin(member, Join.Reply.failed(why, member.id()));
                member.answerSync(Sync.Reply.failed(why));
                member.stopSession();
            }
        }
    }

    // ---- calls

    Joins joins() {
        return joins;
    }

    Members members() {
        return members;
    }

    OffsetKeeper offsets() {
        return offsets;
    }

    /** Deletes a group that has no members, with its offsets. */
    void delete(String groupId, Consumer<ErrorCode> reply) {
        Group group = groups.find(groupId);
        if (group == null) {
            reply.accept(ErrorCode.GROUP_ID_NOT_FOUND);
        } else if (!group.is(GroupState.EMPTY)) {
            reply.accept(ErrorCode.NON_EMPTY_GROUP);
        } else {
            offsets.remove(
                    group,
                    List.copyOf(offsets.all(group)),
                    error -> {
                        if (error == ErrorCode.NONE) {
                            removeIfEmpty(group, reply);
                        } else {
                            reply.accept(Failures.ofWrite(error));
                        }
                    });
        }
    }

    private void removeIfEmpty(Group group, Consumer<ErrorCode> reply) {
        if (!group.is(GroupState.EMPTY)) {
            reply.accept(ErrorCode.NON_EMPTY_GROUP);
            return;
        }
        context.append(
                List.of(GroupRecords.groupTombstone(group.id())),
                error -> {
                    boolean isGone =
                            error == ErrorCode.NONE
                                    && group.is(GroupState.EMPTY)
                                    && group.pendingMembers.isEmpty()
                                    && groups.find(group.id()) == group;
                    if (isGone && group.offsets.isEmpty() && group.commitsInFlight.isEmpty()) {
                        groups.remove(group.id());
                    }
                    reply.accept(Failures.ofWrite(error));
                });
    }

    /** Topics may have been deleted: their offsets go. */
    void topicsDeleted() {
        groups.all().forEach(offsets::removeDeleted);
    }

    private void expireOffsets() {
        topicsDeleted();
        for (Group group : List.copyOf(groups.all())) {
            List<TopicPartition> expired = offsets.expired(group);
            if (expired.isEmpty() && !isLeftOver(group)) {
                continue;
            }
            if (!expired.isEmpty()) {
                LOG.atInfo()
                        .addKeyValue("groupId", group.id())
                        .log("{} offsets of the group have expired", expired.size());
            }
            offsets.remove(
                    group,
                    expired,
                    error -> {
                        if (error == ErrorCode.NONE && isLeftOver(group)) {
                            removeIfEmpty(group, done -> {});
                        }
                    });
        }
        context.schedule(settings.offsetsCheckMs(), this::expireOffsets);
    }

    private static boolean isLeftOver(Group group) {
        return group.is(GroupState.EMPTY)
                && group.offsets.isEmpty()
                && group.commitsInFlight.isEmpty()
                && group.pendingMembers.isEmpty();
    }

    // ---- views

    List<GroupView.Listed> list() {
        List<GroupView.Listed> all = new ArrayList<>();
        for (Group group : groups.all()) {
            String type = group.protocolType();
            all.add(
                    new GroupView.Listed(
                            group.id(),
                            type == null ? "" : type,
                            group.state().text(),
                            group.members().size()));
        }
        return all;
    }

    GroupView.Description describe(String groupId) {
        Group group = groups.find(groupId);
        if (group == null) {
            return GroupView.Description.failed(ErrorCode.GROUP_ID_NOT_FOUND, groupId);
        }
        boolean isStable = group.is(GroupState.STABLE);
        String protocol = isStable ? group.protocolNameOrEmpty() : "";
        List<GroupView.DescribedMember> described = new ArrayList<>();
        for (Member member : group.members()) {
            described.add(
                    new GroupView.DescribedMember(
                            member.id(),
                            member.instanceId(),
                            member.client().id(),
                            member.client().host(),
                            isStable ? member.metadata(protocol) : Sync.NOTHING,
                            isStable ? member.assignment : Sync.NOTHING));
        }
        String type = group.protocolType();
        return new GroupView.Description(
                ErrorCode.NONE,
                groupId,
                group.state().text(),
                type == null ? "" : type,
                protocol,
                described);
    }
}
