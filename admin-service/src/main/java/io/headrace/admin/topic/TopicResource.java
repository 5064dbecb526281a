package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.controller.ControllerEvent.AddPartitions;
import io.headrace.admin.controller.ControllerEvent.CreateTopic;
import io.headrace.admin.controller.ControllerEvent.DeleteTopic;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import io.headrace.model.cluster.TopicImage;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Topics over HTTP. */
@RestController
@RequestMapping(
        path = {"/v3/clusters/{clusterId}/topics", "/kafka/v3/clusters/{clusterId}/topics"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class TopicResource {

    private final TopicChanges changes;
    private final V3Clusters clusters;

    TopicResource(TopicChanges changes, V3Clusters clusters) {
        this.changes = changes;
        this.clusters = clusters;
    }

    record PatchTopicRequest(
            @JsonProperty("partitions_count") @Nullable Integer partitionsCount,
            @JsonProperty("replicas_assignments")
                    @Nullable Map<String, List<@Nullable Integer>> replicasAssignments,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {

        /** Of the new partitions, which are the last ones. */
        private Optional<List<List<Integer>>> assignments(int count) {
            return Optional.ofNullable(replicasAssignments)
                    .map(given -> ReplicasAssignments.of(given, count - given.size()));
        }
    }

    @GetMapping
    V3List<TopicView> list(@PathVariable String clusterId, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of(
                "KafkaTopicList",
                links.url("topics"),
                clusters.image().topics().values().stream()
                        .sorted(Comparator.comparing(TopicImage::name))
                        .map(topic -> TopicView.of(links, topic))
                        .toList());
    }

    @GetMapping("/{topic}")
    TopicView get(
            @PathVariable String clusterId,
            @PathVariable String topic,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return TopicView.of(links, clusters.topic(topic));
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<TopicView> create(
            @PathVariable String clusterId,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody(required = false) @Nullable CreateTopicRequest body,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        if (body == null) {
            throw V3Exception.invalidPayload("the request body is empty");
        }
        CreateTopic change = body.toChange(validateOnly);
        TopicImage topic = changes.apply(change, Caller.of(request)).after().orElseThrow();
        TopicView view = TopicView.of(links, topic);
        return change.validateOnly()
                ? ResponseEntity.ok(view)
                : ResponseEntity.created(URI.create(links.url("topics", topic.name()))).body(view);
    }

    @PatchMapping(path = "/{topic}", consumes = MediaType.APPLICATION_JSON_VALUE)
    TopicView addPartitions(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody PatchTopicRequest body,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        if (body.partitionsCount() == null) {
            throw V3Exception.invalidPayload("'partitions_count' is missing");
        }
        AddPartitions change =
                new AddPartitions(
                        topic,
                        body.partitionsCount(),
                        body.assignments(body.partitionsCount()),
                        validateOnly || Boolean.TRUE.equals(body.validateOnly()));
        return TopicView.of(links, changes.apply(change, Caller.of(request)).after().orElseThrow());
    }

    @DeleteMapping("/{topic}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @RequestParam(name = "topic_id") Optional<String> id,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        var _ = changes.apply(new DeleteTopic(topic, id, validateOnly), Caller.of(request));
    }
}
