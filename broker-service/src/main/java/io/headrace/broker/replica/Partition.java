package io.headrace.broker.replica;

import io.headrace.broker.cluster.IsrChange;
import io.headrace.broker.cluster.IsrOutcome;
import io.headrace.broker.log.AppendRequest;
import io.headrace.broker.log.CheckOutcome;
import io.headrace.broker.log.FlushOutcome;
import io.headrace.broker.log.PartitionLog;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordFault;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This broker's replica of one partition: its log, its part, what is committed, who waits.
 *
 * <pre>
 *   idle, follower --lead, newer epoch---> leader   --lead, newer epoch---> leader
 *   idle, leader   --follow, newer epoch-> follower --follow, newer epoch-> follower
 *   any            --resign--------------> idle
 *   any            --close---------------> closed (answers everything with the reason; final)
 * </pre>
 *
 * <p>Why apart from {@link LeaderRole} and {@link FollowerRole}: they hold what a part needs while
 * it is played, this one what outlives them, and all locking.
 *
 * <p>Owner: appends and both roles change in turn ({@link Turns}); what is read is published by
 * volatile writes.
 *
 * <p>Invariant: {@code logStartOffset <= highWatermark <= logEndOffset}.
 *
 * <p>Bounds: {@link Bounds}.
 */
public final class Partition {

    /**
     * @param queuedMax append requests that wait for the lock
     * @param waitingMax appended requests that wait for replicas or a flush
     */
    public record Bounds(int queuedMax, int waitingMax) {}

    /** So long after it has led, whoever takes this broker for the leader has not heard of it. */
    private static final long JUST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TopicPartition name;
    private final TopicId topicId;
    private final PartitionLog log;
    private final ReplicaRuntime runtime;
    private final Reads reads;
    private final Turns turns;
    private final Waiters waiters = new Waiters();
    private final Waiters endWaiters = new Waiters();
    private final EarlyAppends early;

    private volatile @Nullable LeaderRole leader;
    private volatile @Nullable FollowerRole follower;
    private volatile long highWatermark;
    private volatile ErrorCode closed = ErrorCode.NONE;
    private volatile @Nullable Long ledUntilNanos;
    private int newestLeaderEpoch = -1;

    /**
     * @param highWatermark as it was last written down; the log's start where nothing was
     */
    Partition(
            TopicPartition name,
            TopicId topicId,
            PartitionLog log,
            ReplicaRuntime runtime,
            long highWatermark) {
        this.name = name;
        this.topicId = topicId;
        this.log = log;
        this.runtime = runtime;
        this.reads = new Reads(log);
        this.turns = new Turns(table(), runtime.bounds().queuedMax(), runtime.workers());
        this.early = new EarlyAppends(runtime.bounds().queuedMax(), runtime.timer());
        this.highWatermark = Math.clamp(highWatermark, log.logStartOffset(), log.logEndOffset());
        log.highWatermark(this::highWatermark);
    }

    public TopicPartition name() {
        return name;
    }

    public TopicId topicId() {
        return topicId;
    }

    public PartitionLog log() {
        return log;
    }

    /** Offset of the first record that is not committed. */
    public long highWatermark() {
        return highWatermark;
    }

    /**
     * How many offsets this replica is behind what the leader has committed, as far as the leader
     * has told; 0 while it leads.
     */
    public long offsetLag() {
        FollowerRole role = follower;
        return role == null ? 0 : role.offsetLag();
    }

    /** Null while another broker leads, or none. */
    public @Nullable Leadership leadership() {
        LeaderRole role = leader;
        return role == null ? null : role.leadership();
    }

    /** Null unless this broker follows another one. */
    @Nullable FollowerRole follower() {
        return follower;
    }

    /**
     * Under the lock, by the role that is played: nothing below the offset can be lost any more.
     */
    void commit(long offset) {
        highWatermark = offset;
    }

    /** How many fetches are parked here. */
    public int parkedCount() {
        return waiters.count() + endWaiters.count();
    }

    /** Fetches that wait for the high watermark. */
    Waiters waiters() {
        return waiters;
    }

    /** Followers' fetches, which wait for the log's end. */
    Waiters endWaiters() {
        return endWaiters;
    }

    /** NONE while this broker leads. */
    ErrorCode whyNotLeading() {
        return refusal();
    }

    /**
     * Appends, at once on this thread when nobody else does, else on the thread of who does. Never
     * blocks beyond the write itself; the request is answered once, on any thread. Where this
     * broker has just led it is refused at once, for whoever sent it knows the old leader. Where it
     * does not lead for longer it is refused a moment later, should the leadership not come
     * meanwhile.
     */
    public void append(ProduceRequest request) {
        ErrorCode refusal = refusal();
        if (refusal != ErrorCode.NONE) {
            ProduceOutcome refused = new ProduceOutcome.NotDone(refusal, text(refusal));
            if (closed != ErrorCode.NONE || hasJustLed() || !early.add(request, refused)) {
                request.answer(refused);
            } else if (refusal() != ErrorCode.NOT_LEADER_OR_FOLLOWER) {
                appendEarly(); // it changed since
            }
            return;
        }
        switch (log.check(request.batches())) {
            case CheckOutcome.Refused(ErrorCode code, String text, List<RecordFault> faults) ->
                    request.answer(new ProduceOutcome.NotDone(code, text, faults));
            case CheckOutcome.Sound(AppendRequest sound) -> {
                request.checked = sound;
                if (!turns.offer(request)) {
                    request.answer(
                            new ProduceOutcome.NotDone(
                                    ErrorCode.OVERLOADED,
                                    "too many appends wait for " + name + "; try again"));
                }
            }
        }
    }

    private boolean hasJustLed() {
        Long until = ledUntilNanos;
        return until != null && runtime.nanoTime() - until < JUST_NANOS;
    }

    private void appendEarly() {
        early.takeAll().forEach(this::append);
    }

    /**
     * Reads whole committed batches.
     *
     * @param bytesMax not exceeded, unless by the first batch
     */
    public ReadResult read(long offset, int bytesMax) {
        return read(offset, bytesMax, true);
    }

    /**
     * Reads whole committed batches, while this broker leads.
     *
     * @param atLeastOne the first batch may exceed {@code bytesMax}
     */
    public ReadResult read(long offset, int bytesMax, boolean atLeastOne) {
        Leadership now = leadership();
        return now == null
                ? refused()
                : readCommitted(offset, bytesMax, atLeastOne, now.leaderEpoch());
    }

    /** As {@link #read}, also while this broker follows. */
    public ReadResult readServed(long offset, int bytesMax, boolean atLeastOne) {
        int epoch = servedLeaderEpoch();
        return epoch < 0 ? refused() : readCommitted(offset, bytesMax, atLeastOne, epoch);
    }

    private ReadResult readCommitted(
            long offset, int bytesMax, boolean atLeastOne, int leaderEpoch) {
        long committed = highWatermark;
        return reads.read(offset, bytesMax, atLeastOne, committed, committed, leaderEpoch);
    }

    /** Reads for a follower: whatever is in the log of the leader. */
    public ReadResult readToEnd(long offset, int bytesMax, boolean atLeastOne) {
        Leadership now = leadership();
        return now == null
                ? refused()
                : reads.read(
                        offset,
                        bytesMax,
                        atLeastOne,
                        Long.MAX_VALUE,
                        highWatermark,
                        now.leaderEpoch());
    }

    private ReadResult refused() {
        ErrorCode code = refusal();
        ErrorCode said = code == ErrorCode.NONE ? ErrorCode.NOT_LEADER_OR_FOLLOWER : code;
        return new ReadResult.Refused(said, text(said));
    }

    /** The leader epoch in which this broker leads or follows; -1 when it does neither. */
    public int servedLeaderEpoch() {
        Leadership led = leadership();
        if (led != null) {
            return led.leaderEpoch();
        }
        FollowerRole role = follower;
        return role == null ? -1 : role.leaderEpoch();
    }

    /** The followers, while this broker leads; null otherwise. */
    public @Nullable Followers followers() {
        LeaderRole role = leader;
        return role == null ? null : role.followers();
    }

    /**
     * Whether the high watermark has reached the start of this leader epoch: before that it may be
     * behind what an earlier leader committed.
     */
    public boolean isHighWatermarkKnown() {
        Followers now = followers();
        return now != null && highWatermark >= now.epochStartOffset();
    }

    /**
     * Leads from now on, or learns a newer state of the leadership it has.
     *
     * @return false when the state is older than what is known
     */
    boolean lead(Leadership next) {
        boolean isLeading =
                turns.take(
                        answers -> {
                            LeaderRole role = leader;
                            if (closed != ErrorCode.NONE
                                    || next.leaderEpoch() < newestLeaderEpoch
                                    || (role != null && next.isBefore(role.leadership()))) {
                                return false;
                            }
                            if (next.leaderEpoch() > newestLeaderEpoch) {
                                log.beginLeaderEpoch(next.leaderEpoch());
                                newestLeaderEpoch = next.leaderEpoch();
                            }
                            if (role == null) {
                                role = new LeaderRole(this, runtime, next);
                            }
                            role.update(next, answers);
                            follower = null;
                            leader = role;
                            return true;
                        });
        if (isLeading) {
            appendEarly();
        }
        return isLeading;
    }

    /**
     * Another broker leads in this epoch, and this one copies its log.
     *
     * @return false when the epoch is older than what is known, or is followed already
     */
    boolean follow(int leaderEpoch) {
        boolean isNews =
                turns.take(
                        answers -> {
                            FollowerRole role = follower;
                            if (closed != ErrorCode.NONE
                                    || leaderEpoch < newestLeaderEpoch
                                    || (role != null && role.leaderEpoch() == leaderEpoch)) {
                                return false;
                            }
                            newestLeaderEpoch = leaderEpoch;
                            leadNoMore(ErrorCode.NOT_LEADER_OR_FOLLOWER, answers);
                            follower = new FollowerRole(this, leaderEpoch);
                            return true;
                        });
        if (isNews) {
            wakeAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        return isNews;
    }

    /** Runs a follower's change, unless its leader epoch is over. */
    @SuppressWarnings("ReferenceEquality")
    FollowOutcome asFollower(FollowerRole role, FollowerRole.Change change) {
        return turns.take(
                answers ->
                        role == follower && leader == null
                                ? FollowerRole.run(change, answers)
                                : FollowOutcome.FENCED);
    }

    /** Another broker leads, or none: waiting requests are told to look for it. */
    void resign(int leaderEpoch) {
        stop(
                ErrorCode.NOT_LEADER_OR_FOLLOWER,
                () -> newestLeaderEpoch = Math.max(newestLeaderEpoch, leaderEpoch));
    }

    /** Ends this replica with a reason that everybody who waits or comes later is told. */
    void close(ErrorCode reason) {
        stop(reason, () -> closed = reason);
        appendEarly();
    }

    private void stop(ErrorCode reason, Runnable underTheLock) {
        var _ =
                turns.take(
                        answers -> {
                            underTheLock.run();
                            follower = null;
                            leadNoMore(reason, answers);
                            return true;
                        });
        wakeAll(reason);
    }

    private void leadNoMore(ErrorCode reason, Answers answers) {
        LeaderRole role = leader;
        leader = null;
        if (role != null) {
            ledUntilNanos = runtime.nanoTime();
            role.end(
                    reason,
                    new ProduceOutcome.Unknown(
                            reason, "the records were written, not acknowledged: " + text(reason)),
                    answers);
        }
    }

    void wakeAll(ErrorCode reason) {
        waiters.wakeAll(reason);
        endWaiters.wakeAll(reason);
    }

    private void flushed(FlushOutcome outcome) {
        change(
                (role, answers) -> {
                    switch (outcome) {
                        case FlushOutcome.Failed(ErrorCode code, String text) ->
                                role.giveUp(new ProduceOutcome.Unknown(code, text), answers);
                        case FlushOutcome.Flushed _ -> role.advance(answers);
                    }
                });
    }

    /**
     * A follower fetches, and so has everything below its offset. Never waits for the lock: whoever
     * holds it counts the progress in.
     */
    public void fetched(ReplicaFetch fetch) {
        LeaderRole role = leader;
        boolean isForced = log.config().flush().onAck();
        if (role != null && role.followers().fetched(fetch, log.logEndOffset(), isForced)) {
            turns.followersMoved();
        }
    }

    /**
     * Moves the log's start as {@link PartitionLog#deleteRecordsBefore} does, and tells followers
     * that wait for news.
     *
     * @return the log start offset
     */
    public long deleteRecordsBefore(long offset) throws IOException {
        long start = log.deleteRecordsBefore(offset);
        endWaiters.logStartIs(start);
        return start;
    }

    /**
     * Waits until every live replica starts at the offset or above, so that the records below it
     * come back with no new leader.
     *
     * @return completes with NONE, or with why that is not known; on any thread
     */
    public CompletableFuture<ErrorCode> replicasStartAt(long offset, long timeoutMs) {
        CompletableFuture<ErrorCode> known = new CompletableFuture<>();
        change((role, answers) -> role.awaitStart(offset, known, answers));
        if (leader == null) {
            known.complete(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        return known.completeOnTimeout(
                ErrorCode.REQUEST_TIMED_OUT, Math.max(0, timeoutMs), TimeUnit.MILLISECONDS);
    }

    /** Takes followers that lag for too long out of the ISR. */
    void reviewInSync() {
        LeaderRole role = leader;
        if (role != null && role.needsReview()) {
            change((now, answers) -> now.review(answers));
        }
    }

    private void settled(IsrChange change, IsrOutcome outcome) {
        change((role, answers) -> role.settle(change, outcome, answers));
    }

    private Turns.Table table() {
        return new Turns.Table() {
            @Override
            public void serve(
                    @Nullable ProduceRequest oldest, boolean haveFollowersMoved, Answers answers) {
                Partition.this.serve(oldest, haveFollowersMoved, answers);
            }

            @Override
            public void deliver(Answers answers) {
                Partition.this.deliver(answers);
            }
        };
    }

    private void change(BiConsumer<LeaderRole, Answers> step) {
        var _ =
                turns.take(
                        answers -> {
                            LeaderRole role = leader;
                            if (role != null) {
                                step.accept(role, answers);
                            }
                            return true;
                        });
    }

    private void serve(
            @Nullable ProduceRequest oldest, boolean haveFollowersMoved, Answers answers) {
        LeaderRole role = leader;
        if (role == null) {
            refuseAll(oldest, answers);
            return;
        }
        role.append(oldest, answers);
        if (answers.stopped != ErrorCode.NONE) {
            closed = answers.stopped;
            leader = null;
        } else if (haveFollowersMoved) {
            role.followersMoved(answers);
        }
    }

    private void refuseAll(@Nullable ProduceRequest oldest, Answers answers) {
        ErrorCode code = refusal();
        ProduceOutcome refused = new ProduceOutcome.NotDone(code, text(code));
        ProduceRequest request = oldest;
        while (request != null) {
            ProduceRequest following = request.next;
            answers.add(request, refused);
            request = following;
        }
    }

    private void deliver(Answers answers) {
        answers.deliver();
        if (answers.committedBytes > 0) {
            waiters.arrived(answers.committedBytes);
            endWaiters.highWatermarkIs(highWatermark);
        }
        if (answers.appendedBytes > 0) {
            endWaiters.arrived(answers.appendedBytes);
        }
        if (answers.stopped != ErrorCode.NONE) {
            wakeAll(answers.stopped);
        }
        IsrChange change = answers.isrChange;
        if (change != null) {
            runtime.isrChanges().submit(change, outcome -> settled(change, outcome));
        }
        if (answers.flushOffset >= 0) {
            runtime.flush(log, answers.flushOffset, this::flushed);
        }
    }

    /** Why nothing can be appended or read here; NONE while this broker leads. */
    private ErrorCode refusal() {
        ErrorCode reason = closed;
        if (reason != ErrorCode.NONE) {
            return reason;
        }
        return leader == null ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
    }

    private String text(ErrorCode code) {
        return switch (code) {
            case NOT_LEADER_OR_FOLLOWER -> "this broker does not lead " + name;
            case UNKNOWN_TOPIC_OR_PARTITION -> name + " was deleted";
            case SHUTTING_DOWN -> "this broker is stopping";
            case KAFKA_STORAGE_ERROR -> "the log of " + name + " is offline";
            default -> name + ": " + code;
        };
    }
}
