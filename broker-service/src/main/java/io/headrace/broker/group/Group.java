package io.headrace.broker.group;

import io.headrace.broker.coordinator.ShardTimer;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One group: members, votes, generation, committed offsets. Knows no time and writes no records;
 * who moves it is {@link Rebalances}.
 *
 * <pre>
 *   Empty               --member joins----------------------> PreparingRebalance
 *   PreparingRebalance  --all joined, or time is up---------> CompletingRebalance (next generation)
 *   PreparingRebalance  --nobody is left--------------------> Empty (next generation)
 *   CompletingRebalance --leader's assignment is committed--> Stable
 *   CompletingRebalance, Stable
 *                       --member joins, leaves, changes-----> PreparingRebalance
 * </pre>
 *
 * <p>Invariants: {@code awaitingJoinCount} is the number of members with a waiting JoinGroup;
 * {@code leader} is null or a member; {@code protocolCounts} counts members per protocol and {@code
 * metadataBytes} what their subscriptions take.
 *
 * <p>Owner: the shard's thread.
 */
final class Group {

    /** What consumers call their protocol type. */
    static final String CONSUMER = "consumer";

    /** Of the subscriptions of all members; the record of the group has to hold one of each. */
    static final long METADATA_BYTES_MAX = 32L << 20;

    private final String id;
    private GroupState state = GroupState.EMPTY;
    private GroupState previousState = GroupState.EMPTY;
    private @Nullable String protocolType;
    private @Nullable String protocolName;
    private @Nullable String leader;
    private int generation;

    /** When the state last changed; -1 when a record of old did not say. */
    private long stateSinceMs = -1;

    private Optional<Set<String>> subscribedTopics = Optional.empty();
    private int awaitingJoinCount;
    private long metadataBytes;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, String> staticMembers = new HashMap<>();
    private final Map<String, Integer> protocolCounts = new HashMap<>();

    /** Member ids that were given away and have not joined yet, with what ends the wait. */
    final Map<String, ShardTimer.Pending> pendingMembers = new HashMap<>();

    /** Members that have the new generation and have not asked for their assignment. */
    final Set<String> pendingSync = new HashSet<>();

    final Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();

    /** Commits whose records are on their way, by partition. */
    final Map<TopicPartition, Integer> commitsInFlight = new HashMap<>();

    /** The last generation whose leader has decided who gets what. */
    int assignedGeneration = -1;

    /** Somebody came while the first rebalance waited. */
    boolean newMemberCame;

    ShardTimer.@Nullable Pending joinTimer;
    ShardTimer.@Nullable Pending syncTimer;

    Group(String id) {
        this.id = id;
    }

    /** As a record says it was. */
    static Group restored(GroupRecords.StoredGroup stored) {
        Group group = new Group(stored.groupId());
        stored.members().forEach(group::add);
        group.state = stored.members().isEmpty() ? GroupState.EMPTY : GroupState.STABLE;
        group.previousState = group.state;
        group.generation = stored.generation();
        group.protocolType = stored.protocolType().isEmpty() ? null : stored.protocolType();
        group.protocolName = stored.protocolName();
        group.leader = stored.leader();
        group.stateSinceMs = stored.stateSinceMs();
        group.subscribedTopics = group.findSubscribedTopics();
        return group;
    }

    String id() {
        return id;
    }

    GroupState state() {
        return state;
    }

    boolean is(GroupState other) {
        return state == other;
    }

    boolean wasEmptyBefore() {
        return previousState == GroupState.EMPTY;
    }

    void become(GroupState next, long nowMs) {
        previousState = state;
        state = next;
        stateSinceMs = nowMs;
    }

    int generation() {
        return generation;
    }

    @Nullable String protocolType() {
        return protocolType;
    }

    @Nullable String protocolName() {
        return protocolName;
    }

    String protocolNameOrEmpty() {
        return protocolName == null ? "" : protocolName;
    }

    @Nullable String leader() {
        return leader;
    }

    String leaderOrEmpty() {
        return leader == null ? "" : leader;
    }

    boolean isLeader(String memberId) {
        return memberId.equals(leader);
    }

    long stateSinceMs() {
        return stateSinceMs;
    }

    // ---- members

    Collection<Member> members() {
        return members.values();
    }

    int memberCount() {
        return members.size();
    }

    @Nullable Member member(String memberId) {
        return members.get(memberId);
    }

    @Nullable String staticMemberId(@Nullable String instanceId) {
        return instanceId == null ? null : staticMembers.get(instanceId);
    }

    void add(Member member) {
        if (leader == null) {
            leader = member.id();
        }
        members.put(member.id(), member);
        count(member, 1);
        if (member.instanceId() != null) {
            staticMembers.put(member.instanceId(), member.id());
        }
        stopPending(member.id());
    }

    /** The first member says of what type the group is. */
    void protocolType(String type) {
        protocolType = type;
    }

    /** Forgets the member; whoever waits for its sake is told UNKNOWN_MEMBER_ID. */
    void remove(Member member) {
        answerJoin(member, Join.Reply.failed(ErrorCode.UNKNOWN_MEMBER_ID, member.id()));
        member.answerSync(Sync.Reply.failed(ErrorCode.UNKNOWN_MEMBER_ID));
        member.stopSession();
        members.remove(member.id());
        count(member, -1);
        if (member.instanceId() != null) {
            staticMembers.remove(member.instanceId(), member.id());
        }
        if (isLeader(member.id())) {
            leader = members.isEmpty() ? null : members.keySet().iterator().next();
        }
        pendingSync.remove(member.id());
    }

    void stopPending(String memberId) {
        ShardTimer.Pending pending = pendingMembers.remove(memberId);
        if (pending != null) {
            pending.cancel();
        }
    }

    /** The static member goes on under another id; calls under the old one are fenced. */
    Member replaceStatic(Member old, String newId) {
        answerJoin(old, Join.Reply.failed(ErrorCode.FENCED_INSTANCE_ID, old.id()));
        old.answerSync(Sync.Reply.failed(ErrorCode.FENCED_INSTANCE_ID));
        old.stopSession();
        Member replacement = old.withId(newId);
        members.remove(old.id());
        members.put(newId, replacement);
        if (old.instanceId() != null) {
            staticMembers.put(old.instanceId(), newId);
        }
        if (isLeader(old.id())) {
            leader = newId;
        }
        if (pendingSync.remove(old.id())) {
            pendingSync.add(newId);
        }
        return replacement;
    }

    void update(Member member, Join.Timeouts timeouts, List<Join.Protocol> protocols) {
        count(member, -1);
        member.update(timeouts, protocols);
        count(member, 1);
    }

    long metadataBytes() {
        return metadataBytes;
    }

    private void count(Member member, int by) {
        metadataBytes += (long) by * member.sizeInBytes();
        for (String name : member.protocolNames()) {
            int now = protocolCounts.merge(name, by, Integer::sum);
            if (now == 0) {
                protocolCounts.remove(name);
            }
        }
    }

    /** NONE if the caller is who it says it is. */
    ErrorCode check(MemberCall.Identity caller) {
        if (caller.instanceId() != null) {
            String current = staticMembers.get(caller.instanceId());
            if (current == null) {
                return ErrorCode.UNKNOWN_MEMBER_ID;
            }
            if (!current.equals(caller.memberId())) {
                return ErrorCode.FENCED_INSTANCE_ID;
            }
        }
        return members.containsKey(caller.memberId())
                ? ErrorCode.NONE
                : ErrorCode.UNKNOWN_MEMBER_ID;
    }

    // ---- joining

    void awaitJoin(Member member, Consumer<Join.Reply> reply) {
        answerJoin(member, Join.Reply.failed(ErrorCode.REBALANCE_IN_PROGRESS, member.id()));
        member.awaitingJoin = reply;
        awaitingJoinCount++;
    }

    void answerJoin(Member member, Join.Reply reply) {
        Consumer<Join.Reply> waiting = member.awaitingJoin;
        if (waiting != null) {
            member.awaitingJoin = null;
            awaitingJoinCount--;
            waiting.accept(reply);
        }
    }

    int awaitingJoinCount() {
        return awaitingJoinCount;
    }

    boolean haveAllJoined() {
        return members.size() <= awaitingJoinCount && pendingMembers.isEmpty();
    }

    boolean canRebalance() {
        return state != GroupState.PREPARING_REBALANCE;
    }

    /** As long as the slowest member may need. */
    int rebalanceTimeoutMs() {
        int longest = 0;
        for (Member member : members.values()) {
            longest = Math.max(longest, member.timeouts().rebalanceMs());
        }
        return longest;
    }

    List<Member> notJoinedDynamicMembers() {
        List<Member> late = new ArrayList<>();
        for (Member member : members.values()) {
            if (!member.isAwaitingJoin() && !member.isStatic()) {
                late.add(member);
            }
        }
        return late;
    }

    /**
     * Sees to it that the leader is somebody who has joined.
     *
     * @return false if nobody has
     */
    boolean electJoinedLeader() {
        Member current = leader == null ? null : members.get(leader);
        if (current != null && current.isAwaitingJoin()) {
            return true;
        }
        for (Member member : members.values()) {
            if (member.isAwaitingJoin()) {
                leader = member.id();
                return true;
            }
        }
        return false;
    }

    void nextGeneration(long nowMs) {
        generation++;
        pendingSync.clear();
        if (members.isEmpty()) {
            protocolName = null;
            subscribedTopics = findSubscribedTopics();
            become(GroupState.EMPTY, nowMs);
        } else {
            protocolName = selectProtocol();
            subscribedTopics = findSubscribedTopics();
            become(GroupState.COMPLETING_REBALANCE, nowMs);
        }
    }

    Join.Reply joined(Member member) {
        return new Join.Reply(
                ErrorCode.NONE,
                member.id(),
                generation,
                protocolType,
                protocolName,
                leaderOrEmpty(),
                false,
                isLeader(member.id()) ? joinedMembers() : List.of());
    }

    List<Join.JoinedMember> joinedMembers() {
        String protocol = protocolNameOrEmpty();
        List<Join.JoinedMember> all = new ArrayList<>(members.size());
        for (Member member : members.values()) {
            all.add(
                    new Join.JoinedMember(
                            member.id(), member.instanceId(), member.metadata(protocol)));
        }
        return all;
    }

    // ---- protocols

    /** Whether a member with these protocols can be in this group. */
    boolean accepts(String type, List<Join.Protocol> protocols) {
        if (state == GroupState.EMPTY) {
            return !type.isEmpty() && !protocols.isEmpty();
        }
        if (!type.equals(protocolType)) {
            return false;
        }
        for (Join.Protocol protocol : protocols) {
            if (protocolCounts.getOrDefault(protocol.name(), 0) == members.size()) {
                return true;
            }
        }
        return false;
    }

    /** The one that most members like best among those that all know. */
    String selectProtocol() {
        Set<String> candidates = new HashSet<>();
        protocolCounts.forEach(
                (name, count) -> {
                    if (count == members.size()) {
                        candidates.add(name);
                    }
                });
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (Member member : members.values()) {
            votes.merge(member.vote(candidates), 1, Integer::sum);
        }
        return votes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow(() -> new IllegalStateException(id + " has nobody to vote"))
                .getKey();
    }

    /** Whether somebody reads the topic, or might: an unreadable subscription may name any. */
    boolean isSubscribed(String topic) {
        return subscribedTopics
                .map(topics -> topics.contains(topic))
                .orElse(CONSUMER.equals(protocolType));
    }

    /** Absent when they cannot be known. */
    Optional<Set<String>> subscribedTopics() {
        return subscribedTopics;
    }

    private Optional<Set<String>> findSubscribedTopics() {
        if (!CONSUMER.equals(protocolType)) {
            return Optional.empty();
        }
        if (members.isEmpty()) {
            return Optional.of(Set.of());
        }
        if (protocolName == null) {
            return Optional.empty();
        }
        Set<String> topics = new HashSet<>();
        for (Member member : members.values()) {
            Optional<Set<String>> own = Subscription.topics(member.metadata(protocolName));
            if (own.isEmpty()) {
                return Optional.empty();
            }
            topics.addAll(own.get());
        }
        return Optional.of(topics);
    }
}
