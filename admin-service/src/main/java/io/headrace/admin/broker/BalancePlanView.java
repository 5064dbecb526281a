package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.balance.BalancePlan;
import io.headrace.admin.balance.PlannedMove;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import java.util.List;

/**
 * HeadraceBalancePlan.
 *
 * @param areLoadsKnown whether brokers said what is on their disks; without, replicas and leaders
 *     alone are evened out
 */
record BalancePlanView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("are_loads_known") boolean areLoadsKnown,
        List<MoveView> moves,
        List<ShareView> before,
        List<ShareView> after) {

    record MoveView(
            @JsonProperty("topic_name") String topicName,
            @JsonProperty("partition_id") int partitionId,
            List<Integer> replicas,
            @JsonProperty("new_replicas") List<Integer> newReplicas,
            long bytes) {

        static MoveView of(PlannedMove move) {
            return new MoveView(
                    move.partition().topic(),
                    move.partition().partition(),
                    move.from(),
                    move.to(),
                    move.bytes());
        }
    }

    record ShareView(
            @JsonProperty("broker_id") int brokerId,
            int replicas,
            int leaders,
            long bytes,
            @JsonProperty("bytes_per_second") long bytesPerSecond) {

        static ShareView of(BalancePlan.Share share) {
            return new ShareView(
                    share.brokerId(),
                    share.replicas(),
                    share.leaders(),
                    share.bytes(),
                    share.bytesPerSecond());
        }
    }

    static BalancePlanView of(V3Links links, BalancePlan plan, boolean areLoadsKnown) {
        return new BalancePlanView(
                "HeadraceBalancePlan",
                links.metadata(links.url("balance", "plan"), "balance", "plan"),
                links.clusterId(),
                areLoadsKnown,
                plan.moves().stream().map(MoveView::of).toList(),
                plan.before().stream().map(ShareView::of).toList(),
                plan.after().stream().map(ShareView::of).toList());
    }
}
