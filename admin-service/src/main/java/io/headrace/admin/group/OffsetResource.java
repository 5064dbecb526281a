package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.kafka.Committed;
import io.headrace.model.topic.TopicPartition;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.ObjectMapper;

/** Changes of committed offsets over HTTP; each answers its plan. */
@RestController
@RequestMapping(
        path = {
            "/v3/clusters/{clusterId}/consumer-groups/{group}",
            "/kafka/v3/clusters/{clusterId}/consumer-groups/{group}"
        },
        consumes = MediaType.APPLICATION_JSON_VALUE,
        produces = MediaType.APPLICATION_JSON_VALUE)
class OffsetResource {

    private final GroupChanges changes;
    private final V3Clusters clusters;
    private final ObjectMapper json;
    private final Clock clock;

    OffsetResource(GroupChanges changes, V3Clusters clusters, ObjectMapper json, Clock clock) {
        this.changes = changes;
        this.clusters = clusters;
        this.json = json;
        this.clock = clock;
    }

    /**
     * @param topics absent means: everything that the group has committed
     */
    record DeleteRequest(
            @Nullable List<OffsetScope.@Nullable TopicPart> topics,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    @PostMapping("/offsets:reset")
    OffsetChangeView reset(
            @PathVariable String clusterId,
            @PathVariable String group,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody(required = false) @Nullable ResetRequest body,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        ResetRequest asked = present(body);
        OffsetTarget target = asked.target(clock.millis());
        return OffsetChangeView.of(
                links,
                changes.move(
                        ask(group, "reset", asked, validateOnly, asked.validateOnly(), request),
                        OffsetScope.of(asked.topics()),
                        target));
    }

    @PostMapping("/offsets:alter")
    OffsetChangeView alter(
            @PathVariable String clusterId,
            @PathVariable String group,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody(required = false) @Nullable AlterRequest body,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        AlterRequest asked = present(body);
        Map<TopicPartition, Committed> offsets = asked.offsets(clusters.image());
        return OffsetChangeView.of(
                links,
                changes.set(
                        ask(group, "alter", asked, validateOnly, asked.validateOnly(), request),
                        offsets));
    }

    @PostMapping("/offsets:delete")
    OffsetChangeView delete(
            @PathVariable String clusterId,
            @PathVariable String group,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody(required = false) @Nullable DeleteRequest body,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        DeleteRequest asked = present(body);
        return OffsetChangeView.of(
                links,
                changes.forget(
                        ask(group, "delete", asked, validateOnly, asked.validateOnly(), request),
                        OffsetScope.of(asked.topics())));
    }

    private GroupChanges.Ask ask(
            String group,
            String action,
            Object body,
            boolean validateOnlyInQuery,
            @Nullable Boolean validateOnly,
            HttpServletRequest request) {
        return new GroupChanges.Ask(
                group,
                action,
                json.writeValueAsString(body),
                validateOnlyInQuery || Boolean.TRUE.equals(validateOnly),
                Caller.of(request));
    }

    private static <T> T present(@Nullable T body) {
        if (body == null) {
            throw V3Exception.invalidPayload("the request body is empty");
        }
        return body;
    }
}
