package io.headrace.broker.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** An answer, made and sent on the event loop of its connection. */
interface Reply {

    Publisher<Void> send(HttpServerRequest request, HttpServerResponse response);

    /** A problem; the connection stays usable unless the problem closes it. */
    static Reply problem(Problem problem) {
        return (request, response) -> {
            response.status(HttpResponseStatus.valueOf(problem.status()));
            problem.headers().forEach(response::header);
            response.header(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE);
            return body(request, response, Unpooled.wrappedBuffer(problem.json()));
        };
    }

    static Reply json(ByteBuf body) {
        return (request, response) -> {
            response.header(HttpHeaderNames.CONTENT_TYPE, "application/json");
            return body(request, response, body);
        };
    }

    static Reply noContent() {
        return (request, response) -> response.status(HttpResponseStatus.NO_CONTENT).send();
    }

    /** Sends head and body in one write; the body is left out for HEAD. */
    private static Publisher<Void> body(
            HttpServerRequest request, HttpServerResponse response, ByteBuf body) {
        response.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.readableBytes()));
        if (request.method().equals(HttpMethod.HEAD)) {
            body.release();
            return response.send();
        }
        return response.sendObject(body).then();
    }
}
