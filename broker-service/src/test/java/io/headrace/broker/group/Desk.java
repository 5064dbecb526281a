package io.headrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.coordinator.ManualTime;
import io.headrace.broker.coordinator.MemoryShardLog;
import io.headrace.broker.coordinator.ShardRuntime;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A coordinator of one partition in memory, and what clients do with it. */
final class Desk {

    static final int SESSION_MS = 10_000;
    static final int REBALANCE_MS = 60_000;
    static final int DELAY_MS = GroupSettings.DEFAULTS.initialRebalanceDelayMs();

    final ManualTime time = new ManualTime();
    final MemoryShardLog log = new MemoryShardLog();
    final GroupCoordinator groups;
    final Map<String, TopicId> topicIds = new HashMap<>();
    final Set<TopicId> deletedTopics = new HashSet<>();
    private int leaderEpoch;

    Desk() {
        this(GroupSettings.DEFAULTS);
    }

    Desk(GroupSettings settings) {
        groups =
                new GroupCoordinator(
                        settings,
                        new ShardRuntime.Environment(log, time, time, time),
                        new ShardRuntime.Limits(1_000, 1 << 20, 100),
                        () -> 1,
                        new TopicIds() {
                            @Override
                            public TopicId idOf(String topic) {
                                return topicIds.getOrDefault(topic, Offsets.ANY_ID);
                            }

                            @Override
                            public boolean isDeleted(TopicId id) {
                                return deletedTopics.contains(id);
                            }
                        },
                        new SplittableRandom(7));
        groups.begin(0, leaderEpoch);
        time.settle();
    }

    /** Kafka's defaults, but for these. */
    static GroupSettings bounds(int memberCountMax, int groupCountMax) {
        GroupSettings d = GroupSettings.DEFAULTS;
        return new GroupSettings(
                d.initialRebalanceDelayMs(),
                d.sessionTimeoutMinMs(),
                d.sessionTimeoutMaxMs(),
                d.newMemberJoinTimeoutMs(),
                memberCountMax,
                groupCountMax,
                d.metadataLengthMax(),
                d.commitTimeoutMs(),
                d.offsetsRetentionMs(),
                d.offsetsCheckMs());
    }

    /** Leadership goes and comes back. */
    void reload() {
        groups.end(0);
        time.settle();
        groups.begin(0, ++leaderEpoch);
        time.settle();
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What a consumer subscribed to the topic sends. */
    static ByteBuffer subscription(String topic) {
        ByteBuffer bytes = ByteBuffer.allocate(100);
        bytes.putShort((short) 1).putInt(1);
        bytes.putShort((short) topic.length()).put(topic.getBytes(StandardCharsets.UTF_8));
        return bytes.putInt(-1).putInt(0).flip();
    }

    /** One who joins, with what it sends. */
    static final class Caller {
        String groupId = "g";
        String memberId = "";
        @Nullable String instanceId;
        String type = "consumer";
        List<Join.Protocol> protocols = List.of(new Join.Protocol("range", subscription("t")));
        int sessionMs = SESSION_MS;
        int rebalanceMs = REBALANCE_MS;
        boolean mayRequireMemberId = true;
        boolean maySkipAssignment = true;
        int generation = -1;

        MemberCall.Identity identity() {
            return new MemberCall.Identity(memberId, instanceId);
        }
    }

    static Caller caller() {
        return new Caller();
    }

    static Caller staticCaller(String instanceId) {
        Caller caller = new Caller();
        caller.instanceId = instanceId;
        return caller;
    }

    CompletableFuture<Join.Reply> join(Caller caller) {
        CompletableFuture<Join.Reply> reply =
                groups.join(
                        new Join.Request(
                                caller.groupId,
                                caller.memberId,
                                caller.instanceId,
                                new Join.Client("client", "/127.0.0.1"),
                                new Join.Timeouts(caller.sessionMs, caller.rebalanceMs),
                                caller.type,
                                caller.protocols,
                                caller.mayRequireMemberId,
                                caller.maySkipAssignment));
        time.settle();
        return reply;
    }

    /** Joins as clients do: asks for a member id, then comes back with it. */
    CompletableFuture<Join.Reply> joinTwice(Caller caller) {
        Join.Reply first = now(join(caller));
        assertThat(first.error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        caller.memberId = first.memberId();
        return join(caller);
    }

    CompletableFuture<Sync.Reply> sync(Caller caller, Map<String, ByteBuffer> assignments) {
        CompletableFuture<Sync.Reply> reply =
                groups.sync(
                        new Sync.Request(
                                "g",
                                caller.identity(),
                                caller.generation,
                                "consumer",
                                null,
                                assignments));
        time.settle();
        return reply;
    }

    ErrorCode heartbeat(Caller caller) {
        CompletableFuture<ErrorCode> reply =
                groups.heartbeat(
                        new MemberCall.Heartbeat("g", caller.identity(), caller.generation));
        time.settle();
        return now(reply);
    }

    MemberCall.LeaveReply leave(MemberCall.Identity... members) {
        CompletableFuture<MemberCall.LeaveReply> reply =
                groups.leave(new MemberCall.Leave("g", List.of(members)));
        time.settle();
        return now(reply);
    }

    CompletableFuture<Offsets.CommitReply> commitAsync(
            String group, Caller caller, long offset, String metadata) {
        CompletableFuture<Offsets.CommitReply> reply =
                groups.commit(
                        new Offsets.Commit(
                                group,
                                caller.identity(),
                                caller.generation,
                                Offsets.NO_RETENTION,
                                false,
                                List.of(
                                        new Offsets.Entry(
                                                new TopicPartition("t", 0),
                                                Offsets.ANY_ID,
                                                offset,
                                                3,
                                                metadata))));
        time.settle();
        return reply;
    }

    ErrorCode commit(String group, Caller caller, long offset) {
        return now(commitAsync(group, caller, offset, "m")).results().getFirst();
    }

    /** -1 when there is none. */
    long committed(String group) {
        CompletableFuture<Offsets.FetchReply> reply =
                groups.fetch(new Offsets.Fetch(group, Optional.empty()));
        time.settle();
        assertThat(now(reply).error()).isEqualTo(ErrorCode.NONE);
        Offsets.Committed found = now(reply).offsets().get(new TopicPartition("t", 0));
        return found == null ? -1 : found.offset();
    }

    GroupView.Description describe(String group) {
        CompletableFuture<GroupView.Description> reply = groups.describe(group);
        time.settle();
        return now(reply);
    }

    String state() {
        return describe("g").state();
    }

    List<GroupView.Listed> list() {
        CompletableFuture<GroupView.Listing> reply = groups.list();
        time.settle();
        return now(reply).groups();
    }

    ErrorCode delete(String group) {
        CompletableFuture<ErrorCode> reply = groups.delete(group);
        time.settle();
        return now(reply);
    }

    Offsets.DeleteReply deleteOffset(String group) {
        CompletableFuture<Offsets.DeleteReply> reply =
                groups.delete(new Offsets.Delete(group, List.of(new TopicPartition("t", 0))));
        time.settle();
        return now(reply);
    }

    /** The answer, which must be there. */
    static <T> T now(CompletableFuture<T> reply) {
        assertThat(reply).isDone();
        return reply.join();
    }

    /** The first member leads; all get an assignment that names them. */
    void makeStable(Caller... callers) {
        Map<String, CompletableFuture<Join.Reply>> joins = new HashMap<>();
        for (Caller caller : callers) {
            CompletableFuture<Join.Reply> reply =
                    caller.instanceId == null ? joinTwice(caller) : join(caller);
            joins.put(Integer.toString(joins.size()), reply);
        }
        time.pass(4L * DELAY_MS);
        Map<String, ByteBuffer> assignments = new HashMap<>();
        for (int i = 0; i < callers.length; i++) {
            Join.Reply reply = now(joins.get(Integer.toString(i)));
            assertThat(reply.error()).isEqualTo(ErrorCode.NONE);
            callers[i].memberId = reply.memberId();
            callers[i].generation = reply.generation();
            assignments.put(reply.memberId(), bytes("of " + i));
        }
        for (int i = callers.length - 1; i >= 0; i--) {
            var _ = sync(callers[i], i == 0 ? assignments : Map.of());
        }
        assertThat(state()).isEqualTo("Stable");
    }
}
