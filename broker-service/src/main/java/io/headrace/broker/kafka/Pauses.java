package io.headrace.broker.kafka;

import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Where each response has the pause that its client is asked to make. Kafka's generated classes all
 * have the field, and no type in common that has it.
 *
 * <p>Source: KIP-219.
 */
final class Pauses {

    private Pauses() {}

    static void set(ApiMessage response, int ms) {
        if (ms <= 0) {
            return;
        }
        switch (response) {
            case AlterConfigsResponseData it -> it.setThrottleTimeMs(ms);
            case AlterPartitionReassignmentsResponseData it -> it.setThrottleTimeMs(ms);
            case ApiVersionsResponseData it -> it.setThrottleTimeMs(ms);
            case CreatePartitionsResponseData it -> it.setThrottleTimeMs(ms);
            case CreateTopicsResponseData it -> it.setThrottleTimeMs(ms);
            case DeleteGroupsResponseData it -> it.setThrottleTimeMs(ms);
            case DeleteRecordsResponseData it -> it.setThrottleTimeMs(ms);
            case DeleteTopicsResponseData it -> it.setThrottleTimeMs(ms);
            case DescribeClusterResponseData it -> it.setThrottleTimeMs(ms);
            case DescribeConfigsResponseData it -> it.setThrottleTimeMs(ms);
            case DescribeGroupsResponseData it -> it.setThrottleTimeMs(ms);
            case DescribeLogDirsResponseData it -> it.setThrottleTimeMs(ms);
            case DescribeTopicPartitionsResponseData it -> it.setThrottleTimeMs(ms);
            case ElectLeadersResponseData it -> it.setThrottleTimeMs(ms);
            case FetchResponseData it -> it.setThrottleTimeMs(ms);
            case FindCoordinatorResponseData it -> it.setThrottleTimeMs(ms);
            case HeartbeatResponseData it -> it.setThrottleTimeMs(ms);
            case IncrementalAlterConfigsResponseData it -> it.setThrottleTimeMs(ms);
            case InitProducerIdResponseData it -> it.setThrottleTimeMs(ms);
            case JoinGroupResponseData it -> it.setThrottleTimeMs(ms);
            case LeaveGroupResponseData it -> it.setThrottleTimeMs(ms);
            case ListGroupsResponseData it -> it.setThrottleTimeMs(ms);
            case ListOffsetsResponseData it -> it.setThrottleTimeMs(ms);
            case ListPartitionReassignmentsResponseData it -> it.setThrottleTimeMs(ms);
            case MetadataResponseData it -> it.setThrottleTimeMs(ms);
            case OffsetCommitResponseData it -> it.setThrottleTimeMs(ms);
            case OffsetDeleteResponseData it -> it.setThrottleTimeMs(ms);
            case OffsetFetchResponseData it -> it.setThrottleTimeMs(ms);
            case OffsetForLeaderEpochResponseData it -> it.setThrottleTimeMs(ms);
            case ProduceResponseData it -> it.setThrottleTimeMs(ms);
            case SyncGroupResponseData it -> it.setThrottleTimeMs(ms);
            default ->
                    throw new IllegalArgumentException(
                            "no pause is known in " + response.getClass().getSimpleName());
        }
    }
}
