package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.cluster.ClusterImage;

/**
 * HeadraceBalance: how far a plan is.
 *
 * @param total partitions that the plan named
 * @param pending of these, those that have not begun to move
 * @param moving partitions of the cluster that are on their way
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
        int moving) {

    static BalanceView of(V3Links links, ClusterImage image, BalanceRun run) {
        return new BalanceView(
                "HeadraceBalance",
                links.metadata(links.url("balance"), "balance", "run"),
                links.clusterId(),
                run.state().name(),
                run.reason(),
                run.startedMs(),
                run.total(),
                run.pending().size(),
                image.topics().values().stream().mapToInt(topic -> topic.moves().size()).sum());
    }
}
