package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.broker.replica.Leadership;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.security.Access;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code OffsetForLeaderEpoch}: where an epoch ended here, so that a client notices truncation. */
final class OffsetForLeaderEpochApi implements Api<OffsetForLeaderEpochRequestData> {

    private final ApiContext context;

    OffsetForLeaderEpochApi(ApiContext context) {
        this.context = context;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public void handle(Exchange exchange, OffsetForLeaderEpochRequestData request) {
        OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic topic : request.topics()) {
            OffsetForLeaderTopicResult result =
                    new OffsetForLeaderTopicResult().setTopic(topic.topic());
            boolean maySee =
                    context.mayUseTopic(exchange, Access.Operation.DESCRIBE, topic.topic());
            for (OffsetForLeaderPartition wanted : topic.partitions()) {
                result.partitions()
                        .add(
                                maySee
                                        ? end(topic.topic(), wanted)
                                        : failed(wanted, Errors.TOPIC_AUTHORIZATION_FAILED));
            }
            response.topics().add(result);
        }
        exchange.answer(response);
    }

    private EpochEndOffset end(String topic, OffsetForLeaderPartition wanted) {
        if (wanted.partition() < 0) {
            return failed(wanted, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        Partition partition = context.replicas().led(topic, wanted.partition());
        Leadership leadership = partition == null ? null : partition.leadership();
        if (partition == null || leadership == null) {
            ErrorCode code =
                    context.replicas()
                            .whyNotLed(new TopicPartition(topic, wanted.partition()))
                            .code();
            return failed(wanted, Errors.forCode(code.number()));
        }
        Errors epoch = LeaderEpochs.check(wanted.currentLeaderEpoch(), leadership.leaderEpoch());
        if (epoch != Errors.NONE) {
            return failed(wanted, epoch);
        }
        EpochEnd end =
                wanted.leaderEpoch() < 0
                        ? EpochEnd.UNKNOWN
                        : partition.log().endOffsetFor(wanted.leaderEpoch());
        return new EpochEndOffset()
                .setPartition(wanted.partition())
                .setLeaderEpoch(end.epoch())
                .setEndOffset(end.endOffset());
    }

    private static EpochEndOffset failed(OffsetForLeaderPartition wanted, Errors error) {
        return new EpochEndOffset()
                .setPartition(wanted.partition())
                .setErrorCode(error.code())
                .setLeaderEpoch(EpochEnd.UNDEFINED)
                .setEndOffset(EpochEnd.UNDEFINED);
    }
}
