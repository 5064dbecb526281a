package io.headrace.broker.kafka.peer;

import io.headrace.broker.replication.FetchAnswer;
import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.broker.replication.FetchAnswer.Refusal;
import io.headrace.broker.replication.FetchKey;
import io.headrace.broker.replication.FetchPosition;
import io.headrace.broker.replication.FetchRequest;
import io.headrace.broker.replication.FetchSettings;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Between the fetches of {@code replication} and Kafka's frames, in the newest version. */
final class FetchFrames {

    static final short VERSION = ApiKeys.FETCH.latestVersion();

    private static final ByteBuffer NO_BATCHES = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private FetchFrames() {}

    /** A whole frame, its length in front. */
    static ByteBuffer write(FetchRequest request, FetchSettings settings, int correlationId) {
        RequestHeaderData header =
                new RequestHeaderData()
                        .setRequestApiKey(ApiKeys.FETCH.id)
                        .setRequestApiVersion(VERSION)
                        .setCorrelationId(correlationId)
                        .setClientId("broker-" + request.brokerId());
        FetchRequestData data = data(request, settings);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        short headerVersion = ApiKeys.FETCH.requestHeaderVersion(VERSION);
        int size = header.size(cache, headerVersion) + data.size(cache, VERSION);
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + size);
        frame.putInt(size);
        ByteBufferAccessor writer = new ByteBufferAccessor(frame);
        header.write(writer, cache, headerVersion);
        data.write(writer, cache, VERSION);
        return frame.flip();
    }

    private static FetchRequestData data(FetchRequest request, FetchSettings settings) {
        return new FetchRequestData()
                .setReplicaState(
                        new ReplicaState()
                                .setReplicaId(request.brokerId())
                                .setReplicaEpoch(request.brokerEpoch()))
                .setMaxWaitMs(request.waitMaxMs())
                .setMinBytes(settings.bytesMin())
                .setMaxBytes(settings.answerBytesMax())
                .setSessionId(request.sessionId())
                .setSessionEpoch(request.sessionEpoch())
                .setTopics(topics(request, settings.partitionBytesMax()))
                .setForgottenTopicsData(forgotten(request));
    }

    private static List<FetchTopic> topics(FetchRequest request, int bytesMax) {
        Map<TopicId, FetchTopic> byId = new HashMap<>();
        List<FetchTopic> topics = new ArrayList<>();
        for (FetchPosition position : request.positions()) {
            FetchTopic topic = byId.get(position.topicId());
            if (topic == null) {
                topic = new FetchTopic().setTopicId(uuid(position.topicId()));
                byId.put(position.topicId(), topic);
                topics.add(topic);
            }
            topic.partitions()
                    .add(
                            new FetchPartition()
                                    .setPartition(position.name().partition())
                                    .setCurrentLeaderEpoch(position.leaderEpoch())
                                    .setFetchOffset(position.offset())
                                    .setLastFetchedEpoch(position.lastEpoch())
                                    .setLogStartOffset(position.logStartOffset())
                                    .setPartitionMaxBytes(bytesMax)
                                    .setHighWatermark(position.highWatermark()));
        }
        return topics;
    }

    private static List<ForgottenTopic> forgotten(FetchRequest request) {
        Map<TopicId, ForgottenTopic> byId = new HashMap<>();
        for (FetchKey key : request.forgotten()) {
            byId.computeIfAbsent(key.topicId(), id -> new ForgottenTopic().setTopicId(uuid(id)))
                    .partitions()
                    .add(key.partition());
        }
        return List.copyOf(byId.values());
    }

    /**
     * @param frame without its length; the answer's batches are views of it
     * @throws IOException if it is no answer to the request
     */
    static FetchAnswer read(ByteBuffer frame, int correlationId) throws IOException {
        try {
            ByteBufferAccessor reader = new ByteBufferAccessor(frame);
            ResponseHeaderData header =
                    new ResponseHeaderData(reader, ApiKeys.FETCH.responseHeaderVersion(VERSION));
            if (header.correlationId() != correlationId) {
                throw new IOException(
                        "answer " + header.correlationId() + " came for request " + correlationId);
            }
            return answer(new FetchResponseData(reader, VERSION));
        } catch (RuntimeException e) {
            throw new IOException("an answer to a fetch cannot be read: " + e, e);
        }
    }

    private static FetchAnswer answer(FetchResponseData data) {
        Errors error = Errors.forCode(data.errorCode());
        if (error != Errors.NONE) {
            return new FetchAnswer(0, error.name(), List.of());
        }
        List<OfPartition> partitions = new ArrayList<>();
        for (FetchableTopicResponse topic : data.responses()) {
            TopicId id =
                    new TopicId(
                            topic.topicId().getMostSignificantBits(),
                            topic.topicId().getLeastSignificantBits());
            for (PartitionData partition : topic.partitions()) {
                partitions.add(partition(id, partition));
            }
        }
        return new FetchAnswer(data.sessionId(), "", partitions);
    }

    private static OfPartition partition(TopicId id, PartitionData data) {
        Errors error = Errors.forCode(data.errorCode());
        return new OfPartition(
                new FetchKey(id, data.partitionIndex()),
                switch (error) {
                    case NONE -> Refusal.NONE;
                    case OFFSET_OUT_OF_RANGE -> Refusal.OUT_OF_RANGE;
                    default -> Refusal.NOT_NOW;
                },
                error.name(),
                data.highWatermark(),
                data.logStartOffset(),
                data.divergingEpoch().epoch(),
                data.divergingEpoch().endOffset(),
                data.records() instanceof MemoryRecords records ? records.buffer() : NO_BATCHES);
    }

    private static Uuid uuid(TopicId id) {
        return new Uuid(id.mostSignificantBits(), id.leastSignificantBits());
    }
}
