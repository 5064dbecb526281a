package io.headrace.gateway.http;

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
 * malformed requests (400), too long targets (414) and too large headers (431).
 */
@Sharable
public final class DecodeFailureBody extends ChannelOutboundHandlerAdapter {

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
        int status = response.status().code();
        String message =
                switch (status) {
                    case 413 -> "The body is too large.";
                    case 414 -> "The request target is too long.";
                    case 431 -> "The request headers are too large.";
                    default -> "The request is not well-formed HTTP.";
                };
        byte[] body = Reply.errorBody(HttpFailure.of(status, status, message));
        FullHttpResponse full =
                new DefaultFullHttpResponse(
                        response.protocolVersion(),
                        response.status(),
                        context.alloc().buffer(body.length).writeBytes(body));
        full.headers().set(response.headers());
        full.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Reply.JSON)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        response.release();
        return full;
    }
}
