package io.headrace.broker.kafka;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts the byte stream of one connection into frames: a length of 4 bytes, then that many bytes.
 *
 * <p>A frame that arrived whole is passed on as a slice of the receive buffer, without a copy; one
 * that did not is collected in a buffer of its own, which grows with what arrives. Memory is taken
 * before, from {@link FrameMemory}; without it the socket is not read.
 *
 * <p>Owner: the connection's event loop. Who gets a frame releases it and gives its memory back.
 *
 * <p>Errors: a length below {@link #FRAME_BYTES_MIN} or above the limit closes the connection.
 */
final class FrameAssembler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(FrameAssembler.class);

    /** API key, version and correlation id. */
    static final int FRAME_BYTES_MIN = 8;

    private static final int LENGTH_BYTES = 4;
    private static final int GROWTH_BYTES = 1 << 20;

    private final int frameBytesMax;
    private final FrameMemory memory;
    private final ReadGate gate;
    private final ListenerCounters counters;

    private int lengthBytes;
    private int length;
    private boolean hasMemory;
    private @Nullable ByteBuf partial;
    private @Nullable ByteBuf unread;
    private boolean isOver;

    FrameAssembler(
            int frameBytesMax, FrameMemory memory, ReadGate gate, ListenerCounters counters) {
        this.frameBytesMax = frameBytesMax;
        this.memory = memory;
        this.gate = gate;
        this.counters = counters;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        ByteBuf before = unread;
        if (isOver) {
            bytes.release();
        } else if (before != null) {
            // Read before the socket noticed that reading is off; it waits with the rest.
            unread = before.alloc().compositeBuffer().addComponents(true, before, bytes);
        } else {
            consume(context, bytes);
        }
    }

    /** Owns the bytes. */
    private void consume(ChannelHandlerContext context, ByteBuf bytes) {
        while (bytes.isReadable() && !isOver) {
            if (lengthBytes < LENGTH_BYTES && !readLength(context, bytes)) {
                continue;
            }
            if (!hasMemory && !takeMemory(context)) {
                unread = bytes;
                return;
            }
            ByteBuf frame = readFrame(context, bytes);
            if (frame != null) {
                lengthBytes = 0;
                length = 0;
                hasMemory = false;
                context.fireChannelRead(frame);
            }
        }
        bytes.release();
    }

    /**
     * @return whether the length is known now
     */
    private boolean readLength(ChannelHandlerContext context, ByteBuf bytes) {
        length = length << 8 | bytes.readUnsignedByte();
        if (++lengthBytes < LENGTH_BYTES) {
            return false;
        }
        if (length < FRAME_BYTES_MIN || length > frameBytesMax) {
            if (counters.mayTell(System.nanoTime())) {
                LOG.atInfo()
                        .addKeyValue("remote", context.channel().remoteAddress())
                        .log(
                                "A connection is closed: a request of {} bytes is announced,"
                                        + " allowed are {} to {}; does it speak another protocol?",
                                length,
                                FRAME_BYTES_MIN,
                                frameBytesMax);
            }
            isOver = true;
            var _ = context.close();
            return false;
        }
        return true;
    }

    private boolean takeMemory(ChannelHandlerContext context) {
        hasMemory =
                memory.take(
                        length, () -> context.channel().eventLoop().execute(() -> retry(context)));
        if (!hasMemory) {
            gate.close(ReadGate.Reason.NO_MEMORY);
        }
        return hasMemory;
    }

    private void retry(ChannelHandlerContext context) {
        if (isOver) {
            memory.passOn();
            return;
        }
        ByteBuf waiting = unread;
        unread = null;
        if (waiting != null) {
            consume(context, waiting);
        }
        if (unread == null) {
            gate.open(ReadGate.Reason.NO_MEMORY);
            memory.passOn();
        }
    }

    private @Nullable ByteBuf readFrame(ChannelHandlerContext context, ByteBuf bytes) {
        ByteBuf collected = partial;
        if (collected == null) {
            if (bytes.readableBytes() >= length && bytes.nioBufferCount() == 1) {
                return bytes.readRetainedSlice(length);
            }
            collected = context.alloc().directBuffer(Math.min(length, GROWTH_BYTES), length);
            partial = collected;
        }
        collected.writeBytes(
                bytes, Math.min(bytes.readableBytes(), length - collected.readableBytes()));
        if (collected.readableBytes() < length) {
            return null;
        }
        partial = null;
        return collected;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        isOver = true;
        if (hasMemory) {
            hasMemory = false;
            memory.give(length);
        }
        release(partial);
        release(unread);
        partial = null;
        unread = null;
        context.fireChannelInactive();
    }

    private static void release(@Nullable ByteBuf bytes) {
        if (bytes != null) {
            bytes.release();
        }
    }
}
