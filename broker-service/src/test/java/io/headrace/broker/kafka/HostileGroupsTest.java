package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.broker.RunningBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Members that are too many, too large, or somebody else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileGroupsTest {

    private static final int MEMBERS_MAX = 500;
    private static final int JOINS = 100_000;
    private static final int PIPELINED = 1_000;
    private static final Duration POLL = Duration.ofMillis(100);

    private RunningBroker broker;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker =
                RunningBroker.start(
                        temp,
                        "--headrace.broker.groups.initial-rebalance-delay=100ms",
                        "--headrace.broker.groups.members-max=" + MEMBERS_MAX);
        broker.createTopic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
        broker.createTopic("read", 1, Map.of());
    }

    @AfterAll
    void stop() throws Exception {
        broker.close();
    }

    private static JoinGroupRequestData join(String group, byte[] metadata) {
        var protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(metadata));
        return new JoinGroupRequestData()
                .setGroupId(group)
                .setSessionTimeoutMs(60_000)
                .setRebalanceTimeoutMs(60_000)
                .setProtocolType("consumer")
                .setProtocols(protocols);
    }

    private KafkaConsumer<String, String> consumer(String group, Map<String, Object> more)
            throws Exception {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", broker.bootstrap());
        config.put("group.id", group);
        config.put("enable.auto.commit", "false");
        config.put("heartbeat.interval.ms", "200");
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    @Test
    void of_a_hundred_thousand_that_ask_to_join_a_group_it_takes_its_maximum() throws Exception {
        Map<Errors, Integer> answers = new EnumMap<>(Errors.class);
        List<String> given = new ArrayList<>();
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            for (int round = 0; round < JOINS / PIPELINED; round++) {
                for (int i = 0; i < PIPELINED; i++) {
                    socket.send(ApiKeys.JOIN_GROUP, 5, join("crowded", new byte[0]));
                }
                for (int i = 0; i < PIPELINED; i++) {
                    var answer = (JoinGroupResponseData) socket.receive(ApiKeys.JOIN_GROUP, 5);
                    answers.merge(Errors.forCode(answer.errorCode()), 1, Integer::sum);
                    if (!answer.memberId().isEmpty()) {
                        given.add(answer.memberId());
                    }
                }
            }
            assertThat(answers)
                    .containsEntry(Errors.MEMBER_ID_REQUIRED, MEMBERS_MAX)
                    .containsEntry(Errors.GROUP_MAX_SIZE_REACHED, JOINS - MEMBERS_MAX);
            try (KafkaConsumer<String, String> more = consumer("crowded", Map.of())) {
                more.subscribe(List.of("read"));
                assertThatThrownBy(() -> pollUntilAssigned(more))
                        .isInstanceOf(GroupMaxSizeReachedException.class);
            }
            leave(socket, given);
        }
        try (KafkaConsumer<String, String> next = consumer("crowded", Map.of())) {
            next.subscribe(List.of("read"));
            pollUntilAssigned(next);
            assertThat(next.assignment()).hasSize(1);
        }
    }

    /** Ids that were not used yet can be given back, and there is room again. */
    private static void leave(RawSocket socket, List<String> members) throws Exception {
        socket.send(
                ApiKeys.LEAVE_GROUP,
                3,
                new LeaveGroupRequestData()
                        .setGroupId("crowded")
                        .setMembers(
                                members.stream()
                                        .map(id -> new MemberIdentity().setMemberId(id))
                                        .toList()));
        var left = (LeaveGroupResponseData) socket.receive(ApiKeys.LEAVE_GROUP, 3);
        assertThat(left.members()).allMatch(member -> member.errorCode() == 0);
    }

    private static void pollUntilAssigned(KafkaConsumer<String, String> consumer) {
        long start = System.nanoTime();
        while (consumer.assignment().isEmpty()
                && System.nanoTime() - start < Duration.ofSeconds(30).toNanos()) {
            consumer.poll(POLL);
        }
    }

    @Test
    void subscriptions_larger_than_a_group_can_hold_are_refused() throws Exception {
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(ApiKeys.JOIN_GROUP, 5, join("heavy", new byte[40 << 20]));
            var answer = (JoinGroupResponseData) socket.receive(ApiKeys.JOIN_GROUP, 5);
            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.GROUP_MAX_SIZE_REACHED);
        }
    }

    @Test
    void assignments_of_a_hostile_leader_are_passed_on_unread_and_too_large_ones_refused()
            throws Exception {
        Random random = new Random(5);
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            for (int i = 0; i < 100; i++) {
                byte[] garbage = new byte[random.nextInt(2_000)];
                random.nextBytes(garbage);
                assertThat(lead(socket, "garbage-" + i, garbage)).isEqualTo(garbage);
                assertThat(described(socket, "garbage-" + i)).isEqualTo(garbage);
            }
            var refused = synced(socket, "too-large", new byte[40 << 20]);
            assertThat(Errors.forCode(refused.errorCode())).isNotEqualTo(Errors.NONE);
        }
        for (String group : List.of("garbage-0", "too-large")) {
            try (KafkaConsumer<String, String> next = consumer(group + "-next", Map.of())) {
                next.subscribe(List.of("read"));
                pollUntilAssigned(next);
                assertThat(next.assignment()).hasSize(1);
            }
        }
    }

    /** The only member of a group assigns itself the bytes; what the broker then gives it. */
    private static byte[] lead(RawSocket socket, String group, byte[] assignment) throws Exception {
        var synced = synced(socket, group, assignment);
        assertThat(Errors.forCode(synced.errorCode())).isEqualTo(Errors.NONE);
        return synced.assignment();
    }

    private static SyncGroupResponseData synced(RawSocket socket, String group, byte[] assignment)
            throws Exception {
        socket.send(ApiKeys.JOIN_GROUP, 5, join(group, new byte[0]));
        var first = (JoinGroupResponseData) socket.receive(ApiKeys.JOIN_GROUP, 5);
        socket.send(ApiKeys.JOIN_GROUP, 5, join(group, new byte[0]).setMemberId(first.memberId()));
        var joined = (JoinGroupResponseData) socket.receive(ApiKeys.JOIN_GROUP, 5);
        assertThat(joined.leader()).isEqualTo(joined.memberId());
        socket.send(
                ApiKeys.SYNC_GROUP,
                3,
                new SyncGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(joined.memberId())
                        .setGenerationId(joined.generationId())
                        .setAssignments(
                                List.of(
                                        new SyncGroupRequestAssignment()
                                                .setMemberId(joined.memberId())
                                                .setAssignment(assignment))));
        return (SyncGroupResponseData) socket.receive(ApiKeys.SYNC_GROUP, 3);
    }

    private static byte[] described(RawSocket socket, String group) throws Exception {
        socket.send(
                ApiKeys.DESCRIBE_GROUPS,
                4,
                new DescribeGroupsRequestData().setGroups(List.of(group)));
        var answer = (DescribeGroupsResponseData) socket.receive(ApiKeys.DESCRIBE_GROUPS, 4);
        return answer.groups().getFirst().members().getFirst().memberAssignment();
    }

    @Test
    void who_comes_with_a_static_id_fences_the_one_that_has_it_and_its_commits_are_refused()
            throws Exception {
        TopicPartition partition = new TopicPartition("read", 0);
        Map<String, Object> identity = Map.of("group.instance.id", "the-one");
        try (KafkaConsumer<String, String> older = consumer("static", identity)) {
            older.subscribe(List.of("read"));
            pollUntilAssigned(older);
            older.commitSync(Map.of(partition, new OffsetAndMetadata(0, "older")));
            String olderId = older.groupMetadata().memberId();
            int generation = older.groupMetadata().generationId();
            try (KafkaConsumer<String, String> newer = consumer("static", identity)) {
                newer.subscribe(List.of("read"));
                pollUntilAssigned(newer);
                assertThat(newer.assignment()).containsExactly(partition);
                newer.commitSync(Map.of(partition, new OffsetAndMetadata(0, "newer")));

                assertThatThrownBy(
                                () ->
                                        older.commitSync(
                                                Map.of(
                                                        partition,
                                                        new OffsetAndMetadata(0, "late"))))
                        .isInstanceOfAny( // the second when its heartbeat heard of it first
                                FencedInstanceIdException.class, CommitFailedException.class);
                assertFenced(olderId, generation);
                assertThat(newer.committed(Set.of(partition)).get(partition).metadata())
                        .isEqualTo("newer");
                newer.commitSync(Map.of(partition, new OffsetAndMetadata(0, "still newer")));
            }
        }
    }

    /** Also for one that knows nothing of being fenced and goes on by hand. */
    private void assertFenced(String memberId, int generation) throws Exception {
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(
                    ApiKeys.HEARTBEAT,
                    3,
                    new HeartbeatRequestData()
                            .setGroupId("static")
                            .setGroupInstanceId("the-one")
                            .setMemberId(memberId)
                            .setGenerationId(generation));
            var heard = (HeartbeatResponseData) socket.receive(ApiKeys.HEARTBEAT, 3);
            assertThat(Errors.forCode(heard.errorCode())).isEqualTo(Errors.FENCED_INSTANCE_ID);
            // Without its instance id it is somebody whom the group does not know.
            socket.send(ApiKeys.OFFSET_COMMIT, 7, commit(memberId, generation, null));
            assertThat(committed(socket)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
            socket.send(ApiKeys.OFFSET_COMMIT, 7, commit(memberId, generation, "the-one"));
            assertThat(committed(socket)).isEqualTo(Errors.FENCED_INSTANCE_ID);
        }
    }

    @SuppressWarnings("NullAway") // Kafka's setter takes null where the protocol has it.
    private static OffsetCommitRequestData commit(
            String memberId, int generation, @org.jspecify.annotations.Nullable String instanceId) {
        return new OffsetCommitRequestData()
                .setGroupId("static")
                .setMemberId(memberId)
                .setGenerationIdOrMemberEpoch(generation)
                .setGroupInstanceId(instanceId)
                .setTopics(
                        List.of(
                                new OffsetCommitRequestTopic()
                                        .setName("read")
                                        .setPartitions(
                                                List.of(
                                                        new OffsetCommitRequestPartition()
                                                                .setPartitionIndex(0)
                                                                .setCommittedOffset(0)
                                                                .setCommittedMetadata(
                                                                        "by hand")))));
    }

    private static Errors committed(RawSocket socket) throws Exception {
        var answer = (OffsetCommitResponseData) socket.receive(ApiKeys.OFFSET_COMMIT, 7);
        return Errors.forCode(answer.topics().getFirst().partitions().getFirst().errorCode());
    }
}
