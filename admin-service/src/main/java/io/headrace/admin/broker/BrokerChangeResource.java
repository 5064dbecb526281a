package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.controller.ControllerEvent.AlterBrokerConfig;
import io.headrace.admin.controller.ControllerEvent.BrokerChange;
import io.headrace.admin.controller.ControllerEvent.CordonStep;
import io.headrace.admin.controller.ControllerEvent.SetCordon;
import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.topic.SettingChanges;
import io.headrace.admin.topic.TopicChanges;
import io.headrace.model.cluster.Cordon;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Cordons, drains and run-time settings of brokers over HTTP. */
@RestController
@RequestMapping(
        path = {"/v3/clusters/{clusterId}/brokers", "/kafka/v3/clusters/{clusterId}/brokers"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class BrokerChangeResource {

    private final TopicChanges changes;
    private final V3Clusters clusters;

    BrokerChangeResource(TopicChanges changes, V3Clusters clusters) {
        this.changes = changes;
        this.clusters = clusters;
    }

    record Setting(@Nullable String name, @Nullable String value, @Nullable String operation) {}

    record AlterRequest(
            @Nullable List<@Nullable Setting> data,
            @JsonProperty("replace_all") @Nullable Boolean replaceAll,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    /** A drain goes on. */
    @PutMapping("/{broker}/cordon")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void cordon(
            @PathVariable String clusterId,
            @PathVariable int broker,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        apply(clusterId, new SetCordon(broker, CordonStep.CORDON, validateOnly), request);
    }

    /** Ends a drain, too. */
    @DeleteMapping("/{broker}/cordon")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void uncordon(
            @PathVariable String clusterId,
            @PathVariable int broker,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        apply(clusterId, new SetCordon(broker, CordonStep.UNCORDON, validateOnly), request);
    }

    @GetMapping("/{broker}/drain")
    DrainView drained(
            @PathVariable String clusterId, @PathVariable int broker, HttpServletRequest request) {
        return DrainView.of(clusters.links(clusterId, request), clusters.image(), broker);
    }

    /** Cordons the broker and moves everything off it. */
    @PostMapping("/{broker}:drain")
    @ResponseStatus(HttpStatus.ACCEPTED)
    DrainView drain(
            @PathVariable String clusterId,
            @PathVariable int broker,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        apply(clusterId, new SetCordon(broker, CordonStep.DRAIN, validateOnly), request);
        return DrainView.of(clusters.links(clusterId, request), clusters.image(), broker);
    }

    /** Gives the drain up, and the moves that belong to it; the broker stays cordoned. */
    @DeleteMapping("/{broker}/drain")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void stopDraining(
            @PathVariable String clusterId,
            @PathVariable int broker,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        if (!isDraining(broker)) {
            throw V3Exception.notFound("broker " + broker + " is not being drained");
        }
        apply(clusterId, new SetCordon(broker, CordonStep.END_DRAIN, validateOnly), request);
    }

    @PostMapping(path = "/{broker}/configs:alter", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void alter(
            @PathVariable String clusterId,
            @PathVariable int broker,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody AlterRequest body,
            HttpServletRequest request) {
        List<@Nullable Setting> given = body.data();
        boolean replacesAll = Boolean.TRUE.equals(body.replaceAll());
        if (given == null || (given.isEmpty() && !replacesAll)) {
            throw V3Exception.invalidPayload("'data' is missing");
        }
        List<SettingChange> settings = new ArrayList<>();
        for (Setting each : given) {
            if (each == null || each.name() == null) {
                throw V3Exception.invalidPayload("a config needs a 'name'");
            }
            settings.add(SettingChanges.of(each.name(), each.value(), each.operation()));
        }
        boolean isOnlyValidated = validateOnly || Boolean.TRUE.equals(body.validateOnly());
        apply(
                clusterId,
                new AlterBrokerConfig(broker, settings, replacesAll, isOnlyValidated),
                request);
    }

    private void apply(String clusterId, BrokerChange change, HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        var _ = changes.apply(change, Caller.of(request));
    }

    private boolean isDraining(int broker) {
        Cordon cordon = clusters.image().cordons().get(broker);
        return cordon != null && cordon.isDraining();
    }
}
