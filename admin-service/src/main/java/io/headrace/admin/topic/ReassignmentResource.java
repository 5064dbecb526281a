package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.controller.ControllerEvent.ElectLeaders;
import io.headrace.admin.controller.ControllerEvent.MovePartitions;
import io.headrace.admin.controller.Outcome;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import io.headrace.admin.kafka.MoveProgress;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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

/** Moves of partitions and elections of their leaders over HTTP. */
@RestController
@RequestMapping(
        path = {"/v3/clusters/{clusterId}/topics", "/kafka/v3/clusters/{clusterId}/topics"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class ReassignmentResource {

    private static final int PARTITION_COUNT_MAX = 10_000;

    private final TopicChanges changes;
    private final V3Clusters clusters;
    private final MoveProgress progress;

    ReassignmentResource(TopicChanges changes, V3Clusters clusters, MoveProgress progress) {
        this.changes = changes;
        this.clusters = clusters;
        this.progress = progress;
    }

    record Target(
            @Nullable List<@Nullable Integer> replicas,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    record NamedTarget(
            @JsonProperty("topic_name") @Nullable String topicName,
            @JsonProperty("partition_id") @Nullable Integer partitionId,
            @Nullable List<@Nullable Integer> replicas) {}

    record Targets(
            @Nullable List<@Nullable NamedTarget> data,
            @JsonProperty("allow_replication_factor_change") @Nullable Boolean mayChangeFactor,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    record ElectRequest(
            @JsonProperty("election_type") @Nullable String electionType,
            @Nullable List<@Nullable NamedTarget> data,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    @GetMapping("/-/partitions/-/reassignment")
    V3List<ReassignmentView> list(@PathVariable String clusterId, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        ClusterImage image = clusters.image();
        var known = progress.known(image);
        return V3List.of(
                "KafkaReassignmentList",
                links.url("topics", "-", "partitions", "-", "reassignment"),
                image.topics().values().stream()
                        .sorted(Comparator.comparing(TopicImage::name))
                        .flatMap(topic -> moves(links, topic, known))
                        .toList());
    }

    @GetMapping("/{topic}/partitions/-/reassignment")
    V3List<ReassignmentView> ofTopic(
            @PathVariable String clusterId,
            @PathVariable String topic,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        TopicImage image = clusters.topic(topic);
        return V3List.of(
                "KafkaReassignmentList",
                links.url("topics", image.name(), "partitions", "-", "reassignment"),
                moves(links, image, progress.known(clusters.image())).toList());
    }

    @GetMapping("/{topic}/partitions/{partition}/reassignment")
    ReassignmentView get(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable int partition,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        TopicImage image = clusters.topic(topic);
        if (partition < 0 || partition >= image.partitionCount()) {
            throw V3Exception.notFound("topic '" + topic + "' has no partition " + partition);
        }
        return ReassignmentView.of(links, image, partition, progress.known(clusters.image()))
                .orElseThrow(
                        () ->
                                V3Exception.notFound(
                                        "partition "
                                                + partition
                                                + " of '"
                                                + image.name()
                                                + "' is not being reassigned"));
    }

    /** Starts to move one partition, or changes where it goes. */
    @PutMapping(
            path = "/{topic}/partitions/{partition}/reassignment",
            consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    PartitionResults move(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable int partition,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody Target body,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        if (body.replicas() == null) {
            throw V3Exception.invalidPayload("'replicas' is missing");
        }
        return one(
                named(topic, partition),
                Optional.of(ids(body.replicas())),
                validateOnly || Boolean.TRUE.equals(body.validateOnly()),
                request);
    }

    /** Gives the move of one partition up. */
    @DeleteMapping("/{topic}/partitions/{partition}/reassignment")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void giveUp(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable int partition,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        var _ = one(named(topic, partition), Optional.empty(), validateOnly, request);
    }

    /** Moves of many; a target that is null gives that move up. */
    @PostMapping(path = "/-/partitions/-/reassignment", consumes = MediaType.APPLICATION_JSON_VALUE)
    PartitionResults moveMany(
            @PathVariable String clusterId,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody Targets body,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        Map<TopicPartition, Optional<List<Integer>>> targets = new LinkedHashMap<>();
        for (NamedTarget each : required(body.data())) {
            TopicPartition tp = named(each);
            Optional<List<Integer>> target =
                    Optional.ofNullable(each.replicas()).map(ReassignmentResource::ids);
            if (targets.put(tp, target) != null) {
                throw V3Exception.badRequest(
                        "partition " + tp.partition() + " of '" + tp.topic() + "' is given twice");
            }
        }
        MovePartitions change =
                new MovePartitions(
                        targets,
                        !Boolean.FALSE.equals(body.mayChangeFactor()),
                        validateOnly || Boolean.TRUE.equals(body.validateOnly()));
        return PartitionResults.of(targets.keySet(), changes.apply(change, Caller.of(request)));
    }

    @PostMapping(path = "/-/partitions:elect-leaders", consumes = MediaType.APPLICATION_JSON_VALUE)
    PartitionResults elect(
            @PathVariable String clusterId,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody ElectRequest body,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        boolean isUnclean =
                switch (String.valueOf(body.electionType())) {
                    case "unclean" -> true;
                    case "preferred" -> false;
                    default ->
                            throw V3Exception.badRequest(
                                    "'election_type' must be preferred or unclean");
                };
        List<TopicPartition> partitions = new ArrayList<>();
        if (body.data() != null) {
            for (NamedTarget each : required(body.data())) {
                partitions.add(named(each));
            }
        }
        ElectLeaders change =
                new ElectLeaders(
                        partitions,
                        isUnclean,
                        validateOnly || Boolean.TRUE.equals(body.validateOnly()));
        return PartitionResults.of(partitions, changes.apply(change, Caller.of(request)));
    }

    private PartitionResults one(
            TopicPartition tp,
            Optional<List<Integer>> target,
            boolean validateOnly,
            HttpServletRequest request) {
        Outcome.Done done =
                changes.apply(
                        new MovePartitions(Map.of(tp, target), true, validateOnly),
                        Caller.of(request));
        Outcome.Refused refusal = done.refusals().get(tp);
        if (refusal != null) {
            throw V3Exception.of(refusal.code(), refusal.message());
        }
        return PartitionResults.of(List.of(tp), done);
    }

    private static Stream<ReassignmentView> moves(
            V3Links links,
            TopicImage topic,
            Optional<Map<TopicPartition, MoveProgress.Bytes>> known) {
        return topic.moves().keySet().stream()
                .sorted()
                .flatMap(partition -> ReassignmentView.of(links, topic, partition, known).stream());
    }

    private static List<NamedTarget> required(@Nullable List<@Nullable NamedTarget> data) {
        if (data == null || data.isEmpty() || data.size() > PARTITION_COUNT_MAX) {
            throw V3Exception.invalidPayload(
                    "'data' must name 1 to " + PARTITION_COUNT_MAX + " partitions");
        }
        List<NamedTarget> targets = new ArrayList<>();
        for (NamedTarget each : data) {
            if (each == null) {
                throw V3Exception.badRequest("'data' holds a null");
            }
            targets.add(each);
        }
        return targets;
    }

    private static TopicPartition named(NamedTarget target) {
        if (target.topicName() == null || target.partitionId() == null) {
            throw V3Exception.invalidPayload("'topic_name' or 'partition_id' is missing");
        }
        return named(target.topicName(), target.partitionId());
    }

    private static TopicPartition named(String topic, int partition) {
        if (partition < 0) {
            throw V3Exception.notFound("topic '" + topic + "' has no partition " + partition);
        }
        return new TopicPartition(topic, partition);
    }

    private static List<Integer> ids(List<@Nullable Integer> replicas) {
        List<Integer> ids = new ArrayList<>();
        for (Integer id : replicas) {
            if (id == null) {
                throw V3Exception.badRequest("'replicas' holds a null");
            }
            ids.add(id);
        }
        return ids;
    }
}
