package io.headrace.broker.group;

import io.headrace.broker.coordinator.ShardLoads;
import io.headrace.broker.coordinator.ShardRuntime;
import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/**
 * The front desk of all groups that this broker coordinates.
 *
 * <p>Owner: any thread. Every answer is a future that completes once and never fails: errors are
 * values in it. It completes on the shard's thread, or at once on the caller's.
 *
 * <p>Errors of all calls: NOT_COORDINATOR where another broker leads the group's partition,
 * COORDINATOR_LOAD_IN_PROGRESS while this one loads it, COORDINATOR_NOT_AVAILABLE while there is no
 * {@code __consumer_offsets}, UNKNOWN_SERVER_ERROR where the call breaks an invariant.
 */
public final class GroupCoordinator implements AutoCloseable {

    /** The internal topic that groups live in. */
    public static final String TOPIC = "__consumer_offsets";

    /** Longest name in characters: it must fit into a record's string whatever the characters. */
    private static final int NAME_LENGTH_MAX = 10_000;

    private final ShardRuntime<GroupShard> shards;
    private final GroupSettings settings;
    private final IntSupplier partitionCount;
    private final GroupCounters counters = new GroupCounters();

    /**
     * @param partitionCount of the internal topic; 0 while there is none
     * @param topics that offsets are committed for
     */
    public GroupCoordinator(
            GroupSettings settings,
            ShardRuntime.Environment environment,
            ShardRuntime.Limits limits,
            IntSupplier partitionCount,
            TopicIds topics,
            RandomGenerator random) {
        this.settings = settings;
        this.partitionCount = partitionCount;
        this.shards =
                new ShardRuntime<>(
                        TOPIC,
                        context -> new GroupShard(context, settings, topics, counters, random),
                        environment,
                        limits);
    }

    /** The partition that a group lives in; as Kafka's. */
    public static int partitionOf(String groupId, int partitionCount) {
        int hash = groupId.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitionCount;
    }

    public GroupCounters counters() {
        return counters;
    }

    /** How long it took to load the groups of partitions that this broker came to lead. */
    public ShardLoads loads() {
        return shards.loads();
    }

    /** This broker leads a partition of the internal topic. */
    public void begin(int partition, int leaderEpoch) {
        shards.begin(partition, leaderEpoch);
    }

    /** This broker leads it no more. */
    public void end(int partition) {
        shards.end(partition);
    }

    /**
     * Topics were deleted: the offsets of theirs go. A shard that cannot be told now looks when it
     * is loaded, and with every look for old offsets.
     */
    public void topicsDeleted() {
        for (int partition : shards.partitions()) {
            var _ =
                    callShard(
                            partition,
                            (shard, reply) -> {
                                shard.topicsDeleted();
                                reply.accept(ErrorCode.NONE);
                            },
                            error -> error);
        }
    }

    @Override
    public void close() {
        shards.close();
    }

    // ---- members

    public CompletableFuture<Join.Reply> join(Join.Request request) {
        if (request.groupId().isEmpty()) {
            return done(Join.Reply.failed(ErrorCode.INVALID_GROUP_ID, request.memberId()));
        }
        if (!fits(request)) {
            return done(Join.Reply.failed(ErrorCode.INVALID_REQUEST, ""));
        }
        int sessionMs = request.timeouts().sessionMs();
        if (sessionMs < settings.sessionTimeoutMinMs()
                || sessionMs > settings.sessionTimeoutMaxMs()) {
            return done(Join.Reply.failed(ErrorCode.INVALID_SESSION_TIMEOUT, request.memberId()));
        }
        return call(
                request.groupId(),
                (shard, reply) -> shard.joins().join(request, reply),
                error -> Join.Reply.failed(error, request.memberId()));
    }

    private static boolean fits(Join.Request request) {
        String instanceId = request.instanceId();
        return request.client().id().length() <= NAME_LENGTH_MAX
                && request.protocolType().length() <= NAME_LENGTH_MAX
                && (instanceId == null || instanceId.length() <= NAME_LENGTH_MAX)
                && request.protocols().stream()
                        .allMatch(protocol -> protocol.name().length() <= NAME_LENGTH_MAX);
    }

    public CompletableFuture<Sync.Reply> sync(Sync.Request request) {
        return request.groupId().isEmpty()
                ? done(Sync.Reply.failed(ErrorCode.INVALID_GROUP_ID))
                : call(
                        request.groupId(),
                        (shard, reply) -> shard.members().sync(request, reply),
                        Sync.Reply::failed);
    }

    public CompletableFuture<ErrorCode> heartbeat(MemberCall.Heartbeat request) {
        if (request.groupId().isEmpty()) {
            return done(ErrorCode.INVALID_GROUP_ID);
        }
        return call(
                request.groupId(),
                (shard, reply) -> shard.members().heartbeat(request, reply),
                // A member need not rejoin because its group is being loaded.
                error -> error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : error);
    }

    public CompletableFuture<MemberCall.LeaveReply> leave(MemberCall.Leave request) {
        return request.groupId().isEmpty()
                ? done(MemberCall.LeaveReply.failed(ErrorCode.INVALID_GROUP_ID))
                : call(
                        request.groupId(),
                        (shard, reply) -> shard.members().leave(request, reply),
                        MemberCall.LeaveReply::failed);
    }

    // ---- offsets

    public CompletableFuture<Offsets.CommitReply> commit(Offsets.Commit request) {
        return call(
                request.groupId(),
                (shard, reply) -> shard.offsets().commit(request, reply),
                error -> Offsets.CommitReply.failed(request, error));
    }

    public CompletableFuture<Offsets.FetchReply> fetch(Offsets.Fetch request) {
        return call(
                request.groupId(),
                (shard, reply) -> reply.accept(shard.offsets().fetch(request)),
                Offsets.FetchReply::failed);
    }

    public CompletableFuture<Offsets.DeleteReply> delete(Offsets.Delete request) {
        return request.groupId().isEmpty()
                ? done(Offsets.DeleteReply.failed(ErrorCode.INVALID_GROUP_ID))
                : call(
                        request.groupId(),
                        (shard, reply) -> shard.offsets().delete(request, reply),
                        Offsets.DeleteReply::failed);
    }

    // ---- groups

    public CompletableFuture<ErrorCode> delete(String groupId) {
        return call(groupId, (shard, reply) -> shard.delete(groupId, reply), error -> error);
    }

    public CompletableFuture<GroupView.Description> describe(String groupId) {
        return call(
                groupId,
                (shard, reply) -> reply.accept(shard.describe(groupId)),
                error -> GroupView.Description.failed(error, groupId));
    }

    /** All groups of this broker. */
    public CompletableFuture<GroupView.Listing> list() {
        List<CompletableFuture<GroupView.Listing>> parts = new ArrayList<>();
        for (int partition : shards.partitions()) {
            parts.add(
                    callShard(
                            partition,
                            (shard, reply) ->
                                    reply.accept(
                                            new GroupView.Listing(ErrorCode.NONE, shard.list())),
                            error -> new GroupView.Listing(error, List.of())));
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(done -> joined(parts));
    }

    private static GroupView.Listing joined(List<CompletableFuture<GroupView.Listing>> parts) {
        ErrorCode error = ErrorCode.NONE;
        List<GroupView.Listed> groups = new ArrayList<>();
        for (CompletableFuture<GroupView.Listing> part : parts) {
            GroupView.Listing listing = part.join();
            groups.addAll(listing.groups());
            // A partition that moved away is listed by its new leader.
            if (listing.error() != ErrorCode.NONE && listing.error() != ErrorCode.NOT_COORDINATOR) {
                error = listing.error();
            }
        }
        return new GroupView.Listing(error, groups);
    }

    // ---- ways to a shard

    private <R> CompletableFuture<R> call(
            String groupId,
            BiConsumer<GroupShard, Consumer<R>> body,
            Function<ErrorCode, R> failed) {
        if (groupId.length() > NAME_LENGTH_MAX) {
            return done(failed.apply(ErrorCode.INVALID_GROUP_ID));
        }
        int count = partitionCount.getAsInt();
        return count == 0
                ? done(failed.apply(ErrorCode.COORDINATOR_NOT_AVAILABLE))
                : callShard(partitionOf(groupId, count), body, failed);
    }

    private <R> CompletableFuture<R> callShard(
            int partition,
            BiConsumer<GroupShard, Consumer<R>> body,
            Function<ErrorCode, R> failed) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        shards.submit(
                partition,
                new ShardRuntime.Event<>() {
                    @Override
                    public void run(GroupShard shard) {
                        try {
                            body.accept(shard, answer::complete);
                        } catch (RuntimeException e) {
                            // The shard is loaded anew; the same call might break it again.
                            answer.complete(failed.apply(ErrorCode.UNKNOWN_SERVER_ERROR));
                            throw e;
                        }
                    }

                    @Override
                    public void refuse(ErrorCode why) {
                        answer.complete(failed.apply(why));
                    }
                });
        return answer;
    }

    private static <R> CompletableFuture<R> done(R reply) {
        return CompletableFuture.completedFuture(reply);
    }
}
