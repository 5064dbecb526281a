package io.headrace.gateway.instance;

import io.headrace.gateway.http.Call;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Learns from a connection whether its client received the page that was written to it last.
 *
 * <p>A written byte is the kernel's, not the client's. A client that goes with bytes unread makes
 * its kernel reset the connection; one that has read everything closes it in order. So a reset
 * after the write takes the page back.
 *
 * <p>Owner: the connection's event loop.
 */
final class ConnectionWatch {

    private static final String NAME = "headrace-page-watch";

    private final Channel channel;
    private final Handover handover;
    private final GenericFutureListener<Future<? super Void>> onClose;

    private ConnectionWatch(Channel channel, Handover handover) {
        this.channel = channel;
        this.handover = handover;
        this.onClose = closed -> handover.end(false);
    }

    /** Begins: a connection that closes ends the handover. */
    static ConnectionWatch of(Call call, Handover handover) {
        AtomicReference<Channel> channel = new AtomicReference<>();
        call.response().withConnection(connection -> channel.set(connection.channel()));
        ConnectionWatch watch =
                new ConnectionWatch(Objects.requireNonNull(channel.get()), handover);
        var _ = watch.channel.closeFuture().addListener(watch.onClose);
        return watch;
    }

    /** The answer was handed to the connection, or never will be. */
    void written() {
        var _ = channel.closeFuture().removeListener(onClose);
        if (channel.isActive()) {
            handler().last = handover;
        }
    }

    private Handler handler() {
        if (channel.pipeline().get(NAME) instanceof Handler handler) {
            return handler;
        }
        Handler handler = new Handler();
        channel.pipeline().addFirst(NAME, handler);
        return handler;
    }

    private static final class Handler extends ChannelInboundHandlerAdapter {

        private @Nullable Handover last;

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause)
                throws Exception {
            Handover written = last;
            if (written != null && cause instanceof IOException) {
                written.lost();
            }
            super.exceptionCaught(context, cause);
        }
    }
}
