package io.headrace.broker.replica;

import io.headrace.broker.cluster.IsrChange;
import io.headrace.broker.cluster.IsrOutcome;
import io.headrace.broker.log.AppendOutcome;
import io.headrace.broker.log.AppendRequest;
import io.headrace.broker.log.PartitionLog;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this broker does while it leads a partition: appends, counts who has what, acknowledges.
 * Lives from the first leader epoch in a row to the last.
 *
 * <p>Owner: the partition's lock guards everything but {@link #leadership}, which is published by a
 * volatile write.
 */
final class LeaderRole {

    private static final Logger LOG = LoggerFactory.getLogger(LeaderRole.class);

    private final Partition partition;
    private final TopicPartition name;
    private final PartitionLog log;
    private final WaitingAcks waitingAcks;
    private final WaitingStarts waitingStarts = new WaitingStarts();
    private final Followers followers;
    private final ReplicaRuntime runtime;
    private final List<AppendRequest> round = new ArrayList<>();
    private long uncommittedBytes;

    private volatile Leadership leadership;

    /** Of the ISR when the change was wanted that has no outcome yet. */
    private int inSyncBefore;

    LeaderRole(Partition partition, ReplicaRuntime runtime, Leadership first) {
        this.partition = partition;
        this.name = partition.name();
        this.log = partition.log();
        this.waitingAcks = new WaitingAcks(runtime.bounds().waitingMax(), runtime.timer());
        this.runtime = runtime;
        this.followers = new Followers(partition, runtime, first, log.logEndOffset());
        this.leadership = first;
    }

    Leadership leadership() {
        return leadership;
    }

    /** Any thread may ask. */
    Followers followers() {
        return followers;
    }

    /** Takes over a newer state of this broker's leadership. */
    void update(Leadership next, Answers answers) {
        followers.learn(next, log.logEndOffset());
        changed(answers);
        want(followers.shrinkage(log.logEndOffset()), answers);
        want(followers.expansion(partition.highWatermark(), log.logEndOffset()), answers);
    }

    /** Followers fetched: what they have may be committed now, and they may come into the ISR. */
    void followersMoved(Answers answers) {
        advance(answers);
        takeStarts(answers);
        want(followers.expansion(partition.highWatermark(), log.logEndOffset()), answers);
    }

    /** Any thread may ask. */
    boolean needsReview() {
        return leadership.replicas().size() > 1
                && (leadership.isr().size() < leadership.replicas().size()
                        || followers.hasLeaving(log.logEndOffset()));
    }

    /** Looks for followers that are to leave, and for those that could come back. */
    void review(Answers answers) {
        want(followers.shrinkage(log.logEndOffset()), answers);
        takeStarts(answers);
        want(followers.expansion(partition.highWatermark(), log.logEndOffset()), answers);
        advance(answers);
    }

    /** Completes when all live replicas start at the offset or above. */
    void awaitStart(long offset, CompletableFuture<ErrorCode> known, Answers answers) {
        if (!waitingStarts.add(offset, known)) {
            answers.whenDelivered(() -> known.complete(ErrorCode.OVERLOADED));
        }
        takeStarts(answers);
    }

    private void takeStarts(Answers answers) {
        if (!waitingStarts.isEmpty()) {
            waitingStarts.takeReached(followers.lowWatermark(log.logStartOffset()), answers);
        }
    }

    private void want(@Nullable IsrChange change, Answers answers) {
        if (change != null) {
            answers.isrChange = change;
            inSyncBefore = leadership.isr().size();
        }
    }

    /** A change of the in-sync replicas has an outcome. */
    void settle(IsrChange change, IsrOutcome outcome, Answers answers) {
        if (outcome instanceof IsrOutcome.Written) {
            // An image may have shown it before, and settled it.
            runtime.counts().count(inSyncBefore, change.isr().size());
        }
        if (followers.settle(change, outcome)) {
            changed(answers);
            if (outcome instanceof IsrOutcome.Written) {
                LOG.atInfo()
                        .addKeyValue("topic", name.topic())
                        .addKeyValue("partition", name.partition())
                        .addKeyValue("leaderEpoch", leadership.leaderEpoch())
                        .log("In-sync replicas are {} now", leadership.isr());
            }
            want(followers.shrinkage(log.logEndOffset()), answers);
            want(followers.expansion(partition.highWatermark(), log.logEndOffset()), answers);
        }
    }

    private void changed(Answers answers) {
        leadership = followers.known();
        if (flushesOnAck() && log.recoveryPoint() < log.logEndOffset()) {
            answers.flushOffset = log.logEndOffset();
        }
        advance(answers);
        if (leadership.isr().size() < leadership.fewestInSync()) {
            waitingAcks.takeForCommit(
                    answers,
                    new ProduceOutcome.Unknown(
                            ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                            "the records were written, then only "
                                    + leadership.isr().size()
                                    + " replicas were in sync"));
        }
    }

    /** The log takes no flush: whoever waits for an acknowledgement is told so. */
    void giveUp(ProduceOutcome outcome, Answers answers) {
        waitingAcks.takeAll(answers, outcome);
    }

    /** This broker leads no more: whoever waits is told so. */
    void end(ErrorCode reason, ProduceOutcome outcome, Answers answers) {
        waitingAcks.takeAll(answers, outcome);
        waitingStarts.takeAll(reason, answers);
    }

    /** One gathering write for all that queued up. */
    void append(@Nullable ProduceRequest oldest, Answers answers) {
        ProduceRequest admitted = null;
        ProduceRequest lastAdmitted = null;
        for (ProduceRequest request = oldest; request != null; ) {
            ProduceRequest following = request.next;
            request.next = null;
            ProduceOutcome.NotDone refused = refusal(request);
            if (refused != null) {
                answers.add(request, refused);
            } else {
                if (lastAdmitted == null) {
                    admitted = request;
                } else {
                    lastAdmitted.next = request;
                }
                lastAdmitted = request;
                round.add(Objects.requireNonNull(request.checked));
            }
            request = following;
        }
        if (admitted == null) {
            return;
        }
        try {
            settle(admitted, log.append(round, leadership.leaderEpoch()), answers);
        } catch (RuntimeException e) {
            broken(admitted, e, answers);
        } finally {
            round.clear();
        }
    }

    /** An invariant does not hold: this replica ends, and nobody is told that a write is safe. */
    private void broken(ProduceRequest oldest, RuntimeException failure, Answers answers) {
        LOG.atError()
                .setCause(failure)
                .addKeyValue("topic", name.topic())
                .addKeyValue("partition", name.partition())
                .addKeyValue("offset", log.logEndOffset())
                .log("The partition is stopped: an append broke an invariant");
        ProduceOutcome unknown =
                new ProduceOutcome.Unknown(
                        ErrorCode.UNKNOWN_SERVER_ERROR,
                        "the append failed inside the broker; its server log says why");
        waitingAcks.takeAll(answers, unknown);
        ProduceRequest request = oldest;
        while (request != null) {
            ProduceRequest following = request.next;
            if (request.due == null) {
                answers.add(request, unknown);
            }
            request = following;
        }
        answers.stopped = ErrorCode.KAFKA_STORAGE_ERROR;
    }

    private void settle(ProduceRequest oldest, List<AppendOutcome> outcomes, Answers answers) {
        boolean flushIsDue = flushesOnAck();
        int index = 0;
        ProduceRequest request = oldest;
        while (request != null) {
            ProduceRequest following = request.next;
            request.next = null;
            switch (outcomes.get(index++)) {
                case AppendOutcome.Refused(ErrorCode code, String text) ->
                        answers.add(request, new ProduceOutcome.NotDone(code, text));
                case AppendOutcome.Duplicate(
                                long baseOffset,
                                long lastOffset,
                                long appendTimeMs,
                                long startOffset,
                                int leaderEpoch) -> {
                    runtime.repeated().note(name);
                    request.appended =
                            new ProduceOutcome.Done(
                                    baseOffset, lastOffset, appendTimeMs, startOffset, leaderEpoch);
                    acknowledge(request, request.appended, flushIsDue, true, answers);
                }
                case AppendOutcome.Appended done -> {
                    uncommittedBytes += request.size();
                    answers.appendedBytes += request.size();
                    request.appended =
                            new ProduceOutcome.Done(
                                    done.baseOffset(),
                                    done.lastOffset(),
                                    done.appendTimeMs(),
                                    done.logStartOffset(),
                                    done.leaderEpoch());
                    acknowledge(request, request.appended, flushIsDue, false, answers);
                }
            }
            request = following;
        }
        if (flushIsDue) {
            answers.flushOffset = log.logEndOffset();
        }
        advance(answers);
    }

    /**
     * @param isAgain another request appended the records before
     */
    private void acknowledge(
            ProduceRequest request,
            ProduceOutcome.Done done,
            boolean flushIsDue,
            boolean isAgain,
            Answers answers) {
        boolean waits =
                request.acks() == ProduceRequest.ACKS_ALL || (request.acks() == 1 && flushIsDue);
        if (!waits) {
            answers.add(request, done);
        } else if (isAgain) {
            waitingAcks.addAgain(request);
        } else {
            waitingAcks.add(request);
        }
    }

    /** As the topic wants it; and while no other copy of several is in sync. */
    private boolean flushesOnAck() {
        return log.config().flush().onAck() || followers.isLastCopy();
    }

    /**
     * Moves the high watermark to where the in-sync replicas allow, and finds who waited for it.
     */
    void advance(Answers answers) {
        long end = log.logEndOffset();
        long ownEnd = flushesOnAck() ? Math.min(log.recoveryPoint(), end) : end;
        long committed =
                followers.mayCommit()
                        ? followers.committable(ownEnd, end, log.logStartOffset())
                        : partition.highWatermark();
        if (committed > partition.highWatermark()) {
            if (committed > end) {
                throw new IllegalStateException(
                        name + ": high watermark " + committed + " beyond the log end " + end);
            }
            partition.commit(committed);
            answers.committedBytes = committed == end ? uncommittedBytes : Waiters.ANY_BYTES;
            if (committed == end) {
                uncommittedBytes = 0;
            }
        }
        waitingAcks.takeReached(answers, ownEnd, partition.highWatermark());
    }

    private ProduceOutcome.@Nullable NotDone refusal(ProduceRequest request) {
        Leadership now = leadership;
        int asked = request.leaderEpoch();
        if (asked != ProduceRequest.ANY_LEADER_EPOCH && asked != now.leaderEpoch()) {
            return asked < now.leaderEpoch()
                    ? new ProduceOutcome.NotDone(
                            ErrorCode.FENCED_LEADER_EPOCH,
                            "leader epoch " + asked + " is over, it is " + now.leaderEpoch())
                    : new ProduceOutcome.NotDone(
                            ErrorCode.UNKNOWN_LEADER_EPOCH,
                            "leader epoch " + asked + " is not known here yet");
        }
        if (request.acks() == ProduceRequest.ACKS_ALL && now.isr().size() < now.fewestInSync()) {
            return new ProduceOutcome.NotDone(
                    ErrorCode.NOT_ENOUGH_REPLICAS,
                    now.isr().size()
                            + " replicas are in sync, min.insync.replicas asks for "
                            + now.fewestInSync());
        }
        if (waitingAcks.isFull()) {
            return new ProduceOutcome.NotDone(
                    ErrorCode.OVERLOADED,
                    "too many appends to " + name + " wait for their acknowledgement; try again");
        }
        return null;
    }
}
