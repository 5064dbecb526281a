package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.balance.BalancePlan;
import io.headrace.admin.balance.Balancer;
import io.headrace.admin.balance.PlannedMove;
import io.headrace.admin.controller.ControllerEvent.CancelBalance;
import io.headrace.admin.controller.ControllerEvent.StartBalance;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.kafka.MoveProgress;
import io.headrace.admin.kafka.PartitionLoads;
import io.headrace.admin.topic.TopicChanges;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The balance of the cluster over HTTP: a plan to look at, to carry out, to give up. */
@RestController
@RequestMapping(
        path = {"/v3/clusters/{clusterId}/balance", "/kafka/v3/clusters/{clusterId}/balance"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class BalanceResource {

    private static final int MOVE_COUNT_MAX = 4_000;

    private final TopicChanges changes;
    private final V3Clusters clusters;
    private final PartitionLoads loads;
    private final MoveProgress progress;

    BalanceResource(
            TopicChanges changes,
            V3Clusters clusters,
            PartitionLoads loads,
            MoveProgress progress) {
        this.progress = progress;
        this.changes = changes;
        this.clusters = clusters;
        this.loads = loads;
    }

    /** A plan, as its view shows it: what else that says is not looked at. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Wanted(@Nullable List<@Nullable WantedMove> moves) {

        List<PlannedMove> planned() {
            if (moves == null) {
                throw V3Exception.invalidPayload("'moves' is missing");
            }
            List<PlannedMove> planned = new ArrayList<>();
            for (WantedMove move : moves) {
                if (move == null) {
                    throw V3Exception.badRequest("'moves' holds a null");
                }
                planned.add(move.planned());
            }
            return planned;
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    record WantedMove(
            @JsonProperty("topic_name") @Nullable String topicName,
            @JsonProperty("partition_id") @Nullable Integer partitionId,
            @Nullable List<Integer> replicas,
            @JsonProperty("new_replicas") @Nullable List<Integer> newReplicas) {

        PlannedMove planned() {
            if (topicName == null
                    || partitionId == null
                    || partitionId < 0
                    || replicas == null
                    || replicas.stream().anyMatch(Objects::isNull)
                    || newReplicas == null
                    || newReplicas.stream().anyMatch(Objects::isNull)) {
                throw V3Exception.invalidPayload(
                        "a move needs 'topic_name', 'partition_id', 'replicas' and 'new_replicas'");
            }
            if (new HashSet<>(newReplicas).size() != newReplicas.size()) {
                throw V3Exception.of(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "a broker can hold only one replica of a partition");
            }
            return new PlannedMove(
                    new TopicPartition(topicName, partitionId), replicas, newReplicas, 0);
        }
    }

    @GetMapping("/plan")
    BalancePlanView plan(
            @PathVariable String clusterId,
            @RequestParam(name = "moves_max", defaultValue = "4000") int movesMax,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        PartitionLoads.Known known = loads.known();
        return BalancePlanView.of(links, planned(movesMax, known), known.isComplete());
    }

    @GetMapping
    BalanceView run(@PathVariable String clusterId, HttpServletRequest request) {
        return view(clusters.links(clusterId, request));
    }

    /** Carries a plan out that was looked at, or, without a body, makes one of what is now. */
    @PostMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    BalancePlanView start(
            @PathVariable String clusterId,
            @RequestParam(name = "moves_max", defaultValue = "4000") int movesMax,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody(required = false) @Nullable Wanted body,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        PartitionLoads.Known known = loads.known();
        List<PlannedMove> given = body == null ? List.of() : body.planned();
        BalancePlan plan =
                body == null
                        ? planned(movesMax, known)
                        : Balancer.again(clusters.image(), known.loads(), given);
        var _ =
                changes.apply(
                        new StartBalance(
                                body == null ? plan.moves() : given, "asked for", validateOnly),
                        Caller.of(request));
        return BalancePlanView.of(links, plan, known.isComplete());
    }

    /** What has begun to move is moved to its end. */
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void cancel(
            @PathVariable String clusterId,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        var _ = changes.apply(new CancelBalance(validateOnly), Caller.of(request));
    }

    private BalancePlan planned(int movesMax, PartitionLoads.Known known) {
        if (movesMax < 1 || movesMax > MOVE_COUNT_MAX) {
            throw V3Exception.badRequest("'moves_max' must be 1 to " + MOVE_COUNT_MAX);
        }
        return Balancer.plan(clusters.image(), known.loads(), movesMax);
    }

    private BalanceView view(V3Links links) {
        ClusterImage image = clusters.image();
        return image.balance()
                .map(run -> BalanceView.of(links, image, run, progress.known(image)))
                .orElseThrow(() -> V3Exception.notFound("no plan was ever carried out"));
    }
}
