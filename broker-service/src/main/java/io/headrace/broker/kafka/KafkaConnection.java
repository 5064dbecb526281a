package io.headrace.broker.kafka;

import io.headrace.broker.quota.Throttle;
import io.headrace.broker.security.Access;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: requests in order, one at a time, each answered before the next is looked at.
 *
 * <pre>
 *   idle --frame--> busy --answer written--> idle, or busy with the next frame
 *   any  --unreadable request, channel closed--> over
 *   idle --broker stops--> over
 *   busy --broker stops--> last --answer written, what else came dropped--> over
 * </pre>
 *
 * <p>Owner: the connection's event loop.
 *
 * <p>Bounds: {@value #WAITING_MAX} frames wait behind the one that is answered; then the socket is
 * not read. They are read ahead only while request memory is plenty ({@link FrameMemory}), so that
 * what waits behind slow answers never keeps others from being read. The next request begins when
 * the last byte of the answer has left for the socket, so a client that does not read holds one
 * answer at most.
 */
final class KafkaConnection extends ChannelInboundHandlerAdapter implements ChannelFutureListener {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaConnection.class);

    static final int WAITING_MAX = 16;

    /** How long a client that got its last answer may take to hang up. */
    private static final long HANG_UP_MS = 500;

    private final ListenerContext context;
    private final Channel channel;
    private final ReadGate gate;
    private final Client client;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    private @Nullable Exchange current;
    private boolean isDraining;
    private boolean isLast;
    private boolean isOver;

    KafkaConnection(ListenerContext context, Channel channel, ReadGate gate, Client client) {
        this.context = context;
        this.channel = channel;
        this.gate = gate;
        this.client = client;
    }

    Client client() {
        return client;
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    int pauseMs(String clientId, Throttle.Kind kind, long amount) {
        return context.throttle().pauseMs(Access.ANONYMOUS, clientId, kind, amount);
    }

    /** Whether a frame that begins now has to wait behind another. */
    boolean isBusy() {
        return current != null && !isLast && !isOver;
    }

    @Override
    public void channelRead(ChannelHandlerContext handler, Object message) {
        ByteBuf frame = (ByteBuf) message;
        if (isOver || isLast) {
            release(frame);
            return;
        }
        Exchange open = current;
        if (open == null) {
            begin(frame);
            return;
        }
        waiting.add(frame);
        if (waiting.size() == WAITING_MAX) {
            gate.close(ReadGate.Reason.QUEUE_FULL);
        }
        open.followed();
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /** Whether one of another kind waits; a frame begins with the number of its API. */
    boolean hasWaitingOtherThan(ApiKeys key) {
        for (ByteBuf frame : waiting) {
            if (frame.readableBytes() >= Short.BYTES
                    && frame.getShort(frame.readerIndex()) != key.id) {
                return true;
            }
        }
        return false;
    }

    private void begin(ByteBuf frame) {
        Exchange exchange = null;
        try {
            Requests.Parsed parsed = Requests.parse(context.apis(), frame.nioBuffer());
            exchange = new Exchange(this, parsed, frame);
            current = exchange;
            parsed.handle(exchange);
            if (!parsed.needsFrame()) {
                exchange.handedOver();
            }
        } catch (RuntimeException e) {
            if (exchange == null) {
                unreadable(frame, e);
            } else {
                exchange.fail(e);
            }
        }
    }

    private void unreadable(ByteBuf frame, RuntimeException cause) {
        context.counters().unreadable();
        if (context.counters().mayTell(System.nanoTime())) {
            LOG.atInfo()
                    .addKeyValue("remote", client.remote())
                    .log("A connection is closed: a request cannot be read: {}", reason(cause));
        }
        release(frame);
        end();
    }

    /** The class is enough to find the fault; a message may repeat what the client sent. */
    private static String reason(RuntimeException cause) {
        return cause instanceof UnreadableRequestException known
                ? String.valueOf(known.getMessage())
                : cause.getClass().getSimpleName();
    }

    /** Here and not where it failed, because the body may lie in the frame. */
    void answerFailure(Exchange exchange) {
        if (isOver) {
            forget(exchange, null);
            return;
        }
        ApiMessage response;
        try {
            response = exchange.failure();
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("A failed request has no error response");
            close(exchange, "the request failed inside the broker");
            return;
        }
        answer(exchange, response);
    }

    void answer(Exchange exchange, ApiMessage response) {
        if (isOver) {
            forget(exchange, response);
            return;
        }
        ApiKeys key = exchange.key();
        short version = responseVersion(exchange);
        List<Object> parts;
        try {
            Pauses.set(response, exchange.pauseMs());
            parts =
                    AnswerWriter.frame(
                            channel.alloc(),
                            exchange.correlationId(),
                            key.responseHeaderVersion(version),
                            response,
                            version);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("api", key).log("A response cannot be written");
            forget(exchange, response);
            end();
            return;
        }
        release(exchange);
        ChannelFuture last = null;
        for (Object part : parts) {
            last = channel.write(part);
        }
        channel.flush();
        if (last != null) {
            var _ = last.addListener(this);
        }
    }

    /** A client that is newer than this broker gets the one answer that every client reads. */
    private static short responseVersion(Exchange exchange) {
        short version = exchange.version();
        return exchange.key() == ApiKeys.API_VERSIONS && !exchange.key().isVersionSupported(version)
                ? 0
                : version;
    }

    void answerNothing(Exchange exchange) {
        release(exchange);
        if (!isOver) {
            var _ = exchange.pauseMs(); // counts, though nobody can be told
            count(exchange);
            next();
        }
    }

    void close(Exchange exchange, String why) {
        release(exchange);
        if (!isOver) {
            LOG.atInfo()
                    .addKeyValue("remote", client.remote())
                    .addKeyValue("api", exchange.key())
                    .log("A connection is closed: {}", why);
            end();
        }
    }

    /** Nobody gets this answer any more. */
    void forget(Exchange exchange, @Nullable ApiMessage response) {
        release(exchange);
        if (response instanceof FetchResponseData fetch) {
            fetch.responses()
                    .forEach(topic -> topic.partitions().forEach(KafkaConnection::closeSlice));
        }
    }

    private static void closeSlice(FetchResponseData.PartitionData partition) {
        if (partition.records() instanceof SliceRecords records) {
            records.slice().close();
        }
    }

    /** The last part of an answer was written, or the channel failed. */
    @Override
    public void operationComplete(ChannelFuture written) {
        if (isOver) {
            return;
        }
        if (written.isSuccess()) {
            Exchange done = current;
            if (done != null) {
                count(done);
            }
            next();
        } else {
            end();
        }
    }

    private void count(Exchange done) {
        context.requests().took(done.kind(), System.nanoTime() - done.startNanos());
    }

    /**
     * Takes no further request, and ends when the one that it has, if any, is answered. What waits
     * behind was not begun, and is dropped; what still comes is read and dropped, because a socket
     * that is closed with bytes unread may take the answer with it.
     */
    void finish() {
        if (isOver) {
            return;
        }
        isLast = true;
        dropWaiting();
        gate.open(ReadGate.Reason.QUEUE_FULL);
        gate.open(ReadGate.Reason.BEHIND_ANOTHER);
        if (current == null) {
            end();
        }
    }

    private void dropWaiting() {
        waiting.forEach(this::release);
        waiting.clear();
    }

    private void hangUp() {
        isOver = true;
        if (channel instanceof DuplexChannel duplex) {
            var _ = duplex.shutdownOutput();
            var _ = loop().schedule(this::closeChannel, HANG_UP_MS, TimeUnit.MILLISECONDS);
        } else {
            var _ = channel.close();
        }
    }

    private void closeChannel() {
        var _ = channel.close();
    }

    private void next() {
        current = null;
        if (isLast) {
            hangUp();
            return;
        }
        if (isDraining) {
            return; // the loop below goes on, so that many quick answers need no deep stack
        }
        isDraining = true;
        try {
            while (current == null && !isOver && !waiting.isEmpty()) {
                begin(waiting.remove());
            }
        } finally {
            isDraining = false;
        }
        if (waiting.isEmpty()) {
            gate.open(ReadGate.Reason.QUEUE_FULL);
        }
        if (!isBusy()) {
            gate.open(ReadGate.Reason.BEHIND_ANOTHER);
        }
    }

    private void end() {
        if (isOver) {
            return;
        }
        isOver = true;
        dropWaiting();
        var _ = channel.close();
    }

    void release(Exchange exchange) {
        ByteBuf frame = exchange.takeFrame();
        if (frame != null) {
            release(frame);
        }
    }

    private void release(ByteBuf frame) {
        int size = frame.readableBytes();
        frame.release();
        context.memory().give(size);
    }

    @Override
    public void channelInactive(ChannelHandlerContext handler) {
        end();
        Exchange open = current;
        if (open != null) {
            open.abandon();
        }
        handler.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext handler, Object event) {
        Exchange open = current;
        if (event instanceof IdleStateEvent && (open == null || open.isAnswered())) {
            end(); // also who has an answer and does not take it
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext handler, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.atDebug().addKeyValue("remote", client.remote()).log("A client is gone");
        } else {
            LOG.atError()
                    .setCause(cause)
                    .addKeyValue("remote", client.remote())
                    .log("A connection is closed for a reason that is ours");
        }
        end();
    }
}
