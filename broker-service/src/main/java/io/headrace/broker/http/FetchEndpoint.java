package io.headrace.broker.http;

import io.headrace.broker.http.Call.Context;
import io.headrace.broker.replica.Partition;
import io.headrace.model.record.BatchesHttp;
import reactor.core.publisher.Mono;

/**
 * {@code GET|HEAD .../batches?offset=&max_bytes=&min_bytes=&max_wait_ms=}: whole committed batches,
 * straight from the file; waits when there is too little.
 */
final class FetchEndpoint {

    private final Context context;

    FetchEndpoint(Context context) {
        this.context = context;
    }

    Mono<Reply> fetch(Call call) {
        RequestTarget target = call.target();
        call.requireAccepts(BatchesHttp.MEDIA_TYPE);
        HttpLimits limits = context.limits();
        if (target.parameter("offset") == null) {
            throw new ProblemException(Problem.invalid("parameter offset is missing"));
        }
        long offset = target.number("offset", 0, 0, Long.MAX_VALUE);
        int bytesMax =
                (int)
                        Math.min(
                                target.number(
                                        "max_bytes",
                                        limits.fetchBytesDefault(),
                                        1,
                                        Integer.MAX_VALUE),
                                limits.fetchBytesMax());
        int bytesMin =
                (int) Math.min(target.number("min_bytes", 1, 0, Integer.MAX_VALUE), bytesMax);
        long waitMs =
                Math.min(
                        target.number("max_wait_ms", 0, 0, Integer.MAX_VALUE),
                        limits.fetchWaitMax().toMillis());
        Partition partition = context.replicas().led(target.topic(), target.partition());
        if (partition == null) {
            throw new ProblemException(
                    Refusal.notHere(context.replicas(), target.topic(), target.partition()));
        }
        return Mono.create(
                sink ->
                        new FetchCall(
                                        context,
                                        call,
                                        partition,
                                        new FetchCall.Want(offset, bytesMax, bytesMin, waitMs),
                                        sink)
                                .start());
    }
}
