package io.headrace.broker.http;

import io.headrace.broker.http.Call.Context;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.replica.ParkedFetch;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReadResult;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.BatchesHttp;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.MonoSink;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * One fetch from read to reply.
 *
 * <pre>
 *   read --enough, or no time left--> reply
 *   read --too little--> parked --bytes, deadline--> read
 *                        parked --leadership lost, deletion, shutdown--> problem
 *   any  --connection ends--> over (the slice is closed, the parked fetch cancelled)
 * </pre>
 *
 * <p>Owner: the event loop of the connection; the parked fetch hops back to it.
 */
final class FetchCall {

    /**
     * What was asked for.
     *
     * @param bytesMin to wait for, at most {@code bytesMax}
     */
    record Want(long offset, int bytesMax, int bytesMin, long waitMs) {}

    private final Context context;
    private final Call call;
    private final Partition partition;
    private final Want want;
    private final MonoSink<Reply> sink;
    private final long startNanos = System.nanoTime();

    private @Nullable ParkedFetch parked;
    private boolean over;

    FetchCall(Context context, Call call, Partition partition, Want want, MonoSink<Reply> sink) {
        this.context = context;
        this.call = call;
        this.partition = partition;
        this.want = want;
        this.sink = sink;
    }

    void start() {
        sink.onCancel(this::cancelled);
        read();
    }

    private void cancelled() {
        over = true;
        ParkedFetch waiting = parked;
        if (waiting != null) {
            waiting.cancel();
        }
    }

    private void read() {
        switch (partition.read(want.offset(), want.bytesMax())) {
            case ReadResult.InRange found -> {
                if (isEnough(found)) {
                    answer(found);
                } else {
                    park(found);
                }
            }
            case ReadResult.OutOfRange out ->
                    answer(
                            Refusal.outOfRange(
                                    want.offset(),
                                    out.logStartOffset(),
                                    out.highWatermark(),
                                    out.logEndOffset()));
            case ReadResult.Refused(ErrorCode code, String text) -> refuse(code, text);
            case ReadResult.Failed failed -> refuse(failed.code(), failed.text());
        }
    }

    private void refuse(ErrorCode code, String text) {
        answer(
                Refusal.of(
                        context.replicas(),
                        call.target().topic(),
                        call.target().partition(),
                        code,
                        text));
    }

    /** A slice that ends before the high watermark is as long as it can be. */
    private boolean isEnough(ReadResult.InRange found) {
        LogSlice slice = found.slice();
        return found.length() >= want.bytesMin()
                || (slice != null && slice.endOffset() < found.highWatermark())
                || waitMsLeft() <= 0;
    }

    private long waitMsLeft() {
        if (want.waitMs() == 0) {
            return 0;
        }
        return want.waitMs() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private void park(ReadResult.InRange found) {
        LogSlice slice = found.slice();
        if (slice != null) {
            slice.close();
        }
        Waiting waiting = new Waiting(want.bytesMin() - found.length());
        waiting.watch(partition, found.highWatermark());
        parked = waiting;
        ErrorCode refused = context.replicas().park(waiting, waitMsLeft());
        if (refused != ErrorCode.NONE) {
            answer(Problem.of(refused, "the broker cannot let this fetch wait"));
        }
    }

    private void woken(ErrorCode reason) {
        parked = null;
        if (over) {
            return;
        }
        if (reason == ErrorCode.NONE) {
            read();
        } else {
            answer(
                    Refusal.of(
                            context.replicas(),
                            call.target().topic(),
                            call.target().partition(),
                            reason,
                            "the wait ended: " + reason));
        }
    }

    private void answer(Problem problem) {
        context.metrics().topic(call.target().topic()).fetchFailed();
        sink.success(Reply.problem(problem));
    }

    private void answer(ReadResult.InRange found) {
        LogSlice slice = found.slice();
        if (slice == null || slice.length() == 0) {
            if (slice != null) {
                slice.close();
            }
            context.metrics().topic(call.target().topic()).fetched(0);
            sink.success((request, response) -> nothing(found, response));
            return;
        }
        context.slices()
                .whenReady(
                        slice,
                        call.loop(),
                        (ready, problem) -> {
                            if (problem != null) {
                                answer(problem);
                            } else if (ready != null) {
                                answer(found, ready);
                            }
                        });
    }

    private void answer(ReadResult.InRange found, LogSlice ready) {
        if (over) {
            ready.close();
            return;
        }
        context.metrics().topic(call.target().topic()).fetched(ready.length());
        sink.success((request, response) -> batches(found, ready, request, response));
    }

    private static Publisher<Void> nothing(ReadResult.InRange found, HttpServerResponse response) {
        ends(found, response);
        return response.status(HttpResponseStatus.NO_CONTENT).send();
    }

    private Publisher<Void> batches(
            ReadResult.InRange found,
            LogSlice slice,
            HttpServerRequest request,
            HttpServerResponse response) {
        ends(found, response);
        response.header(HttpHeaderNames.CONTENT_TYPE, BatchesHttp.MEDIA_TYPE);
        return context.slices().send(slice, request, response);
    }

    private static void ends(ReadResult.InRange found, HttpServerResponse response) {
        response.header(BatchesHttp.HIGH_WATERMARK, Long.toString(found.highWatermark()));
        response.header(BatchesHttp.LOG_START_OFFSET, Long.toString(found.logStartOffset()));
        response.header(BatchesHttp.LOG_END_OFFSET, Long.toString(found.logEndOffset()));
        response.header(BatchesHttp.LEADER_EPOCH, Integer.toString(found.leaderEpoch()));
    }

    /** Hops from whoever wakes it back to the connection's event loop. */
    private final class Waiting extends ParkedFetch {

        Waiting(long bytesMissing) {
            super(bytesMissing);
        }

        @Override
        protected void wake(ErrorCode reason) {
            try {
                call.loop().execute(() -> woken(reason));
            } catch (RejectedExecutionException e) {
                // The event loops have stopped, and the connection with them: nobody waits.
                sink.error(e);
            }
        }
    }
}
