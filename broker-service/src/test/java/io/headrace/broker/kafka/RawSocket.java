package io.headrace.broker.kafka;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** A connection on which requests are sent without waiting for the answers before. */
public final class RawSocket implements AutoCloseable {

    private static final int READ_MS_MAX = 30_000;
    private static final int END = -1;

    private final Socket socket;
    private final DataInputStream in;
    private int sent;
    private int received;

    public RawSocket(String bootstrap) throws IOException {
        int port = Integer.parseInt(bootstrap.substring(bootstrap.lastIndexOf(':') + 1));
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_MS_MAX);
        in = new DataInputStream(socket.getInputStream());
    }

    public void send(ApiKeys key, int version, ApiMessage body) throws IOException {
        write(frame(key, (short) version, body, sent++));
    }

    public void write(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** The answer to the oldest request that has none yet. */
    public ApiMessage receive(ApiKeys key, int version) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        ByteBufferAccessor answer = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
        var header = new ResponseHeaderData(answer, key.responseHeaderVersion((short) version));
        if (header.correlationId() != received++) {
            throw new IOException("an answer out of order");
        }
        ApiMessage body = key.messageType.newResponse();
        body.read(answer, (short) version);
        return body;
    }

    /** Whether the other side has ended, or ends within the time limit of a read. */
    public boolean isEnded() throws IOException {
        try {
            return in.read() == END;
        } catch (SocketException e) {
            return true; // reset: as ended as can be
        }
    }

    public static byte[] frame(ApiKeys key, short version, ApiMessage body, int correlationId) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        RequestHeaderData header =
                new RequestHeaderData()
                        .setRequestApiKey(key.id)
                        .setRequestApiVersion(version)
                        .setCorrelationId(correlationId)
                        .setClientId("test");
        short headerVersion = key.requestHeaderVersion(version);
        int size = header.size(cache, headerVersion) + body.size(cache, version);
        ByteBuffer bytes = ByteBuffer.allocate(4 + size).putInt(size);
        ByteBufferAccessor out = new ByteBufferAccessor(bytes);
        header.write(out, cache, headerVersion);
        body.write(out, cache, version);
        return bytes.array();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
