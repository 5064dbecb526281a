package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.kafka.MoveProgress;
import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.topic.TopicPartition;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * HeadraceBalance: how far a plan is.
 *
 * @param total partitions that the plan named
 * @param pending of these, those that have not begun to move
 * @param moving partitions of the cluster that are on their way
 * @param bytesTotal that what moves will have copied; absent while brokers do not say
 * @param bytesCopied of these, what is copied
 * @param lagBytes of these, what is not
 */
record BalanceView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        String state,
        String reason,
        @JsonProperty("started_ms") long startedMs,
        int total,
        int pending,
        int moving,
        @JsonProperty("bytes_total") @Nullable Long bytesTotal,
        @JsonProperty("bytes_copied") @Nullable Long bytesCopied,
        @JsonProperty("lag_bytes") @Nullable Long lagBytes) {

    static BalanceView of(
            V3Links links,
            ClusterImage image,
            BalanceRun run,
            Optional<Map<TopicPartition, MoveProgress.Bytes>> progress) {
        Optional<MoveProgress.Bytes> bytes =
                progress.map(known -> MoveProgress.sum(known.values()));
        return new BalanceView(
                "HeadraceBalance",
                links.metadata(links.url("balance"), "balance", "run"),
                links.clusterId(),
                run.state().name(),
                run.reason(),
                run.startedMs(),
                run.total(),
                run.pending().size(),
                image.topics().values().stream().mapToInt(topic -> topic.moves().size()).sum(),
                bytes.map(MoveProgress.Bytes::bytesTotal).orElse(null),
                bytes.map(MoveProgress.Bytes::bytesCopied).orElse(null),
                bytes.map(MoveProgress.Bytes::lag).orElse(null));
    }
}
