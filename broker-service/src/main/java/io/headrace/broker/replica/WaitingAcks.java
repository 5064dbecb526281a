package io.headrace.broker.replica;

import io.headrace.model.error.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Appended requests whose acknowledgement waits: for the flush (acks=1) or for the high watermark
 * (acks=all), each with a time-out.
 *
 * <p>Owner: the partition's lock. Requests are added in the order of their offsets, so only the
 * oldest needs a look; but for those that repeat an append, which are few and looked at one by one.
 * A request that timed out is skipped when its turn comes, and dropped when the space is needed.
 *
 * <p>Bound: {@code countMax} per partition; a full one refuses before the append.
 */
final class WaitingAcks {

    private final ArrayDeque<ProduceRequest> forFlush = new ArrayDeque<>();
    private final ArrayDeque<ProduceRequest> forCommit = new ArrayDeque<>();
    private final ArrayList<ProduceRequest> again = new ArrayList<>();
    private final int countMax;
    private final ScheduledExecutorService timer;

    WaitingAcks(int countMax, ScheduledExecutorService timer) {
        this.countMax = countMax;
        this.timer = timer;
    }

    boolean isFull() {
        if (count() < countMax) {
            return false;
        }
        forFlush.removeIf(ProduceRequest::isAnswered);
        forCommit.removeIf(ProduceRequest::isAnswered);
        again.removeIf(ProduceRequest::isAnswered);
        return count() >= countMax;
    }

    private int count() {
        return forFlush.size() + forCommit.size() + again.size();
    }

    void add(ProduceRequest request) {
        (request.acks() == ProduceRequest.ACKS_ALL ? forCommit : forFlush).add(request);
    }

    /** For a request whose records were appended before, by another one. */
    void addAgain(ProduceRequest request) {
        again.add(request);
    }

    /**
     * Takes whoever has what it waited for; whoever goes on waiting gets its time-out.
     *
     * @param ownEnd offset below which the own records are as safe as the topic asks for
     */
    void takeReached(Answers answers, long ownEnd, long highWatermark) {
        takeBelow(forFlush, ownEnd, answers);
        takeBelow(forCommit, highWatermark, answers);
        startTimers(forFlush);
        startTimers(forCommit);
        if (!again.isEmpty()) {
            takeAgain(answers, ownEnd, highWatermark);
        }
    }

    private void takeAgain(Answers answers, long ownEnd, long highWatermark) {
        again.removeIf(
                request -> {
                    boolean isForCommit = request.acks() == ProduceRequest.ACKS_ALL;
                    ProduceOutcome.Done done = done(request);
                    if (done.lastOffset() >= (isForCommit ? highWatermark : ownEnd)) {
                        return false;
                    }
                    answers.add(request, done);
                    return true;
                });
        again.forEach(this::startTimer);
    }

    void takeAll(Answers answers, ProduceOutcome outcome) {
        for (ProduceRequest request : forFlush) {
            answers.add(request, outcome);
        }
        for (ProduceRequest request : forCommit) {
            answers.add(request, outcome);
        }
        for (ProduceRequest request : again) {
            answers.add(request, outcome);
        }
        forFlush.clear();
        forCommit.clear();
        again.clear();
    }

    /** Takes whoever waits for the high watermark. */
    void takeForCommit(Answers answers, ProduceOutcome outcome) {
        forCommit.forEach(request -> answers.add(request, outcome));
        forCommit.clear();
        again.removeIf(
                request -> {
                    boolean isForCommit = request.acks() == ProduceRequest.ACKS_ALL;
                    if (isForCommit) {
                        answers.add(request, outcome);
                    }
                    return isForCommit;
                });
    }

    private static void takeBelow(ArrayDeque<ProduceRequest> waiting, long end, Answers answers) {
        for (ProduceRequest request = waiting.peek(); request != null; request = waiting.peek()) {
            ProduceOutcome.Done done = done(request);
            if (done.lastOffset() >= end) {
                return;
            }
            waiting.poll();
            answers.add(request, done);
        }
    }

    /** The newest requests have no timer yet; they lie together at the end. */
    private void startTimers(ArrayDeque<ProduceRequest> waiting) {
        if (waiting.isEmpty()) {
            return;
        }
        var newestFirst = waiting.descendingIterator();
        while (newestFirst.hasNext()) {
            ProduceRequest request = newestFirst.next();
            if (request.timer != null) {
                return;
            }
            startTimer(request);
        }
    }

    private void startTimer(ProduceRequest request) {
        if (request.timer == null) {
            request.timer =
                    timer.schedule(
                            () -> timedOut(request), request.timeoutMs(), TimeUnit.MILLISECONDS);
        }
    }

    private static void timedOut(ProduceRequest request) {
        request.answer(
                new ProduceOutcome.Unknown(
                        ErrorCode.REQUEST_TIMED_OUT,
                        "the records were written, and not acknowledged within "
                                + request.timeoutMs()
                                + " ms"));
    }

    private static ProduceOutcome.Done done(ProduceRequest request) {
        ProduceOutcome.@Nullable Done done = request.appended;
        if (done == null) {
            throw new IllegalStateException("a request waits that was not appended");
        }
        return done;
    }
}
