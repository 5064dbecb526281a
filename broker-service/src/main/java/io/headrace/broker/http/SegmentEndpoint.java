package io.headrace.broker.http;

import io.headrace.broker.http.Call.Context;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReadResult;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.BatchesHttp;
import io.netty.handler.codec.http.HttpHeaderNames;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * {@code GET|HEAD .../segments/{base}}: all committed batches of one segment, straight from the
 * file, whatever their size. Headers name the base offset and where the next segment begins.
 */
final class SegmentEndpoint {

    static final String BASE_OFFSET = "Headrace-Base-Offset";
    static final String NEXT_OFFSET = "Headrace-Next-Offset";

    private final Context context;

    SegmentEndpoint(Context context) {
        this.context = context;
    }

    Mono<Reply> stream(Call call) {
        call.requireRead();
        call.requireAccepts(BatchesHttp.MEDIA_TYPE);
        RequestTarget target = call.target();
        long base = RequestTarget.wholeNumber("the base offset", target.item(), 0, Long.MAX_VALUE);
        Partition partition = context.replicas().led(target.topic(), target.partition());
        if (partition == null) {
            throw new ProblemException(
                    Refusal.notHere(context.replicas(), target.topic(), target.partition()));
        }
        return switch (partition.read(base, Integer.MAX_VALUE)) {
            case ReadResult.InRange found -> {
                LogSlice slice = found.slice();
                if (slice == null) {
                    throw unknown(base);
                }
                if (slice.position() != 0 || slice.baseOffset() != base) {
                    slice.close();
                    throw unknown(base);
                }
                yield whenLoaded(call, slice);
            }
            case ReadResult.OutOfRange out -> throw unknown(base);
            case ReadResult.Refused(ErrorCode code, String text) ->
                    throw refused(target, code, text);
            case ReadResult.Failed failed -> throw refused(target, failed.code(), failed.text());
        };
    }

    private ProblemException refused(RequestTarget target, ErrorCode code, String text) {
        return new ProblemException(
                Refusal.of(context.replicas(), target.topic(), target.partition(), code, text));
    }

    private static ProblemException unknown(long base) {
        return new ProblemException(
                Problem.notFound(
                        "no readable segment begins at offset "
                                + base
                                + "; .../segments lists them"));
    }

    private Mono<Reply> whenLoaded(Call call, LogSlice slice) {
        return Mono.create(sink -> new Loading(call, slice, sink).start());
    }

    private Publisher<Void> send(
            LogSlice slice, HttpServerRequest request, HttpServerResponse response) {
        response.header(HttpHeaderNames.CONTENT_TYPE, BatchesHttp.MEDIA_TYPE);
        response.header(BASE_OFFSET, Long.toString(slice.baseOffset()));
        response.header(NEXT_OFFSET, Long.toString(slice.endOffset()));
        return context.slices().send(slice, request, response);
    }

    /** Waits for the slice to be in the page cache; on the event loop. */
    private final class Loading {

        private final Call call;
        private final LogSlice slice;
        private final MonoSink<Reply> sink;
        private boolean over;

        Loading(Call call, LogSlice slice, MonoSink<Reply> sink) {
            this.call = call;
            this.slice = slice;
            this.sink = sink;
        }

        void start() {
            sink.onCancel(() -> over = true);
            context.slices()
                    .whenReady(
                            slice,
                            call.loop(),
                            (ready, problem) -> {
                                if (problem != null) {
                                    sink.success(Reply.problem(problem));
                                } else if (ready != null && over) {
                                    ready.close();
                                } else if (ready != null) {
                                    context.metrics()
                                            .topic(call.target().topic())
                                            .fetched(ready.length());
                                    sink.success(
                                            (request, response) -> send(ready, request, response));
                                }
                            });
        }
    }
}
