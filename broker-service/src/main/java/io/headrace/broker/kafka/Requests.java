package io.headrace.broker.kafka;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;

/**
 * From the bytes of a frame to a request and the API that handles it. Stateless.
 *
 * <p>Errors: any {@link RuntimeException}; nothing of the request has happened then. A body of
 * which bytes are left over is refused as a whole.
 */
final class Requests {

    private static final int VERSION_AT = 2;

    /** Versions that the jar knows and Kafka does not offer either are not spoken. */
    private static final boolean UNSTABLE = false;

    private Requests() {}

    /**
     * A request that was understood.
     *
     * @param needsFrame whether the body has buffers that lie in the frame
     */
    record Parsed(
            Api<?> api,
            ApiKeys key,
            RequestHeaderData header,
            ApiMessage body,
            boolean needsFrame) {

        void handle(Exchange exchange) {
            pass(api, exchange, body);
        }

        /** The table pairs each API with the request that Kafka's registry makes for its key. */
        @SuppressWarnings("unchecked")
        private static <Q extends ApiMessage> void pass(
                Api<Q> api, Exchange exchange, ApiMessage body) {
            api.handle(exchange, (Q) body);
        }
    }

    /** The response that tells every part of a request that the broker failed. */
    static ApiMessage failure(ApiKeys key, short version, ApiMessage body) {
        return AbstractRequest.parseRequest(
                        key, version, MessageUtil.toByteBufferAccessor(body, version))
                .request
                .getErrorResponse(0, Errors.UNKNOWN_SERVER_ERROR.exception())
                .data();
    }

    static Parsed parse(ApiTable apis, ByteBuffer bytes) {
        short number = bytes.getShort(0);
        short version = bytes.getShort(VERSION_AT);
        Api<?> api = apis.find(number);
        if (api == null) {
            throw new UnreadableRequestException("there is no API with key " + number + " here");
        }
        ApiKeys key = api.key();
        boolean isSupported = key.isVersionEnabled(version, UNSTABLE);
        if (!isSupported && key != ApiKeys.API_VERSIONS) {
            throw new UnreadableRequestException(
                    key.name
                            + " is answered in versions "
                            + key.oldestVersion()
                            + " to "
                            + key.latestVersion(UNSTABLE)
                            + ", not "
                            + version);
        }
        FrameCursor cursor = new FrameCursor(bytes);
        short headerVersion = key.requestHeaderVersion(isSupported ? version : key.oldestVersion());
        RequestHeaderData header = new RequestHeaderData(cursor, headerVersion);
        if (!isSupported) {
            // From a newer client; only the answer's form is known, and that is enough.
            return new Parsed(api, key, header, new ApiVersionsRequestData(), false);
        }
        ApiMessage body = key.messageType.newRequest();
        body.read(cursor, version);
        if (cursor.bytesLeft() > 0) {
            throw new UnreadableRequestException(
                    cursor.bytesLeft() + " bytes follow a whole " + key.name + " request");
        }
        return new Parsed(api, key, header, body, cursor.hasSlices());
    }
}
