package io.headrace.standalone;

import io.headrace.standalone.SideBySide.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/** Moves and elections of leaders, as far as one broker has something to move or to elect. */
final class MoveQuestions {

    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private MoveQuestions() {}

    static void ask(SideBySide both) throws IOException {
        moves(both);
        listed(both);
        elections(both);
    }

    private static void moves(SideBySide both) throws IOException {
        moved(both, "to where it is", topic("one", to(0, 1)));
        moved(both, "to nobody", topic("one", to(0, 99)));
        moved(both, "to one twice", topic("one", to(0, 1, 1)));
        moved(both, "to none", topic("one", to(0)));
        moved(both, "to a negative broker", topic("one", to(0, -1)));
        moved(both, "given up, but it does not move", topic("one", givenUp(0)));
        moved(both, "no such topic", topic("absent", to(0, 1)));
        moved(both, "given up, no such topic", topic("absent", givenUp(0)));
        moved(both, "no such partition", topic("one", to(9, 1)));
        moved(both, "a negative partition beside another", topic("one", to(-1, 1), to(0, 1)));
        moved(both, "no partition", topic("one"));
        moved(both, "no topic");
        moved(both, "the same twice", topic("one", to(0, 1), to(0, 99)));
        moved(
                both,
                "many, of which some cannot",
                topic("three", to(2, 1), to(0, 99), givenUp(1)),
                topic("absent", to(0, 1)),
                topic("one", to(0, 1)));
        both.ask(
                "another factor, which is forbidden",
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                1,
                side ->
                        request(topic("three", to(0), to(1, 1)))
                                .setAllowReplicationFactorChange(false));
    }

    private static void moved(SideBySide both, String name, ReassignableTopic... topics)
            throws IOException {
        both.askAll(name, ApiKeys.ALTER_PARTITION_REASSIGNMENTS, side -> request(topics));
    }

    private static AlterPartitionReassignmentsRequestData request(ReassignableTopic... topics) {
        return new AlterPartitionReassignmentsRequestData()
                .setTopics(List.of(topics))
                .setTimeoutMs(30_000);
    }

    private static ReassignableTopic topic(String name, ReassignablePartition... partitions) {
        return new ReassignableTopic().setName(name).setPartitions(List.of(partitions));
    }

    private static ReassignablePartition to(int partition, Integer... brokers) {
        return new ReassignablePartition()
                .setPartitionIndex(partition)
                .setReplicas(List.of(brokers));
    }

    private static ReassignablePartition givenUp(int partition) {
        return new ReassignablePartition().setPartitionIndex(partition).setReplicas(null);
    }

    private static void listed(SideBySide both) throws IOException {
        listed(both, "all", null);
        listed(both, "none", List.of());
        listed(both, "of a topic", List.of(wanted("one", 0, 9)));
        listed(both, "of no such topic", List.of(wanted("absent", 0)));
    }

    private static void listed(
            SideBySide both, String name, @Nullable List<ListPartitionReassignmentsTopics> topics)
            throws IOException {
        both.askAll(
                name,
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                side -> new ListPartitionReassignmentsRequestData().setTopics(topics));
    }

    private static ListPartitionReassignmentsTopics wanted(String name, Integer... partitions) {
        return new ListPartitionReassignmentsTopics()
                .setName(name)
                .setPartitionIndexes(List.of(partitions));
    }

    private static void elections(SideBySide both) throws IOException {
        for (byte type : new byte[] {PREFERRED, UNCLEAN, 7}) {
            String of = ", type " + type;
            elected(both, "of one" + of, type, side -> partitions("one", 0));
            elected(both, "of many" + of, type, side -> partitions("three", 2, 0, 1));
            elected(both, "of no such topic" + of, type, side -> partitions("absent", 0));
            elected(both, "of no such partition" + of, type, side -> partitions("one", 9, 0));
            elected(both, "of a negative one" + of, type, side -> partitions("one", -1, 0));
            elected(both, "of no partition" + of, type, side -> partitions("one"));
            elected(
                    both,
                    "of none" + of,
                    type,
                    side -> new ElectLeadersRequestData.TopicPartitionsCollection());
            elected(both, "of all" + of, type, side -> null);
        }
        elected(
                both,
                "of topics in no order",
                PREFERRED,
                side -> {
                    var topics = partitions("three", 0);
                    topics.addAll(partitions("one", 0).stream().map(t -> t.duplicate()).toList());
                    topics.addAll(
                            partitions("absent", 0).stream().map(t -> t.duplicate()).toList());
                    return topics;
                });
    }

    private static void elected(
            SideBySide both,
            String name,
            byte type,
            Function<Side, ElectLeadersRequestData.@Nullable TopicPartitionsCollection> partitions)
            throws IOException {
        int first = type == PREFERRED ? 0 : 1;
        for (int version = first; version <= 2; version++) {
            both.ask(
                    name,
                    ApiKeys.ELECT_LEADERS,
                    version,
                    side -> elect(type, partitions.apply(side)),
                    ElectLeadersResponseData.class,
                    (side, answer) -> comparable(answer));
        }
    }

    private static ApiMessage elect(
            byte type, ElectLeadersRequestData.@Nullable TopicPartitionsCollection partitions) {
        return new ElectLeadersRequestData()
                .setElectionType(type)
                .setTopicPartitions(partitions)
                .setTimeoutMs(30_000);
    }

    private static ElectLeadersRequestData.TopicPartitionsCollection partitions(
            String topic, Integer... partitions) {
        var topics = new ElectLeadersRequestData.TopicPartitionsCollection();
        topics.add(
                new ElectLeadersRequestData.TopicPartitions()
                        .setTopic(topic)
                        .setPartitions(Arrays.asList(partitions)));
        return topics;
    }

    /** Topics of which nothing is said say nothing, and each side has other ones. */
    private static void comparable(ElectLeadersResponseData answer) {
        List<ReplicaElectionResult> results = new ArrayList<>(answer.replicaElectionResults());
        results.removeIf(topic -> topic.partitionResult().isEmpty());
        results.sort(Comparator.comparing(ReplicaElectionResult::topic));
        answer.setReplicaElectionResults(results);
    }
}
