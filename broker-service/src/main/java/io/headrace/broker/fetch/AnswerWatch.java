package io.headrace.broker.fetch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees, for one connection, that answers go out: how fast, and whether a segment could be read.
 *
 * <p>Looks once in a window, and only while something waits to be written. A client is slow in a
 * window when something that had waited at its begin still waits at its end, and too few bytes went
 * out in between.
 *
 * <p>Owner: the connection's event loop.
 */
final class AnswerWatch extends ChannelOutboundHandlerAdapter {

    private static final long NOT_SLOW = -1;

    private final SlowReaders readers;
    private final long windowNs;
    private long accepted;
    private boolean isWatching;
    private boolean hasFailed;

    /** As they were when the window began. */
    private long acceptedBefore;

    private long writtenBefore;
    private long beginNs;

    /** For how long the client has been slow. */
    private long slowNs = NOT_SLOW;

    AnswerWatch(SlowReaders readers) {
        this.readers = readers;
        this.windowNs = readers.settings().window().toNanos();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        accepted += length(message);
        if (message instanceof SliceRegion region) {
            ChannelPromise told = promise.unvoid();
            var _ = told.addListener(done -> written(region, done.cause()));
            var _ = context.write(message, told);
        } else {
            var _ = context.write(message, promise);
        }
    }

    /** All that waits fails together, in order: the first is the one that was being read. */
    private void written(SliceRegion region, @Nullable Throwable cause) {
        if (cause == null || hasFailed) {
            return;
        }
        hasFailed = true;
        IOException failure = ReadFailure.in(cause);
        if (failure != null) {
            region.failed(failure);
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        if (!isWatching) {
            long left = left(context);
            if (left > 0) {
                isWatching = true;
                begin(accepted - left);
                again(context);
            }
        }
    }

    private void begin(long written) {
        acceptedBefore = accepted;
        writtenBefore = written;
        beginNs = System.nanoTime();
    }

    private void again(ChannelHandlerContext context) {
        var _ = context.executor().schedule(() -> look(context), windowNs, TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext context) {
        long left = context.channel().isActive() ? left(context) : 0;
        if (left == 0) {
            isWatching = false;
            slowNs = NOT_SLOW;
            return;
        }
        long written = accepted - left;
        long tookNs = System.nanoTime() - beginNs;
        // An event loop that stood still has written nothing, whoever was reading.
        boolean isOwnFault = tookNs > 2 * windowNs;
        boolean isSlow =
                !isOwnFault
                        && written < acceptedBefore
                        && written - writtenBefore < readers.settings().bytesMin();
        if (!isSlow) {
            slowNs = NOT_SLOW;
        } else if (isTooSlow(context, tookNs, left)) {
            isWatching = false;
            readers.closed(context.channel().remoteAddress());
            var _ = context.close();
            return;
        }
        begin(written);
        again(context);
    }

    private boolean isTooSlow(ChannelHandlerContext context, long tookNs, long left) {
        boolean isNew = slowNs == NOT_SLOW;
        slowNs = isNew ? tookNs : slowNs + tookNs;
        readers.slow(context.channel().remoteAddress(), isNew, left);
        return slowNs >= readers.settings().closeAfter().toNanos();
    }

    /** Bytes that were flushed and are not written yet. */
    private static long left(ChannelHandlerContext context) {
        ChannelOutboundBuffer waiting = context.channel().unsafe().outboundBuffer();
        if (waiting == null || waiting.isEmpty()) {
            return 0;
        }
        long[] left = {0};
        try {
            waiting.forEachFlushedMessage(
                    message -> {
                        left[0] += length(message);
                        return true;
                    });
        } catch (Exception e) {
            throw new IllegalStateException("counting cannot fail", e);
        }
        return left[0];
    }

    private static long length(Object message) {
        return switch (message) {
            case ByteBuf bytes -> bytes.readableBytes();
            case ByteBufHolder holder -> holder.content().readableBytes();
            case FileRegion region -> region.count() - region.transferred();
            default -> 0;
        };
    }
}
