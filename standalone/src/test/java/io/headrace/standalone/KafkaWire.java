package io.headrace.standalone;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** One connection on which single requests of the Kafka protocol go out, as a client's would. */
final class KafkaWire implements AutoCloseable {

    private static final int READ_MS_MAX = 10_000;

    private final Socket socket = new Socket();
    private int correlationId;

    KafkaWire(String bootstrap) throws IOException {
        String[] parts = bootstrap.split(":", -1);
        socket.connect(new InetSocketAddress(parts[0], Integer.parseInt(parts[1])), READ_MS_MAX);
        socket.setSoTimeout(READ_MS_MAX);
    }

    /** Sends the request; {@link #receive} is its answer. */
    void send(ApiKeys key, short version, ApiMessage body) throws IOException {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        RequestHeaderData header =
                new RequestHeaderData()
                        .setRequestApiKey(key.id)
                        .setRequestApiVersion(version)
                        .setCorrelationId(++correlationId)
                        .setClientId("differential");
        short headerVersion = key.requestHeaderVersion(version);
        int size = header.size(cache, headerVersion) + body.size(cache, version);
        ByteBuffer bytes = ByteBuffer.allocate(4 + size).putInt(size);
        ByteBufferAccessor out = new ByteBufferAccessor(bytes);
        header.write(out, cache, headerVersion);
        body.write(out, cache, version);
        socket.getOutputStream().write(bytes.array());
    }

    /**
     * @throws IOException if the other side ends the connection, or the bytes are not exactly one
     *     answer of that kind
     */
    ApiMessage receive(ApiKeys key, short version) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        ByteBufferAccessor readable = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
        ResponseHeaderData header =
                new ResponseHeaderData(readable, key.responseHeaderVersion(version));
        if (header.correlationId() != correlationId) {
            throw new IOException("answer to " + header.correlationId() + ", not " + correlationId);
        }
        ApiMessage answer = key.messageType.newResponse();
        answer.read(readable, version);
        if (readable.remaining() != 0) {
            throw new IOException(readable.remaining() + " bytes follow the answer");
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
