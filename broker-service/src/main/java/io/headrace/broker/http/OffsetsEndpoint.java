package io.headrace.broker.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.http.Call.Context;
import io.headrace.broker.log.SegmentInfo;
import io.headrace.broker.log.TimeLookup;
import io.headrace.broker.replica.Leadership;
import io.headrace.broker.replica.Partition;
import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.util.concurrent.Executor;
import reactor.core.publisher.Mono;

/**
 * {@code GET .../offsets?timestamp=ms|earliest|latest|max_timestamp}: the first committed record
 * that is at least as young, or one of the ends.
 *
 * <p>{@code latest} is the high watermark. When no record is that young the offset is -1. Lookups
 * by time read the log, and so run on a worker.
 */
final class OffsetsEndpoint {

    private static final long NONE = -1;

    /** The answer. */
    record Found(
            @JsonProperty("offset") long offset,
            @JsonProperty("timestamp") long timestamp,
            @JsonProperty("leader_epoch") int leaderEpoch) {}

    private final Context context;
    private final Executor workers;

    OffsetsEndpoint(Context context, Executor workers) {
        this.context = context;
        this.workers = workers;
    }

    Mono<Reply> lookup(Call call) {
        call.requireRead();
        call.requireAccepts(Json.MEDIA_TYPE);
        RequestTarget target = call.target();
        String text = target.parameter("timestamp");
        if (text == null) {
            throw new ProblemException(
                    Problem.invalid(
                            "parameter timestamp is missing: milliseconds since 1970, earliest,"
                                    + " latest or max_timestamp"));
        }
        Partition partition = context.replicas().led(target.topic(), target.partition());
        Leadership leadership = partition == null ? null : partition.leadership();
        if (partition == null || leadership == null) {
            throw new ProblemException(
                    Refusal.notHere(context.replicas(), target.topic(), target.partition()));
        }
        int epoch = leadership.leaderEpoch();
        return switch (text) {
            case "earliest" -> now(partition.log().logStartOffset(), epoch);
            case "latest" -> now(partition.highWatermark(), epoch);
            case "max_timestamp" -> Workers.reply(workers, call.loop(), () -> youngest(partition));
            default -> {
                long timestamp =
                        RequestTarget.wholeNumber("parameter timestamp", text, 0, Long.MAX_VALUE);
                yield Workers.reply(workers, call.loop(), () -> byTime(partition, timestamp));
            }
        };
    }

    private static Mono<Reply> now(long offset, int leaderEpoch) {
        return Mono.just(Json.reply(new Found(offset, NONE, leaderEpoch)));
    }

    private static Reply byTime(Partition partition, long timestamp) {
        return reply(partition.log().offsetForTimestamp(timestamp, partition.highWatermark()));
    }

    private static Reply youngest(Partition partition) throws IOException {
        long youngest = NONE;
        for (SegmentInfo segment : partition.log().segments()) {
            youngest = Math.max(youngest, segment.maxTimestamp());
        }
        return youngest < 0 ? reply(new TimeLookup.NotFound()) : byTime(partition, youngest);
    }

    private static Reply reply(TimeLookup lookup) {
        return switch (lookup) {
            case TimeLookup.Found(var record) ->
                    Json.reply(
                            new Found(record.offset(), record.timestamp(), record.leaderEpoch()));
            case TimeLookup.NotFound nothing -> Json.reply(new Found(NONE, NONE, -1));
            case TimeLookup.Failed(ErrorCode code, String text) ->
                    Reply.problem(Problem.of(code, text));
        };
    }
}
