package io.headrace.broker.cluster;

import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Images of topics alone. */
final class TestImages {

    private TestImages() {}

    static ClusterImage of(
            long version, List<TopicImage> topics, Map<TopicId, DeletedTopic> deleted) {
        return new ClusterImage(
                version,
                "test",
                1,
                Optional.empty(),
                Map.of(),
                topics.stream().collect(Collectors.toMap(TopicImage::name, Function.identity())),
                deleted,
                Map.of(),
                Map.of(),
                Admission.NONE,
                Map.of(),
                Map.of());
    }

    static TopicImage topic(
            String name, TopicId id, List<List<Integer>> assignments, PartitionState state) {
        return new TopicImage(
                name, id, Map.of(), assignments, Collections.nCopies(assignments.size(), state));
    }
}
