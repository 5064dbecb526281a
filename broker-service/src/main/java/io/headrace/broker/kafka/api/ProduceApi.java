package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ProduceOutcome;
import io.headrace.broker.replica.ReplicaManager.Elsewhere;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicName;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * {@code Produce}: each partition's batch is checked and appended where it lies in the request's
 * buffer, and the request is answered when the last partition is.
 */
final class ProduceApi implements Api<ProduceRequestData> {

    private static final int BY_TOPIC_ID = 13;

    /** Consumers that are as old cannot read it. */
    private static final int WITH_ZSTD = 7;

    private final ApiContext context;
    private final TopicNames names;

    ProduceApi(ApiContext context, TopicNames names) {
        this.context = context;
        this.names = names;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.PRODUCE;
    }

    @Override
    public void handle(Exchange exchange, ProduceRequestData request) {
        ProduceAnswer answer = new ProduceAnswer(context, exchange, request);
        Errors wrong = wrong(request);
        for (TopicProduceData topic : request.topicData()) {
            append(exchange, request, topic, wrong, answer);
        }
        exchange.uses(Throttle.Kind.PRODUCE_BYTES, exchange.size());
        answer.begun();
    }

    private static Errors wrong(ProduceRequestData request) {
        if (request.acks() < -1 || request.acks() > 1) {
            return Errors.INVALID_REQUIRED_ACKS;
        }
        // Transactions need their coordinator; without one no transaction can have begun.
        return request.transactionalId() == null ? Errors.NONE : Errors.INVALID_TXN_STATE;
    }

    private void append(
            Exchange exchange,
            ProduceRequestData request,
            TopicProduceData topic,
            Errors wrong,
            ProduceAnswer answer) {
        Optional<String> name = name(exchange, topic);
        boolean mayWrite =
                name.isPresent()
                        && context.mayUseTopic(exchange, Access.Operation.WRITE, name.get());
        boolean isFirst = true;
        for (PartitionProduceData data : topic.partitionData()) {
            ProduceAnswer.Slot slot = answer.slot(topic, name.orElse(""), data.index(), isFirst);
            isFirst = false;
            if (wrong != Errors.NONE) {
                slot.refused(wrong, wrong.message());
            } else if (name.isEmpty()) {
                slot.refused(Errors.UNKNOWN_TOPIC_ID, "there is no topic with this id");
            } else if (TopicName.isInternal(name.get())) {
                slot.refused(
                        Errors.INVALID_TOPIC_EXCEPTION,
                        "the topic is written by the platform only");
            } else if (!mayWrite) {
                slot.refused(Errors.TOPIC_AUTHORIZATION_FAILED, "not allowed to write");
            } else {
                append(exchange, request, name.get(), data, slot);
            }
        }
    }

    private Optional<String> name(Exchange exchange, TopicProduceData topic) {
        return exchange.version() >= BY_TOPIC_ID
                ? names.find(topic.topicId()).map(TopicImage::name)
                : Optional.of(topic.name());
    }

    private void append(
            Exchange exchange,
            ProduceRequestData request,
            String topic,
            PartitionProduceData data,
            ProduceAnswer.Slot slot) {
        Partition partition = data.index() < 0 ? null : context.replicas().led(topic, data.index());
        if (partition == null) {
            Elsewhere elsewhere = whyNotLed(topic, data.index());
            slot.complete(new ProduceOutcome.NotDone(elsewhere.code(), elsewhere.text()));
            return;
        }
        Uuid wanted = slot.topicId();
        if (!Uuid.ZERO_UUID.equals(wanted)
                && !wanted.equals(TopicNames.uuid(partition.topicId()))) {
            slot.refused(Errors.UNKNOWN_TOPIC_ID, "the topic was deleted and created again");
            return;
        }
        if (!(data.records() instanceof MemoryRecords records)) {
            slot.refused(Errors.INVALID_RECORD, "the partition holds no records");
            return;
        }
        ByteBuffer batch = records.buffer();
        if (!isOneBatch(batch)) {
            slot.refused(Errors.INVALID_RECORD, "a partition takes exactly one record batch");
            return;
        }
        if (exchange.version() < WITH_ZSTD && isZstd(batch)) {
            slot.refused(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "zstd needs version " + WITH_ZSTD + " of the request");
            return;
        }
        partition.append(
                new PartitionAppend(batch, request.acks(), Math.max(0, request.timeoutMs()), slot));
    }

    private Elsewhere whyNotLed(String topic, int partition) {
        if (partition < 0) {
            return new Elsewhere(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "a partition is not negative",
                    -1,
                    Optional.empty());
        }
        return context.replicas().whyNotLed(new TopicPartition(topic, partition));
    }

    private static boolean isZstd(ByteBuffer batch) {
        return batch.remaining() >= RecordBatch.HEADER_SIZE
                && RecordBatch.codecId(batch, batch.position()) == Compression.ZSTD.id();
    }

    /** More than one batch, or none; a wrong length is for the log's own check to name. */
    private static boolean isOneBatch(ByteBuffer batch) {
        if (batch.remaining() < Long.BYTES + Integer.BYTES) {
            return batch.hasRemaining();
        }
        long end = (long) Long.BYTES + Integer.BYTES + batch.getInt(batch.position() + Long.BYTES);
        return end >= batch.remaining();
    }
}
