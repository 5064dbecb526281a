package io.headrace.admin.kafka;

import java.util.List;
import java.util.OptionalInt;

/**
 * A consumer group as its coordinator describes it.
 *
 * @param isSimple whether it only commits, without members that Kafka assigns to
 * @param assignor empty while there is none
 * @param state Kafka's name, for example {@code STABLE}
 * @param type Kafka's name, for example {@code CLASSIC}
 * @param coordinator id of the broker
 */
public record GroupDescription(
        String id,
        boolean isSimple,
        String assignor,
        String state,
        String type,
        OptionalInt coordinator,
        List<GroupMember> members) {

    public GroupDescription {
        members = List.copyOf(members);
    }
}
