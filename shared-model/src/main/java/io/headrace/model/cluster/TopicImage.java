package io.headrace.model.cluster;

import io.headrace.model.topic.TopicId;
import java.util.List;
import java.util.Map;

/**
 * A topic: what was asked for (id, assignment, moves, config) and what is (partition states).
 *
 * @param config only the settings that were set on the topic, by Kafka's names
 * @param assignments broker ids per partition, preferred leader first; index = partition; while the
 *     partition moves, the target first and then the replicas that are to go
 * @param moves by partition; only of those that move
 * @param states index = partition; as long as {@code assignments}
 */
public record TopicImage(
        String name,
        TopicId id,
        Map<String, String> config,
        List<List<Integer>> assignments,
        Map<Integer, Move> moves,
        List<PartitionState> states) {

    public TopicImage {
        config = Map.copyOf(config);
        assignments = assignments.stream().map(List::copyOf).toList();
        moves = Map.copyOf(moves);
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

    /** A topic of which nothing moves. */
    public TopicImage(
            String name,
            TopicId id,
            Map<String, String> config,
            List<List<Integer>> assignments,
            List<PartitionState> states) {
        this(name, id, config, assignments, Map.of(), states);
    }

    public int partitionCount() {
        return assignments.size();
    }

    /** How many replicas the partitions are to have, moves being done. */
    public int replicationFactor() {
        return assignments.isEmpty() ? 0 : target(0).size();
    }

    /** Whether the partition is on its way to the broker. */
    public boolean isMovingTo(int partition, int brokerId) {
        Move move = moves.get(partition);
        return move != null && move.adding().contains(brokerId);
    }

    /** Where the partition is to be in the end: its assignment, without replicas that are to go. */
    public List<Integer> target(int partition) {
        Move move = moves.get(partition);
        List<Integer> assignment = assignments.get(partition);
        return move == null
                ? assignment
                : assignment.stream().filter(id -> !move.removing().contains(id)).toList();
    }
}
