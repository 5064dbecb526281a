package io.headrace.broker.http;

import io.headrace.broker.http.Call.Context;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ProduceRequest;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.topic.TopicName;
import io.netty.handler.codec.http.HttpHeaderNames;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * {@code POST .../batches?acks=-1|0|1&timeout_ms=&leader_epoch=}: appends whole batches.
 *
 * <p>Everything that can be refused without the body is refused before a byte of it is read.
 */
final class ProduceEndpoint {

    private static final String OCTETS = "application/octet-stream";

    private final Context context;

    ProduceEndpoint(Context context) {
        this.context = context;
    }

    Mono<Reply> produce(Call call) {
        RequestTarget target = call.target();
        requireBatches(call);
        int acks = acks(target);
        long timeoutMs =
                Math.min(
                        target.number(
                                "timeout_ms",
                                context.limits().ackTimeoutDefault().toMillis(),
                                0,
                                Integer.MAX_VALUE),
                        context.limits().ackTimeoutMax().toMillis());
        int leaderEpoch =
                (int)
                        target.number(
                                "leader_epoch",
                                ProduceRequest.ANY_LEADER_EPOCH,
                                0,
                                Integer.MAX_VALUE);
        if (TopicName.isInternal(target.topic())) {
            throw new ProblemException(
                    Problem.of(
                            ErrorCode.INVALID_TOPIC_EXCEPTION,
                            "topic '" + target.topic() + "' is written by the platform only"));
        }
        Partition partition = context.replicas().led(target.topic(), target.partition());
        if (partition == null) {
            throw new ProblemException(
                    Refusal.notHere(context.replicas(), target.topic(), target.partition()));
        }
        long announced = contentLength(call);
        if (announced > context.limits().requestBytesMax()) {
            throw new ProblemException(BodyCollector.tooLarge(context.limits().requestBytesMax()));
        }
        ProduceCall.Want want = new ProduceCall.Want(acks, leaderEpoch, timeoutMs);
        return Mono.create(
                sink -> new ProduceBody(context, call, partition, want, sink).collect(announced));
    }

    private static void requireBatches(Call call) {
        String type = call.header(HttpHeaderNames.CONTENT_TYPE);
        String essence = type == null ? "nothing" : Call.essence(type);
        if (!essence.equalsIgnoreCase(BatchesHttp.MEDIA_TYPE)
                && !essence.equalsIgnoreCase(OCTETS)) {
            throw new ProblemException(
                    Problem.unsupportedMediaType(
                            "the body must be "
                                    + BatchesHttp.MEDIA_TYPE
                                    + ", Content-Type says "
                                    + essence));
        }
        String encoding = call.header(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new ProblemException(
                    Problem.unsupportedMediaType(
                            "Content-Encoding is not possible here; compress the batches instead"));
        }
    }

    private static int acks(RequestTarget target) {
        String text = target.parameter("acks");
        if (text == null || text.equals("-1") || text.equals("all")) {
            return ProduceRequest.ACKS_ALL;
        }
        return switch (text) {
            case "0" -> 0;
            case "1" -> 1;
            default ->
                    throw new ProblemException(
                            Problem.of(
                                    ErrorCode.INVALID_REQUIRED_ACKS,
                                    "parameter acks must be -1 (all), 0 or 1"));
        };
    }

    /** -1 when the body is chunked. */
    private static long contentLength(Call call) {
        @Nullable String text = call.header(HttpHeaderNames.CONTENT_LENGTH);
        return text == null
                ? -1
                : RequestTarget.wholeNumber("Content-Length", text, 0, Long.MAX_VALUE);
    }
}
