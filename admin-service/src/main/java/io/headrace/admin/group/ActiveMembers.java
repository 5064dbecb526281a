package io.headrace.admin.group;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.kafka.GroupDescription;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.NavigableSet;
import java.util.stream.Collectors;

/** Refuses what must not happen under the feet of a group's members, and says who they are. */
final class ActiveMembers {

    private static final int MEMBER_COUNT_SHOWN = 10;

    private ActiveMembers() {}

    static void refuseAny(GroupDescription group) {
        if (group.members().isEmpty()) {
            return;
        }
        throw V3Exception.of(
                ErrorCode.NON_EMPTY_GROUP,
                "group '"
                        + group.id()
                        + "' is in use ("
                        + group.state()
                        + ") by "
                        + members(group)
                        + "; stop them first");
    }

    private static String members(GroupDescription group) {
        int hidden = group.members().size() - MEMBER_COUNT_SHOWN;
        return group.members().stream()
                        .limit(MEMBER_COUNT_SHOWN)
                        .map(member -> member.id() + " at " + member.host())
                        .collect(Collectors.joining(", "))
                + (hidden > 0 ? " and " + hidden + " more" : "");
    }

    /** Lets members be that read something else. */
    static void refuseReadersOf(GroupDescription group, NavigableSet<TopicPartition> partitions) {
        group.members()
                .forEach(
                        member ->
                                member.assignment().stream()
                                        .filter(partitions::contains)
                                        .findFirst()
                                        .ifPresent(
                                                p -> {
                                                    throw V3Exception.of(
                                                            ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
                                                            member.id()
                                                                    + " at "
                                                                    + member.host()
                                                                    + " reads "
                                                                    + p
                                                                    + "; stop it first");
                                                }));
    }
}
