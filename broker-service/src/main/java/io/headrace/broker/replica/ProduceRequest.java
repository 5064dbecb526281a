package io.headrace.broker.replica;

import io.headrace.broker.log.AppendRequest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A wish to append to one partition; extended by who asks, so that an append costs no object
 * besides it.
 *
 * <p>Owner: the asker until {@link Partition#append}, then the partition until {@link #complete},
 * which is called exactly once, on any thread and outside all locks. The buffer must stay readable
 * and untouched until then.
 */
public abstract class ProduceRequest {

    /** Acknowledge when all in-sync replicas have the records. */
    public static final int ACKS_ALL = -1;

    /** Any leader epoch is right for the asker. */
    public static final int ANY_LEADER_EPOCH = -1;

    private static final VarHandle ANSWERED;

    static {
        try {
            ANSWERED =
                    MethodHandles.lookup()
                            .findVarHandle(ProduceRequest.class, "answered", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ByteBuffer batches;
    private final int size;
    private final int acks;
    private final int leaderEpoch;
    private final long timeoutMs;

    /** Link of the partition's queue; the queue's alone. */
    @Nullable ProduceRequest next;

    /** The batches once they passed the log's check. */
    @Nullable AppendRequest checked;

    /** Set once the records are in the log. */
    ProduceOutcome.@Nullable Done appended;

    /** Set when the answer is due and the lock not yet free. */
    @Nullable ProduceOutcome due;

    /** The time-out of the wait, if there is one. */
    @Nullable Future<?> timer;

    @SuppressWarnings({"unused", "FieldMayBeFinal"})
    private volatile boolean answered;

    /**
     * @param batches whole v2 record batches, written in place (base offset, leader epoch)
     * @param acks -1, 0 or 1
     * @param leaderEpoch that the asker knows, or {@link #ANY_LEADER_EPOCH}
     * @param timeoutMs longest wait for replicas or the flush
     */
    protected ProduceRequest(ByteBuffer batches, int acks, int leaderEpoch, long timeoutMs) {
        this.batches = batches;
        this.size = batches.remaining();
        this.acks = acks;
        this.leaderEpoch = leaderEpoch;
        this.timeoutMs = timeoutMs;
    }

    /** The answer; on any thread, must not block. */
    protected abstract void complete(ProduceOutcome outcome);

    final ByteBuffer batches() {
        return batches;
    }

    final int size() {
        return size;
    }

    final int acks() {
        return acks;
    }

    final int leaderEpoch() {
        return leaderEpoch;
    }

    final long timeoutMs() {
        return timeoutMs;
    }

    final boolean isAnswered() {
        return answered;
    }

    /**
     * @return false when it was answered before
     */
    final boolean answer(ProduceOutcome outcome) {
        if (!ANSWERED.compareAndSet(this, false, true)) {
            return false;
        }
        Future<?> pending = timer;
        if (pending != null) {
            pending.cancel(false);
        }
        complete(outcome);
        return true;
    }
}
