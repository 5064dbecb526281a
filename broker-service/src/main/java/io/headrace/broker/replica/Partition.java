package io.headrace.broker.replica;

import io.headrace.broker.log.AppendOutcome;
import io.headrace.broker.log.AppendRequest;
import io.headrace.broker.log.CheckOutcome;
import io.headrace.broker.log.FlushOutcome;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This broker's replica of one partition: who leads it, what is committed, who waits.
 *
 * <pre>
 *   follower --lead, newer epoch--> leader --lead, newer epoch--> leader
 *   leader   --resign-------------> follower
 *   any      --close--------------> closed (answers everything with the reason; final)
 * </pre>
 *
 * <p>Owner: {@code lock} guards appends, leadership and the waiting acknowledgements. An append
 * takes it only by try-lock, so an event loop never waits for it; whoever unlocks it looks at the
 * queue again. Replies and wake-ups run after the unlock.
 *
 * <p>Invariant: {@code logStartOffset <= highWatermark <= logEndOffset}.
 *
 * <p>Bounds: {@link Bounds}. One holder of the lock serves others for {@value #ROUNDS_MAX} rounds,
 * then hands the rest to a worker.
 */
public final class Partition {

    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

    static final int ROUNDS_MAX = 16;

    /**
     * @param queuedMax append requests that wait for the lock
     * @param waitingMax appended requests that wait for replicas or a flush
     */
    public record Bounds(int queuedMax, int waitingMax) {}

    private final TopicPartition name;
    private final TopicId topicId;
    private final PartitionLog log;
    private final ReplicaRuntime runtime;
    private final ReentrantLock lock = new ReentrantLock();
    private final ProduceQueue queue;
    private final WaitingAcks waitingAcks;
    private final Waiters waiters = new Waiters();
    private final ReplicaEnds ends;
    private final List<AppendRequest> round = new ArrayList<>();
    private long uncommittedBytes;

    private volatile @Nullable Leadership leadership;
    private volatile long highWatermark;
    private volatile ErrorCode closed = ErrorCode.NONE;
    private int newestLeaderEpoch = -1;

    Partition(TopicPartition name, TopicId topicId, PartitionLog log, ReplicaRuntime runtime) {
        this.name = name;
        this.topicId = topicId;
        this.log = log;
        this.runtime = runtime;
        this.queue = new ProduceQueue(runtime.bounds().queuedMax());
        this.waitingAcks = new WaitingAcks(runtime.bounds().waitingMax(), runtime.timer());
        this.ends = new ReplicaEnds(runtime.brokerId());
        this.highWatermark = log.logStartOffset();
        log.highWatermark(() -> highWatermark);
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

    /** Null while another broker leads, or none. */
    public @Nullable Leadership leadership() {
        return leadership;
    }

    /** How many fetches are parked here. */
    public int parkedCount() {
        return waiters.count();
    }

    Waiters waiters() {
        return waiters;
    }

    /** NONE while this broker leads. */
    ErrorCode whyNotLeading() {
        return refusal();
    }

    /**
     * Appends, at once on this thread when nobody else does, else on the thread of who does. Never
     * blocks beyond the write itself; the request is answered once, on any thread.
     */
    public void append(ProduceRequest request) {
        ErrorCode refusal = refusal();
        if (refusal != ErrorCode.NONE) {
            request.answer(new ProduceOutcome.NotDone(refusal, text(refusal)));
            return;
        }
        switch (log.check(request.batches())) {
            case CheckOutcome.Refused(ErrorCode code, String text) ->
                    request.answer(new ProduceOutcome.NotDone(code, text));
            case CheckOutcome.Sound(AppendRequest sound) -> {
                request.checked = sound;
                if (queue.offer(request)) {
                    drain();
                } else {
                    request.answer(
                            new ProduceOutcome.NotDone(
                                    ErrorCode.OVERLOADED,
                                    "too many appends wait for " + name + "; try again"));
                }
            }
        }
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
     * Reads whole committed batches.
     *
     * @param atLeastOne the first batch may exceed {@code bytesMax}
     */
    public ReadResult read(long offset, int bytesMax, boolean atLeastOne) {
        Leadership now = leadership;
        if (now == null) {
            ErrorCode code = refusal();
            return new ReadResult.Refused(code, text(code));
        }
        long committed = highWatermark;
        return switch (log.read(offset, bytesMax, committed, atLeastOne)) {
            case ReadOutcome.Found(var slice) ->
                    new ReadResult.InRange(
                            slice,
                            log.logStartOffset(),
                            committed,
                            log.logEndOffset(),
                            now.leaderEpoch());
            case ReadOutcome.NothingYet nothing ->
                    new ReadResult.InRange(
                            null,
                            log.logStartOffset(),
                            committed,
                            log.logEndOffset(),
                            now.leaderEpoch());
            case ReadOutcome.OutOfRange(long start, long end) ->
                    new ReadResult.OutOfRange(start, committed, end);
            case ReadOutcome.Failed(ErrorCode code, String text) ->
                    new ReadResult.Refused(code, text);
        };
    }

    /**
     * Leads from now on, or learns a newer state of the leadership it has.
     *
     * @return false when the state is older than what is known
     */
    boolean lead(PartitionState state, int minInsyncReplicas) throws IOException {
        Answers answers = new Answers();
        lock.lock();
        try {
            Leadership before = leadership;
            if (closed != ErrorCode.NONE
                    || state.leaderEpoch() < newestLeaderEpoch
                    || (before != null
                            && before.leaderEpoch() == state.leaderEpoch()
                            && before.partitionEpoch() > state.partitionEpoch())) {
                return false;
            }
            if (state.leaderEpoch() > newestLeaderEpoch) {
                log.beginLeaderEpoch(state.leaderEpoch());
                newestLeaderEpoch = state.leaderEpoch();
                ends.forget();
            }
            leadership =
                    new Leadership(
                            state.leaderEpoch(),
                            state.isr(),
                            state.partitionEpoch(),
                            minInsyncReplicas);
            advance(answers);
        } finally {
            lock.unlock();
        }
        deliver(answers);
        drain();
        return true;
    }

    /** Another broker leads, or none: waiting requests are told to look for it. */
    void resign(int leaderEpoch) {
        lock.lock();
        try {
            newestLeaderEpoch = Math.max(newestLeaderEpoch, leaderEpoch);
        } finally {
            lock.unlock();
        }
        if (leadership != null) {
            stop(ErrorCode.NOT_LEADER_OR_FOLLOWER, false);
        }
    }

    /** Ends this replica with a reason that everybody who waits or comes later is told. */
    void close(ErrorCode reason) {
        stop(reason, true);
    }

    private void stop(ErrorCode reason, boolean forGood) {
        Answers answers = new Answers();
        lock.lock();
        try {
            if (forGood) {
                closed = reason;
            }
            leadership = null;
            waitingAcks.takeAll(
                    answers,
                    new ProduceOutcome.Unknown(
                            reason, "the records were written, not acknowledged: " + text(reason)));
        } finally {
            lock.unlock();
        }
        deliver(answers);
        drain();
        waiters.wakeAll(reason);
    }

    /** Fails what waits, without an end of leadership: the log took no flush. */
    private void flushFailed(ErrorCode code, String text) {
        Answers answers = new Answers();
        lock.lock();
        try {
            waitingAcks.takeAll(answers, new ProduceOutcome.Unknown(code, text));
        } finally {
            lock.unlock();
        }
        deliver(answers);
        drain();
    }

    private void flushed(FlushOutcome outcome) {
        switch (outcome) {
            case FlushOutcome.Failed(ErrorCode code, String text) -> flushFailed(code, text);
            case FlushOutcome.Flushed done -> {
                Answers answers = new Answers();
                lock.lock();
                try {
                    advance(answers);
                } finally {
                    lock.unlock();
                }
                deliver(answers);
                drain();
            }
        }
    }

    private void drain() {
        int rounds = 0;
        while (!queue.isEmpty() && lock.tryLock()) {
            Answers answers = new Answers();
            try {
                appendRound(queue.takeAll(), answers);
            } finally {
                lock.unlock();
            }
            deliver(answers);
            if (++rounds >= ROUNDS_MAX && !queue.isEmpty() && handOn()) {
                return;
            }
        }
    }

    /**
     * @return false when no worker takes over, so that this thread must go on
     */
    private boolean handOn() {
        try {
            runtime.workers().execute(this::drain);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("No worker takes over the appends to {}", name);
            return false;
        }
    }

    /** One gathering write for all that queued up. */
    private void appendRound(@Nullable ProduceRequest oldest, Answers answers) {
        Leadership now = leadership;
        ProduceRequest admitted = null;
        ProduceRequest lastAdmitted = null;
        for (ProduceRequest request = oldest; request != null; ) {
            ProduceRequest following = request.next;
            request.next = null;
            ProduceOutcome.NotDone refused = refusal(request, now);
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
        if (admitted == null || now == null) {
            return;
        }
        try {
            settle(admitted, log.append(round, now.leaderEpoch()), answers);
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
        closed = ErrorCode.KAFKA_STORAGE_ERROR;
        leadership = null;
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
        answers.stopped = closed;
    }

    private void settle(ProduceRequest oldest, List<AppendOutcome> outcomes, Answers answers) {
        boolean flushIsDue = log.config().flush().onAck();
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
                    request.appended =
                            new ProduceOutcome.Done(
                                    baseOffset, lastOffset, appendTimeMs, startOffset, leaderEpoch);
                    acknowledge(request, request.appended, flushIsDue, true, answers);
                }
                case AppendOutcome.Appended done -> {
                    uncommittedBytes += request.size();
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

    /**
     * Moves the high watermark to where the in-sync replicas allow, and finds who waited for it.
     */
    private void advance(Answers answers) {
        Leadership now = leadership;
        if (now == null) {
            return;
        }
        long end = log.logEndOffset();
        long ownEnd = log.config().flush().onAck() ? Math.min(log.recoveryPoint(), end) : end;
        long committed = ends.committed(now.isr(), ownEnd, log.logStartOffset());
        long before = highWatermark;
        if (committed > before) {
            if (committed > end) {
                throw new IllegalStateException(
                        name + ": high watermark " + committed + " beyond the log end " + end);
            }
            highWatermark = committed;
            answers.committedBytes = committed == end ? uncommittedBytes : Waiters.ANY_BYTES;
            if (committed == end) {
                uncommittedBytes = 0;
            }
        }
        waitingAcks.takeReached(answers, ownEnd, highWatermark);
    }

    private void deliver(Answers answers) {
        answers.deliver();
        if (answers.committedBytes > 0) {
            waiters.committed(answers.committedBytes);
        }
        if (answers.stopped != ErrorCode.NONE) {
            waiters.wakeAll(answers.stopped);
        }
        if (answers.flushOffset >= 0) {
            runtime.flush(log, answers.flushOffset, this::flushed);
        }
    }

    private ProduceOutcome.@Nullable NotDone refusal(
            ProduceRequest request, @Nullable Leadership now) {
        if (now == null) {
            ErrorCode code = refusal();
            return new ProduceOutcome.NotDone(code, text(code));
        }
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
        if (request.acks() == ProduceRequest.ACKS_ALL
                && now.isr().size() < now.minInsyncReplicas()) {
            return new ProduceOutcome.NotDone(
                    ErrorCode.NOT_ENOUGH_REPLICAS,
                    now.isr().size()
                            + " replicas are in sync, min.insync.replicas asks for "
                            + now.minInsyncReplicas());
        }
        if (waitingAcks.isFull()) {
            return new ProduceOutcome.NotDone(
                    ErrorCode.OVERLOADED,
                    "too many appends to " + name + " wait for their acknowledgement; try again");
        }
        return null;
    }

    /** Why nothing can be appended or read here; NONE while this broker leads. */
    private ErrorCode refusal() {
        ErrorCode reason = closed;
        if (reason != ErrorCode.NONE) {
            return reason;
        }
        return leadership == null ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
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
