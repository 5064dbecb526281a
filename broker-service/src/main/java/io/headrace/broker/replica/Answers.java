package io.headrace.broker.replica;

import io.headrace.broker.cluster.IsrChange;
import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has to be said once the partition's lock is free: replies in order, bytes to announce to
 * parked fetches, a flush to ask for. Lives for one round, on one thread.
 */
final class Answers {

    private @Nullable ProduceRequest first;
    private @Nullable ProduceRequest last;
    private @Nullable List<Runnable> tasks;

    /** Newly committed bytes; 0 for none. */
    long committedBytes;

    /** Bytes behind the log's end before; 0 for none. */
    long appendedBytes;

    /** What the in-sync replicas are to become; null for no change. */
    @Nullable IsrChange isrChange;

    /** Flush up to here (exclusive); -1 for no flush. */
    long flushOffset = -1;

    /** Why the partition just ended; NONE while it goes on. */
    ErrorCode stopped = ErrorCode.NONE;

    void add(ProduceRequest request, ProduceOutcome outcome) {
        request.due = outcome;
        request.next = null;
        if (last == null) {
            first = request;
        } else {
            last.next = request;
        }
        last = request;
    }

    /** For what is rare; runs with the replies. */
    void whenDelivered(Runnable task) {
        if (tasks == null) {
            tasks = new ArrayList<>();
        }
        tasks.add(task);
    }

    void deliver() {
        List<Runnable> due = tasks;
        tasks = null;
        if (due != null) {
            due.forEach(Runnable::run);
        }
        ProduceRequest request = first;
        first = null;
        last = null;
        while (request != null) {
            ProduceRequest following = request.next;
            request.next = null;
            ProduceOutcome outcome = request.due;
            if (outcome == null) {
                throw new IllegalStateException("an answer without an outcome");
            }
            request.answer(outcome);
            request = following;
        }
    }
}
