package io.headrace.admin.broker;

import io.headrace.admin.audit.Caller;
import io.headrace.admin.balance.BalancePlan;
import io.headrace.admin.balance.Balancer;
import io.headrace.admin.controller.ControllerEvent.CancelBalance;
import io.headrace.admin.controller.ControllerEvent.StartBalance;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.kafka.MoveProgress;
import io.headrace.admin.kafka.PartitionLoads;
import io.headrace.admin.topic.TopicChanges;
import io.headrace.model.cluster.ClusterImage;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
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

    /** Makes a plan of what is now and carries it out. */
    @PostMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    BalancePlanView start(
            @PathVariable String clusterId,
            @RequestParam(name = "moves_max", defaultValue = "4000") int movesMax,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        PartitionLoads.Known known = loads.known();
        BalancePlan plan = planned(movesMax, known);
        var _ =
                changes.apply(
                        new StartBalance(plan.moves(), "asked for", validateOnly),
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
