package io.headrace.broker.fetch;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees, for one connection, that answers go out: how fast, and whether a segment could be read.
 *
 * <p>Looks once in a window, and only while something waits to be written. An answer stands in a
 * window when something that had waited at its begin still waits at its end, and too few bytes went
 * out in between.
 *
 * <p>That alone is no slow client. A consumer asks for its next records before it works on those
 * that it has, and one that does not read from its sockets meanwhile (a Kafka consumer without a
 * group) looks to TCP as one that reads a byte a second: nothing goes out, for kernels open the
 * window, and take more to send, in large steps only. What differs is the time before:
 *
 * <pre>
 *   its first answer stands                   it waits for it, and takes it not: slow
 *   it took an answer, and asked for more     it works on what it has: not slow,
 *                                             unless that goes on until it is given up
 * </pre>
 *
 * <p>Owner: the connection's event loop.
 */
final class AnswerWatch extends ChannelDuplexHandler {

    private final SlowReaders readers;
    private final long windowNs;
    private long accepted;
    private boolean isWatching;
    private boolean hasFailed;

    /** The client went on to ask when all answers so far had gone out. */
    private boolean hasAskedForMore;

    /** As they were when the window began. */
    private long acceptedBefore;

    private long writtenBefore;
    private long beginNs;

    /** For how long the answer has stood. */
    private long standsNs;

    /** The client was noted as slow, for this stand. */
    private boolean isSlow;

    AnswerWatch(SlowReaders readers) {
        this.readers = readers;
        this.windowNs = readers.settings().window().toNanos();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        hasAskedForMore = hasAskedForMore || (accepted > 0 && !waits(context));
        context.fireChannelRead(message);
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
            moved();
            return;
        }
        long written = accepted - left;
        long tookNs = System.nanoTime() - beginNs;
        // An event loop that stood still has written nothing, whoever was reading.
        boolean isOwnFault = tookNs > 2 * windowNs;
        boolean stands =
                !isOwnFault
                        && written < acceptedBefore
                        && written - writtenBefore < readers.settings().bytesMin();
        if (!stands) {
            moved();
        } else {
            stood(context, tookNs, left);
            if (!isWatching) {
                return;
            }
        }
        begin(written);
        again(context);
    }

    private void moved() {
        standsNs = 0;
        isSlow = false;
    }

    private void stood(ChannelHandlerContext context, long tookNs, long left) {
        standsNs += tookNs;
        boolean isGivenUp = standsNs >= readers.settings().closeAfter().toNanos();
        if (isGivenUp || !hasAskedForMore) {
            readers.slow(context.channel().remoteAddress(), !isSlow, left);
            isSlow = true;
        }
        if (isGivenUp) {
            isWatching = false;
            readers.closed(context.channel().remoteAddress());
            var _ = context.close();
        }
    }

    /** Bytes that were flushed and are not written yet. */
    private static long left(ChannelHandlerContext context) {
        ChannelOutboundBuffer waiting = context.channel().unsafe().outboundBuffer();
        if (waiting == null) {
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

    private static boolean waits(ChannelHandlerContext context) {
        ChannelOutboundBuffer waiting = context.channel().unsafe().outboundBuffer();
        return waiting != null && !waiting.isEmpty();
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
