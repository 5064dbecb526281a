package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.log.SegmentInfo;
import io.headrace.broker.log.TimeLookup;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.security.Access;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code ListOffsets}: the ends of a log, or the first record that is young enough. Lookups by time
 * read the log, so a request with one runs on a worker.
 */
final class ListOffsetsApi implements Api<ListOffsetsRequestData> {

    private static final Logger LOG = LoggerFactory.getLogger(ListOffsetsApi.class);
    private static final long NONE = -1;
    private static final int WITH_LEADER_EPOCH = 4;
    private static final int WITH_OFFSET_NOT_AVAILABLE = 5;

    private final ApiContext context;

    ListOffsetsApi(ApiContext context) {
        this.context = context;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LIST_OFFSETS;
    }

    @Override
    public void handle(Exchange exchange, ListOffsetsRequestData request) {
        boolean readsLog =
                request.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .anyMatch(partition -> readsLog(partition.timestamp()));
        if (readsLog) {
            context.onWorker(
                    exchange,
                    () -> exchange.answer(response(exchange, request)),
                    () -> refused(request, Errors.THROTTLING_QUOTA_EXCEEDED));
        } else {
            exchange.answer(response(exchange, request));
        }
    }

    private static boolean readsLog(long timestamp) {
        return timestamp >= 0 || timestamp == ListOffsetsRequest.MAX_TIMESTAMP;
    }

    /** The first version whose clients know what a special timestamp means. */
    private static int firstVersion(long timestamp) {
        if (timestamp >= ListOffsetsRequest.EARLIEST_TIMESTAMP) {
            return 0;
        }
        return switch ((int) Math.max(timestamp, Integer.MIN_VALUE)) {
            case (int) ListOffsetsRequest.MAX_TIMESTAMP -> 7;
            case (int) ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP -> 8;
            case (int) ListOffsetsRequest.LATEST_TIERED_TIMESTAMP -> 9;
            case (int) ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP -> 11;
            default -> Integer.MAX_VALUE;
        };
    }

    private static ApiMessage refused(ListOffsetsRequestData request, Errors error) {
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        for (ListOffsetsTopic topic : request.topics()) {
            ListOffsetsTopicResponse answered =
                    new ListOffsetsTopicResponse().setName(topic.name());
            topic.partitions()
                    .forEach(partition -> answered.partitions().add(failed(partition, error)));
            response.topics().add(answered);
        }
        return response;
    }

    private ListOffsetsResponseData response(Exchange exchange, ListOffsetsRequestData request) {
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        Set<TopicPartition> seen = new HashSet<>();
        for (ListOffsetsTopic topic : request.topics()) {
            ListOffsetsTopicResponse answered =
                    new ListOffsetsTopicResponse().setName(topic.name());
            boolean mayRead =
                    context.mayUseTopic(exchange, Access.Operation.DESCRIBE, topic.name());
            for (ListOffsetsPartition wanted : topic.partitions()) {
                boolean isNew =
                        wanted.partitionIndex() >= 0
                                && seen.add(
                                        new TopicPartition(topic.name(), wanted.partitionIndex()));
                answered.partitions()
                        .add(
                                mayRead
                                        ? one(
                                                exchange,
                                                request.replicaId(),
                                                topic.name(),
                                                wanted,
                                                isNew)
                                        : failed(wanted, Errors.TOPIC_AUTHORIZATION_FAILED));
            }
            response.topics().add(answered);
        }
        return response;
    }

    private ListOffsetsPartitionResponse one(
            Exchange exchange,
            int replicaId,
            String topic,
            ListOffsetsPartition wanted,
            boolean isNew) {
        int index = wanted.partitionIndex();
        if (index < 0) {
            return failed(wanted, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        if (!isNew) {
            return failed(wanted, Errors.INVALID_REQUEST);
        }
        if (exchange.version() < firstVersion(wanted.timestamp())) {
            return failed(wanted, Errors.UNSUPPORTED_VERSION);
        }
        Partition partition =
                replicaId == ListOffsetsRequest.DEBUGGING_REPLICA_ID
                        ? context.replicas().served(topic, index)
                        : context.replicas().led(topic, index);
        int leaderEpoch = partition == null ? (int) NONE : partition.servedLeaderEpoch();
        if (partition == null || leaderEpoch < 0) {
            ErrorCode code = context.replicas().whyNotLed(new TopicPartition(topic, index)).code();
            return failed(wanted, Errors.forCode(code.number()));
        }
        Errors epoch = LeaderEpochs.check(wanted.currentLeaderEpoch(), leaderEpoch);
        if (epoch != Errors.NONE) {
            return failed(wanted, epoch);
        }
        boolean isFollower = replicaId >= 0;
        if (!isFollower
                && wanted.timestamp() == ListOffsetsRequest.LATEST_TIMESTAMP
                && partition.leadership() != null
                && !partition.isHighWatermarkKnown()) {
            return failed(
                    wanted,
                    exchange.version() >= WITH_OFFSET_NOT_AVAILABLE
                            ? Errors.OFFSET_NOT_AVAILABLE
                            : Errors.LEADER_NOT_AVAILABLE);
        }
        ListOffsetsPartitionResponse found = found(wanted, partition, leaderEpoch, isFollower);
        return exchange.version() >= WITH_LEADER_EPOCH ? found : found.setLeaderEpoch((int) NONE);
    }

    private static ListOffsetsPartitionResponse found(
            ListOffsetsPartition wanted, Partition partition, int leaderEpoch, boolean isFollower) {
        long timestamp = wanted.timestamp();
        if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
            return end(
                    wanted,
                    isFollower ? partition.log().logEndOffset() : partition.highWatermark(),
                    leaderEpoch);
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            long start = partition.log().logStartOffset();
            return end(wanted, start, partition.log().leaderEpochAt(start));
        }
        if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
            // Nothing is tiered here.
            return end(wanted, NONE, (int) NONE);
        }
        if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
            return youngest(wanted, partition);
        }
        return byTime(wanted, partition, timestamp);
    }

    private static ListOffsetsPartitionResponse youngest(
            ListOffsetsPartition wanted, Partition partition) {
        long youngest = NONE;
        try {
            for (SegmentInfo segment : partition.log().segments()) {
                youngest = Math.max(youngest, segment.maxTimestamp());
            }
        } catch (IOException e) {
            LOG.atError().setCause(e).log("The segments of a log could not be looked at");
            return failed(wanted, Errors.KAFKA_STORAGE_ERROR);
        }
        return youngest < 0 ? end(wanted, NONE, (int) NONE) : byTime(wanted, partition, youngest);
    }

    private static ListOffsetsPartitionResponse byTime(
            ListOffsetsPartition wanted, Partition partition, long timestamp) {
        return switch (partition.log().offsetForTimestamp(timestamp, partition.highWatermark())) {
            case TimeLookup.Found(var record) ->
                    end(wanted, record.offset(), record.leaderEpoch())
                            .setTimestamp(record.timestamp());
            case TimeLookup.NotFound nothing -> end(wanted, NONE, (int) NONE);
            case TimeLookup.Failed(ErrorCode code, String text) ->
                    failed(wanted, Errors.forCode(code.number()));
        };
    }

    private static ListOffsetsPartitionResponse end(
            ListOffsetsPartition wanted, long offset, int leaderEpoch) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(wanted.partitionIndex())
                .setTimestamp(NONE)
                .setOffset(offset)
                .setLeaderEpoch(leaderEpoch);
    }

    private static ListOffsetsPartitionResponse failed(ListOffsetsPartition wanted, Errors error) {
        return end(wanted, NONE, (int) NONE).setErrorCode(error.code());
    }
}
