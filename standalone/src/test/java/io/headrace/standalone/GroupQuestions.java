package io.headrace.standalone;

import io.headrace.standalone.SideBySide.Side;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** Groups: joined, synced, left, their offsets, and everything that is wrong with a request. */
final class GroupQuestions {

    private static final String GROUP = "differential";

    private GroupQuestions() {}

    static void ask(SideBySide both) throws IOException {
        coordinator(both);
        unknownGroup(both);
        refusedJoins(both);
        life(both);
        staticMember(both);
    }

    /** When all groups are there. */
    static void askLast(SideBySide both) throws IOException {
        listed(both);
        deleted(both);
    }

    /** Both create the topic of the offsets when a group is first looked for. */
    private static void coordinator(SideBySide both) throws IOException {
        for (Side side : List.of(both.ours(), both.theirs())) {
            for (String group : List.of(GROUP, "nobody", "", "j", "static", "plain")) {
                awaitLoaded(side, group);
            }
        }
        for (int version = 0; version <= 3; version++) {
            both.ask("of a group", ApiKeys.FIND_COORDINATOR, version, side -> coordinatorOf(GROUP));
            both.ask("of ''", ApiKeys.FIND_COORDINATOR, version, side -> coordinatorOf(""));
        }
        both.askFrom(4, "of groups", ApiKeys.FIND_COORDINATOR, side -> coordinators(0, GROUP, "b"));
        both.askFrom(4, "of an empty one", ApiKeys.FIND_COORDINATOR, side -> coordinators(0, ""));
        both.askFrom(4, "of no groups", ApiKeys.FIND_COORDINATOR, side -> coordinators(0));
        both.askFrom(4, "of no such kind", ApiKeys.FIND_COORDINATOR, side -> coordinators(9, "x"));
    }

    private static void awaitLoaded(Side side, String group) throws IOException {
        long deadlineNs = System.nanoTime() + 60_000_000_000L;
        boolean isLoaded;
        do {
            side.wire(0).send(ApiKeys.FIND_COORDINATOR, (short) 3, coordinatorOf(GROUP));
            side.wire(0).receive(ApiKeys.FIND_COORDINATOR, (short) 3);
            side.wire(0).send(ApiKeys.DESCRIBE_GROUPS, (short) 5, described(group));
            DescribeGroupsResponseData described =
                    (DescribeGroupsResponseData)
                            side.wire(0).receive(ApiKeys.DESCRIBE_GROUPS, (short) 5);
            Errors error = Errors.forCode(described.groups().getFirst().errorCode());
            isLoaded =
                    error != Errors.NOT_COORDINATOR
                            && error != Errors.COORDINATOR_NOT_AVAILABLE
                            && error != Errors.COORDINATOR_LOAD_IN_PROGRESS;
        } while (!isLoaded && System.nanoTime() < deadlineNs);
    }

    private static FindCoordinatorRequestData coordinatorOf(String group) {
        return new FindCoordinatorRequestData().setKey(group);
    }

    private static FindCoordinatorRequestData coordinators(int type, String... keys) {
        return new FindCoordinatorRequestData()
                .setKeyType((byte) type)
                .setCoordinatorKeys(List.of(keys));
    }

    private static void unknownGroup(SideBySide both) throws IOException {
        for (String group : List.of("nobody", "")) {
            String name = "group '" + group + "'";
            both.askAll(name, ApiKeys.HEARTBEAT, side -> heartbeat(group, 1, "m"));
            both.askAll(name, ApiKeys.SYNC_GROUP, side -> sync(group, 1, "m", true));
            leaving(both, name, side -> "m", group);
            both.askAll(name, ApiKeys.DESCRIBE_GROUPS, side -> described(group));
            both.askAll(name, ApiKeys.DELETE_GROUPS, side -> deletion(group));
            both.askAll(
                    name,
                    ApiKeys.OFFSET_DELETE,
                    side -> OffsetQuestions.offsetDeletion(group, "one"));
            OffsetQuestions.fetchedOffsets(both, name, group, "one");
        }
    }

    private static void refusedJoins(SideBySide both) throws IOException {
        both.askAll(
                "a short session", ApiKeys.JOIN_GROUP, side -> join("j").setSessionTimeoutMs(1));
        both.askAll(
                "a long session",
                ApiKeys.JOIN_GROUP,
                side -> join("j").setSessionTimeoutMs(100_000_000));
        both.askAll("no group", ApiKeys.JOIN_GROUP, side -> join(""));
        both.askAll("an unknown member", ApiKeys.JOIN_GROUP, side -> join("j").setMemberId("m"));
        both.askAll("no protocol type", ApiKeys.JOIN_GROUP, side -> join("j").setProtocolType(""));
        both.askAll(
                "no protocols",
                ApiKeys.JOIN_GROUP,
                side ->
                        join("j")
                                .setProtocols(
                                        new JoinGroupRequestData
                                                .JoinGroupRequestProtocolCollection()));
    }

    private static JoinGroupRequestData join(String group) {
        JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols =
                new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        protocols.add(
                new JoinGroupRequestData.JoinGroupRequestProtocol()
                        .setName("range")
                        .setMetadata("meta".getBytes(StandardCharsets.UTF_8)));
        return new JoinGroupRequestData()
                .setGroupId(group)
                .setSessionTimeoutMs(30_000)
                .setRebalanceTimeoutMs(30_000)
                .setProtocolType("consumer")
                .setProtocols(protocols);
    }

    private static String member(Side side) {
        return side.value("member", String.class);
    }

    private static void joined(Side side, JoinGroupResponseData answer) {
        if (!answer.memberId().isEmpty()) {
            side.name("member", answer.memberId());
        }
    }

    /** Kafka tells a member its id before everybody can see the group. */
    private static void awaitGroup(Side side) throws IOException {
        long deadlineNs = System.nanoTime() + 30_000_000_000L;
        String state;
        do {
            side.wire(0).send(ApiKeys.DESCRIBE_GROUPS, (short) 0, described(GROUP));
            state =
                    ((DescribeGroupsResponseData)
                                    side.wire(0).receive(ApiKeys.DESCRIBE_GROUPS, (short) 0))
                            .groups()
                            .getFirst()
                            .groupState();
        } while (state.equals("Dead") && System.nanoTime() < deadlineNs);
    }

    /** One member from its first call to its last. */
    private static void life(SideBySide both) throws IOException {
        both.ask(
                "asks for an id",
                ApiKeys.JOIN_GROUP,
                9,
                side -> join(GROUP),
                JoinGroupResponseData.class,
                GroupQuestions::joined);
        for (Side side : List.of(both.ours(), both.theirs())) {
            awaitGroup(side);
        }
        both.askAll("before the join ends", ApiKeys.DESCRIBE_GROUPS, side -> described(GROUP));
        both.ask(
                "joins",
                ApiKeys.JOIN_GROUP,
                9,
                side -> join(GROUP).setMemberId(member(side)),
                JoinGroupResponseData.class,
                GroupQuestions::joined);
        both.askAll("before the sync", ApiKeys.DESCRIBE_GROUPS, side -> described(GROUP));
        both.askAll(
                "before the sync", ApiKeys.HEARTBEAT, side -> heartbeat(GROUP, 1, member(side)));
        OffsetQuestions.commits(
                both,
                "before the sync",
                side -> OffsetQuestions.committed(GROUP, 1, member(side), "one", 0, ""));
        both.askAll(
                "a wrong generation",
                ApiKeys.SYNC_GROUP,
                side -> sync(GROUP, 9, member(side), true));
        both.askAll("an unknown member", ApiKeys.SYNC_GROUP, side -> sync(GROUP, 1, "m", true));
        both.ask(
                "another protocol type",
                ApiKeys.SYNC_GROUP,
                5,
                side -> sync(GROUP, 1, member(side), true).setProtocolType("connect"));
        both.ask(
                "another protocol",
                ApiKeys.SYNC_GROUP,
                5,
                side -> sync(GROUP, 1, member(side), true).setProtocolName("sticky"));
        both.askAll("the leader", ApiKeys.SYNC_GROUP, side -> sync(GROUP, 1, member(side), true));
        both.askAll("again", ApiKeys.SYNC_GROUP, side -> sync(GROUP, 1, member(side), false));
        both.askAll("stable", ApiKeys.DESCRIBE_GROUPS, side -> described(GROUP));
        both.askAll("good", ApiKeys.HEARTBEAT, side -> heartbeat(GROUP, 1, member(side)));
        both.askAll(
                "a later generation", ApiKeys.HEARTBEAT, side -> heartbeat(GROUP, 2, member(side)));
        both.askAll("an earlier one", ApiKeys.HEARTBEAT, side -> heartbeat(GROUP, 0, member(side)));
        both.askAll("an unknown member", ApiKeys.HEARTBEAT, side -> heartbeat(GROUP, 1, "m"));
        both.askAll(
                "an inconsistent protocol type",
                ApiKeys.JOIN_GROUP,
                side -> join(GROUP).setProtocolType("connect"));
        both.askAll(
                "an inconsistent protocol",
                ApiKeys.JOIN_GROUP,
                side -> {
                    JoinGroupRequestData request = join(GROUP);
                    request.protocols().iterator().next().setName("other");
                    return request;
                });
        OffsetQuestions.commits(
                both,
                "good",
                side -> OffsetQuestions.committed(GROUP, 1, member(side), "one", 3, "note"));
        OffsetQuestions.commits(
                both,
                "a wrong generation",
                side -> OffsetQuestions.committed(GROUP, 7, member(side), "one", 4, ""));
        OffsetQuestions.commits(
                both,
                "an unknown member",
                side -> OffsetQuestions.committed(GROUP, 1, "m", "one", 4, ""));
        OffsetQuestions.commits(
                both,
                "from outside",
                side -> OffsetQuestions.committed(GROUP, -1, "", "one", 4, ""));
        both.askAll("with a member", ApiKeys.DELETE_GROUPS, side -> deletion(GROUP));
        both.askAll(
                "subscribed",
                ApiKeys.OFFSET_DELETE,
                side -> OffsetQuestions.offsetDeletion(GROUP, "one"));
        leaving(both, "an unknown member", side -> "m", GROUP);
        leaving(both, "its member", GroupQuestions::member, GROUP);
        both.askAll("empty", ApiKeys.DESCRIBE_GROUPS, side -> described(GROUP));
    }

    private static SyncGroupRequestData sync(
            String group, int generation, String member, boolean isLeader) {
        SyncGroupRequestData request =
                new SyncGroupRequestData()
                        .setGroupId(group)
                        .setGenerationId(generation)
                        .setMemberId(member)
                        .setProtocolType("consumer")
                        .setProtocolName("range");
        if (isLeader) {
            request.setAssignments(
                    List.of(
                            new SyncGroupRequestData.SyncGroupRequestAssignment()
                                    .setMemberId(member)
                                    .setAssignment("plan".getBytes(StandardCharsets.UTF_8))));
        }
        return request;
    }

    private static HeartbeatRequestData heartbeat(String group, int generation, String member) {
        return new HeartbeatRequestData()
                .setGroupId(group)
                .setGenerationId(generation)
                .setMemberId(member);
    }

    private static void leaving(
            SideBySide both, String name, Function<Side, String> member, String group)
            throws IOException {
        for (int version = 0; version <= 2; version++) {
            both.ask(
                    name,
                    ApiKeys.LEAVE_GROUP,
                    version,
                    side ->
                            new LeaveGroupRequestData()
                                    .setGroupId(group)
                                    .setMemberId(member.apply(side)));
        }
        both.askFrom(
                3,
                name,
                ApiKeys.LEAVE_GROUP,
                side ->
                        new LeaveGroupRequestData()
                                .setGroupId(group)
                                .setMembers(
                                        List.of(
                                                new LeaveGroupRequestData.MemberIdentity()
                                                        .setMemberId(member.apply(side)))));
    }

    private static void staticMember(SideBySide both) throws IOException {
        both.ask(
                "a static member",
                ApiKeys.JOIN_GROUP,
                9,
                side -> join("static").setGroupInstanceId("first"),
                JoinGroupResponseData.class,
                GroupQuestions::joined);
        both.ask(
                "of a static member",
                ApiKeys.SYNC_GROUP,
                5,
                side -> sync("static", 1, member(side), true).setGroupInstanceId("first"));
        both.ask(
                "restarted",
                ApiKeys.JOIN_GROUP,
                9,
                side -> join("static").setGroupInstanceId("first"),
                JoinGroupResponseData.class,
                (side, answer) -> {
                    side.name("fenced member", member(side));
                    joined(side, answer);
                });
        both.askFrom(
                3,
                "the one before",
                ApiKeys.HEARTBEAT,
                side ->
                        heartbeat("static", 1, side.value("fenced member", String.class))
                                .setGroupInstanceId("first"));
        both.askFrom(
                3,
                "the new one",
                ApiKeys.HEARTBEAT,
                side -> heartbeat("static", 1, member(side)).setGroupInstanceId("first"));
        both.askFrom(
                3,
                "another instance",
                ApiKeys.HEARTBEAT,
                side -> heartbeat("static", 1, member(side)).setGroupInstanceId("second"));
        both.askFrom(4, "static", ApiKeys.DESCRIBE_GROUPS, side -> described("static"));
        for (String instance : List.of("second", "first")) {
            both.ask(
                    "instance " + instance,
                    ApiKeys.LEAVE_GROUP,
                    5,
                    side ->
                            new LeaveGroupRequestData()
                                    .setGroupId("static")
                                    .setMembers(
                                            List.of(
                                                    new LeaveGroupRequestData.MemberIdentity()
                                                            .setGroupInstanceId(instance))));
        }
    }

    // ---- lists

    private static void listed(SideBySide both) throws IOException {
        for (String state : List.of("Empty", "empty", "Stable", "Gone")) {
            for (int version = 4; version <= 5; version++) {
                both.ask(
                        "in state " + state,
                        ApiKeys.LIST_GROUPS,
                        version,
                        side -> new ListGroupsRequestData().setStatesFilter(List.of(state)),
                        ListGroupsResponseData.class,
                        GroupQuestions::sorted);
            }
        }
        for (String type : List.of("classic", "consumer", "other")) {
            both.ask(
                    "of type " + type,
                    ApiKeys.LIST_GROUPS,
                    5,
                    side -> new ListGroupsRequestData().setTypesFilter(List.of(type)),
                    ListGroupsResponseData.class,
                    GroupQuestions::sorted);
        }
    }

    /** A list of groups has no order. */
    private static void sorted(Side side, ListGroupsResponseData answer) {
        List<ListGroupsResponseData.ListedGroup> groups = new ArrayList<>(answer.groups());
        groups.sort(Comparator.comparing(ListGroupsResponseData.ListedGroup::groupId));
        answer.setGroups(groups);
    }

    private static void deleted(SideBySide both) throws IOException {
        both.ask("empty", ApiKeys.DELETE_GROUPS, 2, side -> deletion("static"));
        both.ask("deleted before", ApiKeys.DELETE_GROUPS, 2, side -> deletion("static"));
        both.askAll("after deletion", ApiKeys.DESCRIBE_GROUPS, side -> described("static"));
    }

    static DescribeGroupsRequestData described(String group) {
        return new DescribeGroupsRequestData().setGroups(List.of(group));
    }

    private static ApiMessage deletion(String group) {
        return new DeleteGroupsRequestData().setGroupsNames(List.of(group));
    }
}
