package io.headrace.broker.http;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;

/**
 * Gives the error body to answers that Reactor Netty writes itself, before any endpoint is asked:
 * malformed requests (400), too long targets (414) and too large headers (431). Their connections
 * end, since what follows on them cannot be told apart.
 *
 * <p>Owner: stateless; each connection's event loop. Stands behind the HTTP codec.
 */
@Sharable
public final class DecodeFailureBody extends ChannelOutboundHandlerAdapter {

    /** Name in the pipeline. */
    public static final String NAME = "headrace-decode-failure-body";

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof FullHttpResponse response
                && response.status().code() >= 400
                && !response.content().isReadable()
                && !response.headers().contains(HttpHeaderNames.CONTENT_TYPE)) {
            var _ = context.write(withBody(context, response), promise);
        } else {
            var _ = context.write(message, promise);
        }
    }

    private static FullHttpResponse withBody(
            ChannelHandlerContext context, FullHttpResponse response) {
        byte[] body = problem(response.status().code()).json();
        FullHttpResponse full =
                new DefaultFullHttpResponse(
                        response.protocolVersion(),
                        response.status(),
                        context.alloc().buffer(body.length).writeBytes(body));
        full.headers().set(response.headers());
        full.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        response.release();
        return full;
    }

    private static Problem problem(int status) {
        return switch (status) {
            case 413 -> Problem.http(status, "CONTENT_TOO_LARGE", "the body is too large");
            case 414 -> Problem.http(status, "URI_TOO_LONG", "the request target is too long");
            case 431 ->
                    Problem.http(
                            status,
                            "REQUEST_HEADER_FIELDS_TOO_LARGE",
                            "the request headers are too large");
            default -> Problem.invalid("the request is not well-formed HTTP");
        };
    }
}
