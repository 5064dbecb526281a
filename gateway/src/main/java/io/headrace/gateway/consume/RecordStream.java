package io.headrace.gateway.consume;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.Reply;
import io.headrace.gateway.http.Stopping;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Mono;
import reactor.netty.FutureMono;
import reactor.netty.channel.AbortedException;

/**
 * An answer that follows the log until the client goes, the count is reached, or the process stops.
 *
 * <pre>
 *   fetching --page--> writing --written--> fetching
 *   fetching --nothing within the heartbeat--> writing a comment --> fetching
 *   fetching --failure--> writing the error as an event --> closed
 *   any --client gone, write timeout--> closed
 * </pre>
 *
 * <p>At most one page is held, and the next is fetched only when it was written. Owner: the
 * connection's event loop.
 */
final class RecordStream {

    private static final byte[] SSE_HEARTBEAT = JsonWriter.constant(": waiting for records\n\n");
    private static final byte[] SSE_GOODBYE =
            JsonWriter.constant(": the gateway stops, connect again\nretry: 1000\n\n");
    private static final byte[] LINE = JsonWriter.constant("\n");
    private static final byte[] NOTHING = new byte[0];

    private final Call call;
    private final PartitionRead read;
    private final ReadRequest request;
    private final ConsumeLimits limits;
    private final Stopping stopping;
    private final GatewayMetrics metrics;
    private long nextOffset;
    private long countLeft;
    private boolean isOver;

    RecordStream(
            Call call,
            PartitionRead read,
            ReadRequest request,
            ConsumeLimits limits,
            Stopping stopping,
            GatewayMetrics metrics,
            long offset) {
        this.call = call;
        this.read = read;
        this.request = request;
        this.limits = limits;
        this.stopping = stopping;
        this.metrics = metrics;
        this.nextOffset = offset;
        this.countLeft = request.countMax();
    }

    /** Begins with a first page, so that an impossible start is still an error with a status. */
    Mono<Void> run(Page first) {
        return Mono.from(call.response().sendHeaders().then())
                .then(
                        Mono.defer(() -> send(first))
                                .then(Mono.defer(this::step).repeat(() -> !isOver).then()))
                .doOnDiscard(Page.class, Page::release);
    }

    private Mono<Void> step() {
        if (isOver) {
            return Mono.empty();
        }
        if (stopping.hasBegun()) {
            return goodbye();
        }
        return read.page(nextOffset, countLeft, limits.heartbeat())
                .takeUntilOther(stopping.signal())
                .flatMap(page -> send(page).thenReturn(true))
                .onErrorResume(HttpFailure.class, failure -> fail(failure).thenReturn(true))
                .switchIfEmpty(Mono.defer(() -> goodbye().thenReturn(true)))
                .then();
    }

    private Mono<Void> send(Page page) {
        nextOffset = page.nextOffset();
        if (page.count() == 0) {
            page.release();
            return write(Unpooled.wrappedBuffer(isSse() ? SSE_HEARTBEAT : LINE));
        }
        metrics.consumed(page.count(), page.sourceBytes());
        countLeft -= page.count();
        isOver = countLeft <= 0;
        return write(page.bytes());
    }

    private Mono<Void> fail(HttpFailure failure) {
        isOver = true;
        metrics.error(failure.code());
        byte[] body = Reply.errorBody(failure);
        ByteBuf event =
                isSse()
                        ? Unpooled.wrappedBuffer(
                                JsonWriter.constant("event: error\ndata: "),
                                body,
                                JsonWriter.constant("\n\n"))
                        : Unpooled.wrappedBuffer(body, LINE);
        return write(event);
    }

    private Mono<Void> goodbye() {
        isOver = true;
        return write(Unpooled.wrappedBuffer(isSse() ? SSE_GOODBYE : NOTHING));
    }

    private Mono<Void> write(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            bytes.release();
            return Mono.empty();
        }
        return FutureMono.deferFuture(() -> channel().writeAndFlush(new DefaultHttpContent(bytes)))
                .timeout(limits.writeTimeout())
                .onErrorMap(
                        TimeoutException.class,
                        late -> new AbortedException("the client does not read"));
    }

    /** The response's own sendObject takes one whole body only; what comes after it is dropped. */
    private Channel channel() {
        AtomicReference<Channel> channel = new AtomicReference<>();
        call.response().withConnection(connection -> channel.set(connection.channel()));
        return Objects.requireNonNull(channel.get());
    }

    private boolean isSse() {
        return request.framing() == Framing.SSE;
    }
}
