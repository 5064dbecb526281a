package io.headrace.system.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Requests that no stock client sends: those of the dead, and of the broken. */
public final class Probes {

    private static final int TIMEOUT_MS = 10_000;
    private static final int ANSWER_MAX = 1 << 20;
    private static final short COMMIT_VERSION = 7;
    private static final short PRODUCE_VERSION = 8;

    private Probes() {}

    /**
     * What a group's coordinator answers when a member that it has given up commits.
     *
     * @param member and generation, as they were
     */
    public static Errors commit(
            InetSocketAddress coordinator,
            String group,
            String member,
            int generation,
            TopicPartition partition,
            long offset)
            throws IOException {
        OffsetCommitRequestData data =
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setGenerationIdOrMemberEpoch(generation)
                        .setTopics(
                                List.of(
                                        new OffsetCommitRequestTopic()
                                                .setName(partition.topic())
                                                .setPartitions(
                                                        List.of(
                                                                new OffsetCommitRequestPartition()
                                                                        .setPartitionIndex(
                                                                                partition
                                                                                        .partition())
                                                                        .setCommittedOffset(
                                                                                offset)))));
        AbstractResponse answer =
                ask(coordinator, new OffsetCommitRequest(data, COMMIT_VERSION), COMMIT_VERSION);
        return Errors.forCode(
                ((OffsetCommitResponse) answer)
                        .data()
                        .topics()
                        .getFirst()
                        .partitions()
                        .getFirst()
                        .errorCode());
    }

    /** What a leader answers to one record of an idempotent producer. */
    public static Errors produce(
            InetSocketAddress leader,
            TopicPartition partition,
            long producerId,
            short producerEpoch,
            int sequence)
            throws IOException {
        MemoryRecords records =
                MemoryRecords.withIdempotentRecords(
                        Compression.NONE,
                        producerId,
                        producerEpoch,
                        sequence,
                        new SimpleRecord("probe".getBytes(StandardCharsets.US_ASCII)));
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(
                new TopicProduceData()
                        .setName(partition.topic())
                        .setPartitionData(
                                List.of(
                                        new PartitionProduceData()
                                                .setIndex(partition.partition())
                                                .setRecords(records))));
        ProduceRequestData data =
                new ProduceRequestData()
                        .setAcks((short) -1)
                        .setTimeoutMs(TIMEOUT_MS)
                        .setTopicData(topics);
        AbstractResponse answer =
                ask(leader, new ProduceRequest(data, PRODUCE_VERSION), PRODUCE_VERSION);
        return Errors.forCode(
                ((ProduceResponse) answer)
                        .data()
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .getFirst()
                        .errorCode());
    }

    private static AbstractResponse ask(
            InetSocketAddress broker, AbstractRequest request, short version) throws IOException {
        ApiKeys key = request.apiKey();
        RequestHeader header = new RequestHeader(key, version, "probe", 1);
        ByteBuffer bytes = request.serializeWithHeader(header);
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(2 * TIMEOUT_MS);
            socket.connect(broker, TIMEOUT_MS);
            ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + bytes.remaining());
            frame.putInt(bytes.remaining()).put(bytes);
            OutputStream out = socket.getOutputStream();
            out.write(frame.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int size = in.readInt();
            if (size < 0 || size > ANSWER_MAX) {
                throw new IOException("an answer of " + size + " bytes");
            }
            byte[] answer = new byte[size];
            in.readFully(answer);
            return AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
        }
    }
}
