package io.headrace.broker.cluster;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.cluster.TestImage;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Images of topics alone. */
final class TestImages {

    private TestImages() {}

    static ClusterImage of(
            long version, List<TopicImage> topics, Map<TopicId, DeletedTopic> deleted) {
        return TestImage.empty().version(version).topics(topics).deleted(deleted).image();
    }

    static TopicImage topic(
            String name, TopicId id, List<List<Integer>> assignments, PartitionState state) {
        return new TopicImage(
                name, id, Map.of(), assignments, Collections.nCopies(assignments.size(), state));
    }
}
