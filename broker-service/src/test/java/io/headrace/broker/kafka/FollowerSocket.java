package io.headrace.broker.kafka;

import io.headrace.model.topic.TopicId;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** Fetches partition 0 of topics, request by request, as a follower or as a consumer. */
final class FollowerSocket implements AutoCloseable {

    private static final short VERSION = 17;

    private final Socket socket;
    private final int replicaId;
    private final long brokerEpoch;
    private final String rack;
    private final ArrayDeque<RequestHeader> open = new ArrayDeque<>();
    private int correlation;
    private long logStartOffset;

    FollowerSocket(String bootstrap, int replicaId, long brokerEpoch) throws IOException {
        this(bootstrap, replicaId, brokerEpoch, "");
    }

    private FollowerSocket(String bootstrap, int replicaId, long brokerEpoch, String rack)
            throws IOException {
        int port = Integer.parseInt(bootstrap.substring(bootstrap.lastIndexOf(':') + 1));
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        this.socket.setSoTimeout(40_000);
        this.replicaId = replicaId;
        this.brokerEpoch = brokerEpoch;
        this.rack = rack;
    }

    static FollowerSocket consumer(String bootstrap, String rack) throws IOException {
        return new FollowerSocket(bootstrap, -1, -1, rack);
    }

    private static RequestHeader header(int correlation) {
        return new RequestHeader(ApiKeys.FETCH, VERSION, "test", correlation);
    }

    FetchResponseData fetch(TopicId topic, int leaderEpoch, long offset, int lastEpoch, int waitMs)
            throws IOException {
        send(topic, leaderEpoch, offset, lastEpoch, waitMs);
        return receive();
    }

    void send(TopicId topic, int leaderEpoch, long offset, int lastEpoch, int waitMs)
            throws IOException {
        send(request(waitMs, -1, 0).setTopics(topics(topic, leaderEpoch, offset, lastEpoch)));
    }

    /** A full request that asks for a session. */
    FetchResponseData fetchInSession(TopicId topic, int leaderEpoch, long offset)
            throws IOException {
        send(request(0, 0, 0).setTopics(topics(topic, leaderEpoch, offset, -1)));
        return receive();
    }

    /** An incremental request without changes. */
    FetchResponseData resume(int sessionId, int sessionEpoch, int waitMs) throws IOException {
        sendResume(sessionId, sessionEpoch, waitMs);
        return receive();
    }

    void sendResume(int sessionId, int sessionEpoch, int waitMs) throws IOException {
        send(request(waitMs, sessionEpoch, sessionId));
    }

    private FetchRequestData request(int waitMs, int sessionEpoch, int sessionId) {
        return new FetchRequestData()
                .setReplicaState(
                        new ReplicaState().setReplicaId(replicaId).setReplicaEpoch(brokerEpoch))
                .setMaxWaitMs(waitMs)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionId(sessionId)
                .setSessionEpoch(sessionEpoch)
                .setRackId(rack);
    }

    /** What it says of itself from now on. */
    void startsAt(long offset) {
        logStartOffset = offset;
    }

    private List<FetchTopic> topics(TopicId topic, int leaderEpoch, long offset, int lastEpoch) {
        return List.of(
                new FetchTopic()
                        .setTopicId(Uuid.fromString(topic.toString()))
                        .setPartitions(
                                List.of(
                                        new FetchPartition()
                                                .setPartition(0)
                                                .setCurrentLeaderEpoch(leaderEpoch)
                                                .setFetchOffset(offset)
                                                .setLastFetchedEpoch(lastEpoch)
                                                .setLogStartOffset(logStartOffset)
                                                .setPartitionMaxBytes(1 << 20))));
    }

    private void send(FetchRequestData data) throws IOException {
        RequestHeader header = header(++correlation);
        open.add(header);
        ByteBuffer body = new FetchRequest(data, VERSION).serializeWithHeader(header);
        ByteBuffer frame = ByteBuffer.allocate(4 + body.remaining());
        frame.putInt(body.remaining()).put(body).flip();
        socket.getOutputStream().write(frame.array(), 0, frame.limit());
    }

    FetchResponseData receive() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        FetchResponse response =
                (FetchResponse)
                        AbstractResponse.parseResponse(ByteBuffer.wrap(bytes), open.remove());
        return response.data();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
