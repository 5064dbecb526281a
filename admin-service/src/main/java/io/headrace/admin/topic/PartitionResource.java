package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import jakarta.servlet.http.HttpServletRequest;
import java.util.stream.IntStream;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Partitions and replicas over HTTP. */
@RestController
@RequestMapping(
        path = {"/v3/clusters/{clusterId}/topics", "/kafka/v3/clusters/{clusterId}/topics"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class PartitionResource {

    private final V3Clusters clusters;
    private final LeaderOffsets offsets;

    PartitionResource(V3Clusters clusters, LeaderOffsets offsets) {
        this.clusters = clusters;
        this.offsets = offsets;
    }

    record OffsetsView(
            String kind,
            V3Metadata metadata,
            @JsonProperty("cluster_id") String clusterId,
            @JsonProperty("topic_name") String topicName,
            @JsonProperty("partition_id") int partitionId,
            @JsonProperty("earliest_offset") long earliestOffset,
            @JsonProperty("latest_offset") long latestOffset) {}

    @GetMapping("/{topic}/partitions")
    V3List<PartitionView> list(
            @PathVariable String clusterId,
            @PathVariable String topic,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        TopicImage image = clusters.topic(topic);
        return V3List.of(
                "KafkaPartitionList",
                links.url("topics", topic, "partitions"),
                IntStream.range(0, image.partitionCount())
                        .mapToObj(p -> PartitionView.of(links, image, p))
                        .toList());
    }

    @GetMapping("/{topic}/partitions/{partition}")
    PartitionView get(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable int partition,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return PartitionView.of(links, withPartition(topic, partition), partition);
    }

    @GetMapping("/{topic}/partitions/{partition}/offset")
    OffsetsView offset(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable int partition,
            @RequestParam(name = "offset_type", defaultValue = "earliest_and_latest")
                    String offsetType,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        if (!offsetType.equals("earliest_and_latest")) {
            throw V3Exception.badRequest("'offset_type' must be earliest_and_latest");
        }
        TopicImage image = clusters.topic(topic);
        if (partition < 0 || partition >= image.partitionCount()) {
            throw V3Exception.partitionNotFound(
                    "topic '" + topic + "' has no partition " + partition);
        }
        LeaderOffsets.Range range =
                offsets.range(clusters.image(), new TopicPartition(topic, partition));
        return new OffsetsView(
                "KafkaPartitionWithOffsets",
                links.metadata(
                        links.url("topics", topic, "partitions", partition, "offset"),
                        "topic",
                        topic,
                        "partition",
                        partition),
                clusterId,
                topic,
                partition,
                range.earliest(),
                range.latest());
    }

    @GetMapping("/{topic}/partitions/{partition}/replicas")
    V3List<ReplicaView> replicas(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable int partition,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        TopicImage image = withPartition(topic, partition);
        return V3List.of(
                "KafkaReplicaList",
                links.url("topics", topic, "partitions", partition, "replicas"),
                image.assignments().get(partition).stream()
                        .map(broker -> ReplicaView.of(links, image, partition, broker))
                        .toList());
    }

    @GetMapping("/{topic}/partitions/{partition}/replicas/{broker}")
    ReplicaView replica(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable int partition,
            @PathVariable int broker,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        TopicImage image = withPartition(topic, partition);
        if (!image.assignments().get(partition).contains(broker)) {
            throw V3Exception.notFound(
                    "broker " + broker + " holds no replica of " + topic + "-" + partition);
        }
        return ReplicaView.of(links, image, partition, broker);
    }

    private TopicImage withPartition(String topic, int partition) {
        TopicImage image = clusters.topic(topic);
        if (partition < 0 || partition >= image.partitionCount()) {
            throw V3Exception.notFound("topic '" + topic + "' has no partition " + partition);
        }
        return image;
    }
}
