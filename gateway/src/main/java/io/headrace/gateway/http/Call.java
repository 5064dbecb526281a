package io.headrace.gateway.http;

import io.headrace.gateway.telemetry.TraceContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.EventExecutor;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * One request as an endpoint sees it. Belongs to the connection's event loop.
 *
 * @param isHead whether only the headers of the answer are wanted
 */
public record Call(
        HttpServerRequest request, HttpServerResponse response, Target target, boolean isHead) {

    private static final AsciiString TRACEPARENT = AsciiString.cached(TraceContext.TRACEPARENT);
    private static final AsciiString TRACESTATE = AsciiString.cached(TraceContext.TRACESTATE);

    /**
     * Goes on the connection's own event loop. What a broker answers arrives on that broker
     * connection's loop; what is written and ended from there would cost a hand-over per write and
     * race with the end of this connection.
     */
    public <T> Mono<T> onOwnLoop(Mono<T> source) {
        return source.publishOn(Schedulers.fromExecutor(loop()));
    }

    /** The connection's own event loop. */
    public EventExecutor loop() {
        AtomicReference<EventExecutor> loop = new AtomicReference<>();
        response.withConnection(connection -> loop.set(connection.channel().eventLoop()));
        return Objects.requireNonNull(loop.get());
    }

    /** A segment of the path, decoded; index 0 is the first. */
    public String segment(int index) {
        return target.segments().get(index);
    }

    public @Nullable String header(CharSequence name) {
        return request.requestHeaders().get(name);
    }

    public @Nullable String accept() {
        return header(HttpHeaderNames.ACCEPT);
    }

    /** What the request is a part of, if it says so, once and as the standard wants it. */
    public @Nullable TraceContext traceContext() {
        HttpHeaders headers = request.requestHeaders();
        String traceparent = headers.get(TRACEPARENT);
        if (traceparent == null || headers.getAll(TRACEPARENT).size() > 1) {
            return null;
        }
        return TraceContext.parse(traceparent, String.join(",", headers.getAll(TRACESTATE)));
    }

    /** Media type of the body, lower case, without parameters; null if it is not stated. */
    public @Nullable String contentType() {
        String header = header(HttpHeaderNames.CONTENT_TYPE);
        if (header == null) {
            return null;
        }
        int semicolon = header.indexOf(';');
        String type = semicolon < 0 ? header : header.substring(0, semicolon);
        return type.trim().toLowerCase(Locale.ROOT);
    }
}
