package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.ApiTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** All Kafka APIs of this broker. */
public final class KafkaApis {

    private KafkaApis() {}

    /**
     * @param producerIds never gives the same id twice in a cluster; may wait for ZooKeeper
     */
    public static ApiTable table(
            ApiContext context,
            ControllerClient controller,
            LongSupplier producerIds,
            BrokerSettings settings,
            GroupCoordinator groups,
            OffsetsTopicSettings offsetsTopic,
            RandomGenerator random) {
        TopicNames names = new TopicNames(context.image());
        FetchSessions sessions =
                new FetchSessions(
                        FetchSessions.Bounds.DEFAULT, () -> System.nanoTime() / 1_000_000, random);
        ApiTable[] table = new ApiTable[1];
        List<Api<?>> apis = new ArrayList<>();
        apis.add(new ApiVersionsApi(() -> table[0].keys()));
        apis.add(new MetadataApi(context, names, controller));
        apis.add(new DescribeClusterApi(context));
        apis.add(new CreateTopicsApi(context, controller));
        apis.add(new DeleteTopicsApi(context, names, controller));
        apis.add(new InitProducerIdApi(context, producerIds));
        apis.add(new ProduceApi(context, names));
        apis.add(new FetchApi(context, names, sessions));
        apis.add(new ListOffsetsApi(context));
        apis.add(new DescribeConfigsApi(context, settings));
        apis.add(new IncrementalAlterConfigsApi(context, controller));
        apis.add(new AlterConfigsApi(context, controller));
        apis.add(new CreatePartitionsApi(context, controller));
        apis.add(new ElectLeadersApi(context, controller));
        apis.add(new AlterPartitionReassignmentsApi(context, controller));
        apis.add(new ListPartitionReassignmentsApi(context));
        apis.add(new DeleteRecordsApi(context));
        apis.add(new DescribeLogDirsApi(context, settings.directory()));
        apis.add(new OffsetForLeaderEpochApi(context));
        apis.add(new DescribeTopicPartitionsApi(context));
        addGroups(apis, context, names, groups);
        apis.add(
                new FindCoordinatorApi(
                        context, new OffsetsTopic(context, controller, offsetsTopic)));
        table[0] = new ApiTable(apis);
        return table[0];
    }

    private static void addGroups(
            List<Api<?>> apis, ApiContext context, TopicNames names, GroupCoordinator groups) {
        apis.add(new JoinGroupApi(context, groups));
        apis.add(new SyncGroupApi(context, groups));
        apis.add(new HeartbeatApi(context, groups));
        apis.add(new LeaveGroupApi(context, groups));
        apis.add(new OffsetCommitApi(context, names, groups));
        apis.add(new OffsetFetchApi(context, names, groups));
        apis.add(new OffsetDeleteApi(context, groups));
        apis.add(new DescribeGroupsApi(context, groups));
        apis.add(new ListGroupsApi(context, groups));
        apis.add(new DeleteGroupsApi(context, groups));
    }
}
