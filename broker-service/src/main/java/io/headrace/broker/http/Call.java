package io.headrace.broker.http;

import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.telemetry.BrokerMetrics;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

/**
 * One request on its way: what it names, where it came from.
 *
 * @param loop event loop of the connection; replies are made there
 */
record Call(RequestTarget target, HttpServerRequest request, EventLoop loop) {

    /** What all endpoints work with. */
    record Context(
            ReplicaManager replicas,
            BrokerMetrics metrics,
            HttpLimits limits,
            BytesInFlight bytesInFlight,
            SliceSender slices) {}

    HttpMethod method() {
        return request.method();
    }

    boolean isRead() {
        return method().equals(HttpMethod.GET) || method().equals(HttpMethod.HEAD);
    }

    @Nullable String header(CharSequence name) {
        return request.requestHeaders().get(name);
    }

    /**
     * @throws ProblemException 406 when Accept excludes the type
     */
    void requireAccepts(String mediaType) {
        String accept = header(HttpHeaderNames.ACCEPT);
        if (accept == null || accept.isBlank() || accept.contains("*/*")) {
            return;
        }
        String family = mediaType.substring(0, mediaType.indexOf('/') + 1) + "*";
        for (String range : accept.split(",", -1)) {
            String type = essence(range);
            if (type.equalsIgnoreCase(mediaType) || type.equalsIgnoreCase(family)) {
                return;
            }
        }
        throw new ProblemException(Problem.notAcceptable(mediaType));
    }

    /**
     * @throws ProblemException 405 unless the request is GET or HEAD
     */
    void requireRead() {
        if (!isRead()) {
            throw new ProblemException(Problem.methodNotAllowed(method().name(), "GET, HEAD"));
        }
    }

    /** A media type without its parameters. */
    static String essence(String mediaType) {
        int semicolon = mediaType.indexOf(';');
        return (semicolon < 0 ? mediaType : mediaType.substring(0, semicolon)).strip();
    }
}
