package io.headrace.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Arrays;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/**
 * A request's body as one array, within the body limit and the budget of bytes in flight.
 *
 * <p>A declared length that is too large is refused before a byte is read; a chunked body as soon
 * as it has grown too large. Owner: the connection's event loop.
 */
public final class RequestBody {

    private static final int CAPACITY_MIN = 512;

    private final long bytesMax;
    private final InFlightBytes budget;
    private byte[] bytes;
    private int size;
    private long taken;

    private RequestBody(long declared, long bytesMax, InFlightBytes budget) {
        this.bytesMax = bytesMax;
        this.budget = budget;
        int capacity = declared < 0 ? CAPACITY_MIN : (int) declared;
        budget.take(capacity);
        this.taken = capacity;
        this.bytes = new byte[capacity];
    }

    /** The body's bytes are {@code [0, size)} of this array, which the reader may change. */
    public byte[] bytes() {
        return bytes;
    }

    public int size() {
        return size;
    }

    /**
     * Reads the body, and gives its bytes back to the budget when what is made of it has ended, in
     * whatever way.
     */
    public static <T> Mono<T> use(
            HttpServerRequest request,
            long bytesMax,
            InFlightBytes budget,
            Function<RequestBody, Mono<T>> use) {
        return Mono.using(
                () -> open(request, bytesMax, budget),
                body -> request.receive().collect(() -> body, RequestBody::add).flatMap(use),
                RequestBody::release);
    }

    private static RequestBody open(
            HttpServerRequest request, long bytesMax, InFlightBytes budget) {
        String encoding = request.requestHeaders().get(HttpHeaderNames.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw HttpFailure.unsupportedMediaType(
                            "Content-Encoding '"
                                    + encoding
                                    + "' is not supported; send the body as it is.")
                    .closing();
        }
        String length = request.requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH);
        long declared =
                length == null ? -1 : Target.number("Content-Length", length, 0, Long.MAX_VALUE);
        if (declared > bytesMax) {
            throw HttpFailure.bodyTooLarge(bytesMax);
        }
        try {
            return new RequestBody(declared, bytesMax, budget);
        } catch (HttpFailure e) {
            throw e.closing();
        }
    }

    private void add(ByteBuf chunk) {
        int length = chunk.readableBytes();
        if (size + (long) length > bytesMax) {
            throw HttpFailure.bodyTooLarge(bytesMax);
        }
        if (size + length > bytes.length) {
            int capacity = (int) Math.min(bytesMax, Math.max(size + length, 2L * bytes.length));
            try {
                budget.take(capacity - bytes.length);
            } catch (HttpFailure e) {
                throw e.closing();
            }
            taken += capacity - bytes.length;
            bytes = Arrays.copyOf(bytes, capacity);
        }
        chunk.readBytes(bytes, size, length);
        size += length;
    }

    private void release() {
        budget.giveBack(taken);
        taken = 0;
    }
}
