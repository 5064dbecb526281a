package io.headrace.broker.kafka;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.BooleanSupplier;
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
 * <p>Errors: a length below {@link #FRAME_BYTES_MIN} or above the limit closes the connection, and
 * so does a frame that takes too long ({@link FrameDeadline}).
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
    private final BooleanSupplier isBusy;
    private final ListenerCounters counters;
    private final FrameDeadline deadline;
    private final Channel channel;

    private int lengthBytes;
    private int length;
    private boolean hasMemory;
    private boolean isInLine;
    private @Nullable ByteBuf partial;
    private @Nullable ByteBuf unread;
    private boolean isOver;

    /**
     * @param isBusy whether a frame that begins now has to wait behind another
     */
    FrameAssembler(
            ListenerContext listener, Channel channel, ReadGate gate, BooleanSupplier isBusy) {
        this.frameBytesMax = listener.limits().frameBytesMax();
        this.memory = listener.memory();
        this.counters = listener.counters();
        this.channel = channel;
        this.gate = gate;
        this.isBusy = isBusy;
        gate.whenTurn(this::resume);
        this.deadline = new FrameDeadline(listener.limits().frameTime(), gate, this::tooSlow);
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
            if (lengthBytes < LENGTH_BYTES && !readLength(bytes)) {
                continue;
            }
            if (!hasMemory && !takeMemory(context)) {
                unread = bytes;
                deadline.awaits(channel.eventLoop(), 0);
                return;
            }
            ByteBuf frame = readFrame(context, bytes);
            if (frame != null) {
                lengthBytes = 0;
                length = 0;
                hasMemory = false;
                deadline.reached();
                context.fireChannelRead(frame);
            }
        }
        bytes.release();
        if (lengthBytes > 0 && !isOver) {
            ByteBuf begun = partial;
            deadline.awaits(channel.eventLoop(), begun == null ? 0 : begun.readableBytes());
        }
    }

    private void tooSlow() {
        ByteBuf begun = partial;
        int arrived = begun == null ? 0 : begun.readableBytes();
        end(
                lengthBytes < LENGTH_BYTES
                        ? "a request took too long to arrive"
                        : "a request took too long to arrive: "
                                + arrived
                                + " of "
                                + length
                                + " bytes are here");
    }

    private void end(String why) {
        counters.unreadable();
        if (counters.mayTell(System.nanoTime())) {
            LOG.atInfo()
                    .addKeyValue("remote", channel.remoteAddress())
                    .log("A connection is closed: {}", why);
        }
        isOver = true;
        var _ = channel.close();
    }

    /**
     * @return whether the length is known now
     */
    private boolean readLength(ByteBuf bytes) {
        length = length << 8 | bytes.readUnsignedByte();
        if (++lengthBytes < LENGTH_BYTES) {
            return false;
        }
        if (length < FRAME_BYTES_MIN || length > frameBytesMax) {
            end(OtherProtocol.explain(length, frameBytesMax));
            return false;
        }
        return true;
    }

    private boolean takeMemory(ChannelHandlerContext context) {
        if (isBusy.getAsBoolean()) {
            hasMemory = memory.takeAhead(length);
            if (!hasMemory) {
                gate.close(ReadGate.Reason.BEHIND_ANOTHER);
            }
            return hasMemory;
        }
        hasMemory =
                memory.take(
                        length, () -> context.channel().eventLoop().execute(() -> retry(context)));
        if (!hasMemory) {
            isInLine = true;
            gate.close(ReadGate.Reason.NO_MEMORY);
        }
        return hasMemory;
    }

    /** Nothing is before the bytes that were read already. */
    private void resume() {
        ChannelHandlerContext context = channel.pipeline().context(this);
        if (context != null && !isOver) {
            consumeUnread(context);
        }
    }

    private void consumeUnread(ChannelHandlerContext context) {
        ByteBuf waiting = unread;
        unread = null;
        if (waiting != null) {
            consume(context, waiting);
        }
    }

    private void retry(ChannelHandlerContext context) {
        if (isOver) {
            memory.passOn();
            return;
        }
        isInLine = false;
        consumeUnread(context);
        if (!isInLine) {
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
        deadline.cancel();
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
