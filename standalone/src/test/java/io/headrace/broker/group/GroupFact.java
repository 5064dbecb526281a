package io.headrace.broker.group;

import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a record of {@code __consumer_offsets} says, for the judge of a simulation. */
public sealed interface GroupFact {

    record Committed(String groupId, TopicPartition partition, long offset, String metadata)
            implements GroupFact {}

    /**
     * @param assignments by member id; empty when the group has no members
     */
    record Generation(String groupId, int number, Map<String, ByteBuffer> assignments)
            implements GroupFact {}

    /** A tombstone, or what a simulation never has written. */
    record Other() implements GroupFact {}

    static GroupFact read(ByteBuffer key, @Nullable ByteBuffer value) {
        return switch (GroupRecords.read(key, value)) {
            case GroupRecords.StoredOffset stored -> {
                CommittedOffset offset = stored.offset();
                yield offset == null
                        ? new Other()
                        : new Committed(
                                stored.groupId(),
                                stored.partition(),
                                offset.offset(),
                                offset.metadata());
            }
            case GroupRecords.StoredGroup group -> {
                Map<String, ByteBuffer> assignments = new TreeMap<>();
                group.members().forEach(each -> assignments.put(each.id(), each.assignment));
                yield new Generation(group.groupId(), group.generation(), assignments);
            }
            case GroupRecords.DeletedGroup _, GroupRecords.Foreign _ -> new Other();
        };
    }
}
