package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.Offsets;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code OffsetDelete}: offsets of topics that the group does not read. */
final class OffsetDeleteApi implements Api<OffsetDeleteRequestData> {

    private final ApiContext context;
    private final GroupCoordinator groups;

    OffsetDeleteApi(ApiContext context, GroupCoordinator groups) {
        this.context = context;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.OFFSET_DELETE;
    }

    @Override
    public void handle(Exchange exchange, OffsetDeleteRequestData request) {
        OffsetDeleteResponseData response = new OffsetDeleteResponseData();
        if (!context.mayUseGroup(exchange, Access.Operation.DELETE, request.groupId())) {
            exchange.answer(response.setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code()));
            return;
        }
        List<TopicPartition> partitions = new ArrayList<>();
        List<OffsetDeleteResponsePartition> waiting = new ArrayList<>();
        for (OffsetDeleteRequestTopic topic : request.topics()) {
            OffsetDeleteResponseTopic answered =
                    new OffsetDeleteResponseTopic().setName(topic.name());
            response.topics().add(answered);
            for (OffsetDeleteRequestPartition partition : topic.partitions()) {
                Errors wrong = wrong(exchange, topic.name(), partition.partitionIndex());
                OffsetDeleteResponsePartition slot =
                        new OffsetDeleteResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(wrong.code());
                answered.partitions().add(slot);
                if (wrong == Errors.NONE) {
                    partitions.add(new TopicPartition(topic.name(), partition.partitionIndex()));
                    waiting.add(slot);
                }
            }
        }
        exchange.answerWhen(
                groups.delete(new Offsets.Delete(request.groupId(), partitions)),
                reply -> fill(response, waiting, reply));
    }

    private Errors wrong(Exchange exchange, String topic, int partition) {
        if (!context.mayUseTopic(exchange, Access.Operation.READ, topic)) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        Optional<TopicImage> image = context.image().get().topic(topic);
        boolean exists =
                image.isPresent() && partition >= 0 && partition < image.get().partitionCount();
        return exists ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private static OffsetDeleteResponseData fill(
            OffsetDeleteResponseData response,
            List<OffsetDeleteResponsePartition> waiting,
            Offsets.DeleteReply reply) {
        if (reply.error() != ErrorCode.NONE) {
            return new OffsetDeleteResponseData().setErrorCode(reply.error().number());
        }
        for (int i = 0; i < waiting.size(); i++) {
            waiting.get(i).setErrorCode(reply.results().get(i).number());
        }
        return response;
    }
}
