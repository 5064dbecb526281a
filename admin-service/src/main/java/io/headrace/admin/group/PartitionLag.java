package io.headrace.admin.group;

import io.headrace.admin.kafka.GroupMember;
import io.headrace.model.topic.TopicPartition;
import java.util.Optional;

/**
 * How far a group is behind in one partition.
 *
 * @param committed next record to read
 * @param logEnd high watermark
 * @param owner the member that the partition is assigned to
 */
record PartitionLag(
        TopicPartition partition, long committed, long logEnd, Optional<GroupMember> owner) {

    /** Never negative: a log may have been cut below what was committed. */
    long lag() {
        return Math.max(0, logEnd - committed);
    }
}
