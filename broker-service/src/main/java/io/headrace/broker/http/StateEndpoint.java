package io.headrace.broker.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.http.Call.Context;
import io.headrace.broker.log.SegmentInfo;
import io.headrace.broker.replica.Leadership;
import io.headrace.broker.replica.Partition;
import java.util.List;
import java.util.concurrent.Executor;
import reactor.core.publisher.Mono;

/**
 * {@code GET .../partitions/{p}} and {@code GET .../partitions/{p}/segments}: the state of a
 * partition, for tools.
 */
final class StateEndpoint {

    record State(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") int partition,
            @JsonProperty("topic_id") String topicId,
            @JsonProperty("leader_epoch") int leaderEpoch,
            @JsonProperty("partition_epoch") int partitionEpoch,
            @JsonProperty("isr") List<Integer> isr,
            @JsonProperty("log_start_offset") long logStartOffset,
            @JsonProperty("high_watermark") long highWatermark,
            @JsonProperty("log_end_offset") long logEndOffset,
            @JsonProperty("recovery_point") long recoveryPoint,
            @JsonProperty("size_bytes") long sizeBytes,
            @JsonProperty("segment_count") int segmentCount,
            @JsonProperty("parked_fetches") int parkedFetches) {}

    record Segment(
            @JsonProperty("base_offset") long baseOffset,
            @JsonProperty("next_offset") long nextOffset,
            @JsonProperty("size_bytes") long sizeBytes,
            @JsonProperty("max_timestamp") long maxTimestamp,
            @JsonProperty("is_active") boolean isActive) {}

    record Segments(@JsonProperty("segments") List<Segment> segments) {}

    private final Context context;
    private final Executor workers;

    StateEndpoint(Context context, Executor workers) {
        this.context = context;
        this.workers = workers;
    }

    Mono<Reply> partition(Call call) {
        Partition partition = led(call);
        Leadership leadership = partition.leadership();
        if (leadership == null) {
            throw notHere(call);
        }
        return Mono.just(
                Json.reply(
                        new State(
                                call.target().topic(),
                                call.target().partition(),
                                partition.topicId().toString(),
                                leadership.leaderEpoch(),
                                leadership.partitionEpoch(),
                                leadership.isr(),
                                partition.log().logStartOffset(),
                                partition.highWatermark(),
                                partition.log().logEndOffset(),
                                partition.log().recoveryPoint(),
                                partition.log().sizeInBytes(),
                                partition.log().segmentCount(),
                                partition.parkedCount())));
    }

    Mono<Reply> segments(Call call) {
        Partition partition = led(call);
        return Workers.reply(workers, call.loop(), () -> list(partition.log().segments()));
    }

    private static Reply list(List<SegmentInfo> infos) {
        return Json.reply(
                new Segments(
                        infos.stream()
                                .map(
                                        info ->
                                                new Segment(
                                                        info.baseOffset(),
                                                        info.nextOffset(),
                                                        info.sizeInBytes(),
                                                        info.maxTimestamp(),
                                                        info.equals(infos.getLast())))
                                .toList()));
    }

    private Partition led(Call call) {
        call.requireRead();
        call.requireAccepts(Json.MEDIA_TYPE);
        Partition partition =
                context.replicas().led(call.target().topic(), call.target().partition());
        if (partition == null) {
            throw notHere(call);
        }
        return partition;
    }

    private ProblemException notHere(Call call) {
        return new ProblemException(
                Refusal.notHere(
                        context.replicas(), call.target().topic(), call.target().partition()));
    }
}
