package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.security.Access;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicConfig.CleanupPolicy;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code DeleteRecords}: moves the log start offset, up to the high watermark, and answers when all
 * live replicas have moved theirs. Touches files, so it runs on a worker; the wait takes no thread.
 */
final class DeleteRecordsApi implements Api<DeleteRecordsRequestData> {

    private static final Logger LOG = LoggerFactory.getLogger(DeleteRecordsApi.class);
    private static final long TO_HIGH_WATERMARK = -1;
    private static final long NO_LOW_WATERMARK = -1;

    private final ApiContext context;

    DeleteRecordsApi(ApiContext context) {
        this.context = context;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DELETE_RECORDS;
    }

    @Override
    public void handle(Exchange exchange, DeleteRecordsRequestData request) {
        context.onWorker(exchange, () -> delete(exchange, request), () -> refused(request));
    }

    private void delete(Exchange exchange, DeleteRecordsRequestData request) {
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        List<CompletableFuture<?>> waits = new ArrayList<>();
        for (DeleteRecordsTopic topic : request.topics()) {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
            boolean mayDelete =
                    context.mayUseTopic(exchange, Access.Operation.DELETE, topic.name());
            for (DeleteRecordsPartition partition : topic.partitions()) {
                result.partitions()
                        .add(
                                mayDelete
                                        ? delete(
                                                topic.name(), partition, request.timeoutMs(), waits)
                                        : failed(partition, Errors.TOPIC_AUTHORIZATION_FAILED));
            }
            response.topics().add(result);
        }
        exchange.answerWhen(
                CompletableFuture.allOf(waits.toArray(new CompletableFuture<?>[0])),
                all -> response);
    }

    private static DeleteRecordsResponseData refused(DeleteRecordsRequestData request) {
        DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        for (DeleteRecordsTopic topic : request.topics()) {
            DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
            topic.partitions()
                    .forEach(
                            partition ->
                                    result.partitions()
                                            .add(
                                                    failed(
                                                            partition,
                                                            Errors.THROTTLING_QUOTA_EXCEEDED)));
            response.topics().add(result);
        }
        return response;
    }

    private DeleteRecordsPartitionResult delete(
            String topic,
            DeleteRecordsPartition wanted,
            int timeoutMs,
            List<CompletableFuture<?>> waits) {
        if (wanted.partitionIndex() < 0) {
            return failed(wanted, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        Partition partition = context.replicas().led(topic, wanted.partitionIndex());
        if (partition == null) {
            ErrorCode code =
                    context.replicas()
                            .whyNotLed(new TopicPartition(topic, wanted.partitionIndex()))
                            .code();
            return failed(wanted, Errors.forCode(code.number()));
        }
        if (!mayLoseRecords(topic)) {
            return failed(wanted, Errors.POLICY_VIOLATION);
        }
        long committed = partition.highWatermark();
        long offset = wanted.offset() == TO_HIGH_WATERMARK ? committed : wanted.offset();
        if (offset < 0 || offset > committed) {
            return failed(wanted, Errors.OFFSET_OUT_OF_RANGE);
        }
        try {
            DeleteRecordsPartitionResult result =
                    new DeleteRecordsPartitionResult()
                            .setPartitionIndex(wanted.partitionIndex())
                            .setLowWatermark(partition.deleteRecordsBefore(offset));
            waits.add(
                    partition
                            .replicasStartAt(offset, timeoutMs)
                            .thenAccept(
                                    code ->
                                            result.setErrorCode(
                                                    Errors.forCode(code.number()).code())));
            return result;
        } catch (IOException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("topic", topic)
                    .addKeyValue("partition", wanted.partitionIndex())
                    .log("Records could not be deleted");
            return failed(wanted, Errors.KAFKA_STORAGE_ERROR);
        }
    }

    /** A topic that is only compacted keeps the newest record of every key. */
    private boolean mayLoseRecords(String topic) {
        return context.image()
                .get()
                .topic(topic)
                .map(image -> TopicConfig.of(image.config()).cleanupPolicies())
                .orElse(Set.of(CleanupPolicy.DELETE))
                .contains(CleanupPolicy.DELETE);
    }

    private static DeleteRecordsPartitionResult failed(
            DeleteRecordsPartition wanted, Errors error) {
        return new DeleteRecordsPartitionResult()
                .setPartitionIndex(wanted.partitionIndex())
                .setLowWatermark(NO_LOW_WATERMARK)
                .setErrorCode(error.code());
    }
}
