package io.headrace.gateway.instance;

import io.headrace.gateway.http.Call;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
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
 * its kernel reset the connection; one that goes before all bytes arrived closes it while ours
 * still holds some. Either takes the page back. A client that has read everything closes the
 * connection in order, with every byte acknowledged. Without epoll only the reset is noticed.
 *
 * <p>Owner: the connection's event loop.
 */
final class ConnectionWatch {

    private static final String NAME = "headrace-page-watch";

    private final Channel channel;
    private final Writes writes;
    private final Handover handover;
    private final GenericFutureListener<Future<? super Void>> onClose;

    private ConnectionWatch(Channel channel, Writes writes, Handover handover) {
        this.writes = writes;
        this.channel = channel;
        this.handover = handover;
        this.onClose = closed -> handover.end(false);
    }

    /** Begins: a connection that closes ends the handover. */
    static ConnectionWatch of(Call call, Handover handover) {
        Channel channel = channel(call);
        ConnectionWatch watch = new ConnectionWatch(channel, writes(channel), handover);
        var _ = channel.closeFuture().addListener(watch.onClose);
        return watch;
    }

    static Channel channel(Call call) {
        AtomicReference<Channel> channel = new AtomicReference<>();
        call.response().withConnection(connection -> channel.set(connection.channel()));
        return Objects.requireNonNull(channel.get());
    }

    private static Writes writes(Channel channel) {
        if (channel.pipeline().get(NAME) instanceof Writes writes) {
            return writes;
        }
        Writes writes = new Writes();
        channel.pipeline().addFirst(NAME, writes);
        return writes;
    }

    /**
     * Nothing more will be written.
     *
     * @param isWhole whether the answer says that it is complete; a closed connection may say so
     */
    void end(boolean isWhole) {
        var _ = channel.closeFuture().removeListener(onClose);
        handover.end(isWhole && writes.pendingCount == 0 && !writes.hasFailed);
        writes.last = handover;
    }

    /** What was written to one connection, as bytes, and whom its reset concerns. */
    private static final class Writes extends ChannelDuplexHandler {

        private @Nullable Handover last;
        private int pendingCount;
        private boolean hasFailed;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
                throws Exception {
            if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
                super.write(context, message, promise);
                return;
            }
            pendingCount++;
            super.write(
                    context,
                    message,
                    promise.unvoid()
                            .addListener(
                                    written -> {
                                        pendingCount--;
                                        hasFailed |= !written.isSuccess();
                                    }));
        }

        /** Comes before the connection is closed on our side, if the client closed it. */
        @Override
        public void channelReadComplete(ChannelHandlerContext context) throws Exception {
            Handover written = last;
            if (written != null && KernelQueue.isClosedWithBytesLeft(context.channel())) {
                written.lost();
            }
            super.channelReadComplete(context);
        }

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
