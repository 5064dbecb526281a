package io.headrace.model.cluster;

import io.headrace.model.topic.TopicId;
import java.util.List;
import java.util.Map;

/**
 * A topic: what was asked for (id, assignment, config) and what is (partition states).
 *
 * @param config only the settings that were set on the topic, by Kafka's names
 * @param assignments broker ids per partition, preferred leader first; index = partition
 * @param states index = partition; as long as {@code assignments}
 */
public record TopicImage(
        String name,
        TopicId id,
        Map<String, String> config,
        List<List<Integer>> assignments,
        List<PartitionState> states) {

    public TopicImage {
        config = Map.copyOf(config);
        assignments = assignments.stream().map(List::copyOf).toList();
        states = List.copyOf(states);
        if (assignments.size() != states.size()) {
            throw new IllegalArgumentException(
                    name
                            + " has "
                            + assignments.size()
                            + " assignments and "
                            + states.size()
                            + " states");
        }
    }

    public int partitionCount() {
        return assignments.size();
    }

    public int replicationFactor() {
        return assignments.isEmpty() ? 0 : assignments.getFirst().size();
    }
}
