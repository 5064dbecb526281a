package io.headrace.admin.kafka;

import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Optional;

/**
 * A live member of a group.
 *
 * @param assignment what it was assigned, by topic and partition
 */
public record GroupMember(
        String id,
        Optional<String> instanceId,
        String clientId,
        String host,
        List<TopicPartition> assignment) {

    public GroupMember {
        assignment = List.copyOf(assignment);
    }
}
