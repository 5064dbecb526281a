package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.TopicImage;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Deletion of a topic's oldest records over HTTP. */
@RestController
@RequestMapping(
        path = {"/v3/clusters/{clusterId}/topics", "/kafka/v3/clusters/{clusterId}/topics"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class RecordResource {

    private final RecordDeletion deletion;
    private final V3Clusters clusters;

    RecordResource(RecordDeletion deletion, V3Clusters clusters) {
        this.deletion = deletion;
        this.clusters = clusters;
    }

    /** HeadraceRecordDeletion: the plan, done unless only validated. */
    record DeletionView(
            String kind,
            V3Metadata metadata,
            @JsonProperty("cluster_id") String clusterId,
            @JsonProperty("topic_name") String topicName,
            @JsonProperty("validate_only") boolean validateOnly,
            @JsonProperty("records_to_delete") long deletedCount,
            List<RecordDeletion.Deleted> partitions) {}

    @PostMapping(path = "/{topic}/records:delete", consumes = MediaType.APPLICATION_JSON_VALUE)
    DeletionView delete(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody(required = false) RecordDeletion.@Nullable Request body,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        TopicImage image = clusters.topic(topic);
        if (body == null) {
            throw V3Exception.invalidPayload("the request body is empty");
        }
        boolean isPlanOnly = validateOnly || Boolean.TRUE.equals(body.validateOnly());
        List<RecordDeletion.Deleted> plan =
                deletion.delete(image, body, isPlanOnly, Caller.of(request));
        return new DeletionView(
                "HeadraceRecordDeletion",
                links.metadata(links.url("topics", topic, "partitions"), "topic", topic),
                clusterId,
                topic,
                isPlanOnly,
                plan.stream().mapToLong(RecordDeletion.Deleted::deletedCount).sum(),
                plan);
    }
}
