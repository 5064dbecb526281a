package io.headrace.broker.group;

import io.headrace.broker.coordinator.CoordinatorRecord;
import io.headrace.broker.coordinator.ShardContext;
import io.headrace.broker.coordinator.ShardTimer;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Committed offsets: an offset is shown, and its commit acknowledged, once its record is committed.
 *
 * <p>Owner: the shard's thread. Bounds: one commit is one batch, so a commit that does not fit into
 * one is refused whole; tombstones go in batches of at most {@value #TOMBSTONES_MAX}.
 *
 * <p>An offset of a deleted topic is not shown, also not when a topic of the same name exists; a
 * tombstone follows where the deletion is certain.
 */
final class OffsetKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(OffsetKeeper.class);
    private static final int TOMBSTONES_MAX = 2_000;

    private final ShardContext context;
    private final GroupTable groups;
    private final Rebalances rebalances;
    private final GroupSettings settings;
    private final TopicIds topics;
    private final GroupCounters counters;

    OffsetKeeper(
            ShardContext context,
            GroupTable groups,
            Rebalances rebalances,
            GroupSettings settings,
            TopicIds topics,
            GroupCounters counters) {
        this.context = context;
        this.groups = groups;
        this.rebalances = rebalances;
        this.settings = settings;
        this.topics = topics;
        this.counters = counters;
    }

    /** Applies what a record says. */
    void apply(GroupRecords.StoredOffset stored) {
        if (stored.offset() != null) {
            groups.findOrCreate(stored.groupId()).offsets.put(stored.partition(), stored.offset());
            return;
        }
        Group group = groups.find(stored.groupId());
        if (group != null) {
            group.offsets.remove(stored.partition());
        }
    }

    // ---- OffsetCommit

    void commit(Offsets.Commit request, Consumer<Offsets.CommitReply> reply) {
        Group group = groups.find(request.groupId());
        ErrorCode wrong = wrong(group, request);
        if (wrong != ErrorCode.NONE) {
            reply.accept(Offsets.CommitReply.failed(request, wrong));
            return;
        }
        Group target = groups.findOrAdmit(request.groupId());
        if (target == null) {
            reply.accept(Offsets.CommitReply.failed(request, ErrorCode.COORDINATOR_NOT_AVAILABLE));
            return;
        }
        Member member = target.member(request.member().memberId());
        boolean keepsSession =
                target.is(GroupState.STABLE) || target.is(GroupState.PREPARING_REBALANCE);
        if (member != null && keepsSession) {
            rebalances.heard(target, member);
        }
        List<ErrorCode> results = new ArrayList<>(request.entries().size());
        List<GroupRecords.StoredOffset> accepted = new ArrayList<>(request.entries().size());
        long now = context.nowMs();
        for (Offsets.Entry entry : request.entries()) {
            boolean isTooLarge = entry.metadata().length() > settings.metadataLengthMax();
            results.add(isTooLarge ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE);
            if (!isTooLarge) {
                accepted.add(stored(request, entry, now));
            }
        }
        if (accepted.isEmpty()) {
            reply.accept(new Offsets.CommitReply(results));
        } else {
            append(target, accepted, results, reply);
        }
    }

    private static GroupRecords.StoredOffset stored(
            Offsets.Commit request, Offsets.Entry entry, long now) {
        long expireMs =
                request.retentionMs() == Offsets.NO_RETENTION ? -1 : now + request.retentionMs();
        return new GroupRecords.StoredOffset(
                request.groupId(),
                entry.partition(),
                new CommittedOffset(
                        entry.offset(),
                        entry.leaderEpoch(),
                        entry.metadata(),
                        now,
                        expireMs,
                        entry.topicId()));
    }

    private void append(
            Group group,
            List<GroupRecords.StoredOffset> accepted,
            List<ErrorCode> results,
            Consumer<Offsets.CommitReply> reply) {
        List<CoordinatorRecord> records = new ArrayList<>(accepted.size());
        for (GroupRecords.StoredOffset each : accepted) {
            CommittedOffset offset = each.offset();
            if (offset != null) {
                records.add(GroupRecords.offset(group.id(), each.partition(), offset));
                group.commitsInFlight.merge(each.partition(), 1, Integer::sum);
            }
        }
        AtomicBoolean isAnswered = new AtomicBoolean();
        Consumer<ErrorCode> answer =
                error -> {
                    if (isAnswered.compareAndSet(false, true)) {
                        reply.accept(new Offsets.CommitReply(merged(results, error)));
                    }
                };
        ShardTimer.Pending deadline =
                context.schedule(
                        settings.commitTimeoutMs(),
                        () -> answer.accept(ErrorCode.COORDINATOR_NOT_AVAILABLE));
        context.append(
                records,
                error -> {
                    deadline.cancel();
                    for (GroupRecords.StoredOffset each : accepted) {
                        group.commitsInFlight.computeIfPresent(
                                each.partition(), (p, n) -> n == 1 ? null : n - 1);
                        if (error == ErrorCode.NONE) {
                            apply(each);
                        }
                    }
                    if (error == ErrorCode.NONE) {
                        counters.committed();
                    }
                    answer.accept(Failures.ofCommit(error));
                });
    }

    private static List<ErrorCode> merged(List<ErrorCode> results, ErrorCode error) {
        return results.stream().map(each -> each == ErrorCode.NONE ? error : each).toList();
    }

    private static ErrorCode wrong(
            @org.jspecify.annotations.Nullable Group group, Offsets.Commit request) {
        if (group == null) {
            if (request.generation() < 0) {
                // An administrator, or a consumer that assigns partitions to itself.
                return ErrorCode.NONE;
            }
            return request.isGenerationEpoch()
                    ? ErrorCode.GROUP_ID_NOT_FOUND
                    : ErrorCode.ILLEGAL_GENERATION;
        }
        if (request.generation() < 0 && group.is(GroupState.EMPTY)) {
            return ErrorCode.NONE;
        }
        boolean isMember =
                request.generation() >= 0
                        || !request.member().memberId().isEmpty()
                        || request.member().instanceId() != null;
        if (!isMember) {
            return group.is(GroupState.EMPTY) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
        }
        ErrorCode wrong = group.check(request.member());
        if (wrong != ErrorCode.NONE) {
            return wrong;
        }
        if (request.generation() != group.generation()) {
            return ErrorCode.ILLEGAL_GENERATION;
        }
        // The member has the new generation and not yet its partitions.
        return group.is(GroupState.COMPLETING_REBALANCE)
                ? ErrorCode.REBALANCE_IN_PROGRESS
                : ErrorCode.NONE;
    }

    // ---- OffsetFetch

    Offsets.FetchReply fetch(Offsets.Fetch request) {
        Group group = groups.find(request.groupId());
        Map<TopicPartition, Offsets.Committed> found = new HashMap<>();
        if (group != null) {
            if (request.wanted().isEmpty()) {
                group.offsets.forEach(
                        (partition, offset) -> {
                            if (isShown(offset, topics.idOf(partition.topic()))) {
                                found.put(partition, shown(offset));
                            }
                        });
            }
            for (Offsets.Wanted wanted : request.wanted().orElse(List.of())) {
                CommittedOffset offset = group.offsets.get(wanted.partition());
                if (offset != null && isShown(offset, wanted.topicId())) {
                    found.put(wanted.partition(), shown(offset));
                }
            }
        }
        return new Offsets.FetchReply(ErrorCode.NONE, found);
    }

    private boolean isShown(CommittedOffset offset, TopicId wanted) {
        return offset.isOf(wanted) && !topics.isDeleted(offset.topicId());
    }

    private static Offsets.Committed shown(CommittedOffset offset) {
        return new Offsets.Committed(offset.offset(), offset.leaderEpoch(), offset.metadata());
    }

    // ---- OffsetDelete

    void delete(Offsets.Delete request, Consumer<Offsets.DeleteReply> reply) {
        Group group = groups.find(request.groupId());
        if (group == null) {
            reply.accept(Offsets.DeleteReply.failed(ErrorCode.GROUP_ID_NOT_FOUND));
            return;
        }
        boolean mayDelete =
                group.is(GroupState.EMPTY) || Group.CONSUMER.equals(group.protocolType());
        if (!mayDelete) {
            reply.accept(Offsets.DeleteReply.failed(ErrorCode.NON_EMPTY_GROUP));
            return;
        }
        List<ErrorCode> results = new ArrayList<>();
        List<TopicPartition> gone = new ArrayList<>();
        for (TopicPartition partition : request.partitions()) {
            boolean isRead = group.isSubscribed(partition.topic());
            results.add(isRead ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE);
            if (!isRead && isKnown(group, partition)) {
                gone.add(partition);
            }
        }
        remove(
                group,
                gone,
                error -> {
                    ErrorCode failure = Failures.ofWrite(error);
                    reply.accept(
                            failure == ErrorCode.NONE
                                    ? new Offsets.DeleteReply(ErrorCode.NONE, results)
                                    : Offsets.DeleteReply.failed(failure));
                });
    }

    private static boolean isKnown(Group group, TopicPartition partition) {
        return group.offsets.containsKey(partition) || group.commitsInFlight.containsKey(partition);
    }

    /** Everything that a group has, or will have when what is in flight arrives. */
    Set<TopicPartition> all(Group group) {
        Set<TopicPartition> all = new HashSet<>(group.offsets.keySet());
        all.addAll(group.commitsInFlight.keySet());
        return all;
    }

    /**
     * @param then told the first failure, after the last batch
     */
    void remove(Group group, List<TopicPartition> partitions, Consumer<ErrorCode> then) {
        if (partitions.isEmpty()) {
            then.accept(ErrorCode.NONE);
            return;
        }
        int count = Math.min(TOMBSTONES_MAX, partitions.size());
        List<TopicPartition> now = List.copyOf(partitions.subList(0, count));
        List<TopicPartition> rest = List.copyOf(partitions.subList(count, partitions.size()));
        context.append(
                now.stream()
                        .map(partition -> GroupRecords.offsetTombstone(group.id(), partition))
                        .toList(),
                error -> {
                    if (error != ErrorCode.NONE) {
                        then.accept(error);
                        return;
                    }
                    now.forEach(group.offsets::remove);
                    remove(group, rest, then);
                });
    }

    // ---- deleted topics

    /** Removes the offsets of deleted topics, a batch after the other; a failure ends it. */
    void removeDeleted(Group group) {
        List<TopicPartition> gone = ofDeletedTopics(group);
        if (gone.isEmpty()) {
            return;
        }
        LOG.atInfo()
                .addKeyValue("groupId", group.id())
                .log("{} offsets of the group go with their deleted topics", gone.size());
        // What is left is looked up anew: a new topic of the name may have been committed for.
        remove(
                group,
                gone,
                error -> {
                    if (error == ErrorCode.NONE) {
                        removeDeleted(group);
                    }
                });
    }

    /** At most one batch of them, without those that a commit is on its way to. */
    private List<TopicPartition> ofDeletedTopics(Group group) {
        List<TopicPartition> gone = new ArrayList<>();
        for (Map.Entry<TopicPartition, CommittedOffset> each : group.offsets.entrySet()) {
            if (gone.size() == TOMBSTONES_MAX) {
                break;
            }
            boolean isMoving = group.commitsInFlight.containsKey(each.getKey());
            if (!isMoving && topics.isDeleted(each.getValue().topicId())) {
                gone.add(each.getKey());
            }
        }
        return gone;
    }

    // ---- expiry

    /** The offsets whose time is over. */
    List<TopicPartition> expired(Group group) {
        long now = context.nowMs();
        List<TopicPartition> expired = new ArrayList<>();
        group.offsets.forEach(
                (partition, offset) -> {
                    boolean isMoving = group.commitsInFlight.containsKey(partition);
                    if (!isMoving && isExpired(group, partition, offset, now)) {
                        expired.add(partition);
                    }
                });
        return expired;
    }

    private boolean isExpired(
            Group group, TopicPartition partition, CommittedOffset offset, long now) {
        long keptSince;
        if (group.protocolType() == null) {
            // Never had members: the offsets stand for themselves.
            keptSince = offset.commitMs();
        } else if (group.is(GroupState.EMPTY)) {
            keptSince = group.stateSinceMs() < 0 ? offset.commitMs() : group.stateSinceMs();
        } else {
            Optional<Set<String>> topics = group.subscribedTopics();
            boolean mayGo =
                    group.is(GroupState.STABLE)
                            && topics.isPresent()
                            && !topics.get().contains(partition.topic());
            if (!mayGo) {
                return false;
            }
            keptSince = offset.commitMs();
        }
        return offset.expireMs() >= 0
                ? now >= offset.expireMs()
                : now - keptSince >= settings.offsetsRetentionMs();
    }
}
