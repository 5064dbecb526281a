package io.headrace.broker.http;

import io.headrace.broker.fetch.SliceLoader;
import io.headrace.broker.fetch.SliceRegion;
import io.headrace.broker.log.LogSlice;
import io.headrace.model.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Sends log slices: from the page cache by {@code sendfile}, after a worker has loaded what is not
 * in it, and by copying where the disk has no channel (simulated).
 *
 * <p>Bounds: the workers' queue; when it is full the fetch is refused with {@code OVERLOADED}.
 */
public final class SliceSender {

    private static final int COPY_BYTES = 256 << 10;

    private final SliceLoader loader;
    private final Scheduler scheduler;

    /**
     * @param workers threads that may wait for the device; bounded, rejects when full
     */
    public SliceSender(Executor workers) {
        this.loader = new SliceLoader(workers);
        this.scheduler = Schedulers.fromExecutor(workers);
    }

    /**
     * Makes sure that the slice can be sent without waiting for the device, then calls back: at
     * once when it can, else later on the event loop. The callback owns the slice; on a problem the
     * slice is closed.
     */
    void whenReady(
            LogSlice slice,
            EventLoop loop,
            BiConsumer<@Nullable LogSlice, @Nullable Problem> then) {
        loader.whenReady(
                slice,
                loop,
                outcome -> {
                    switch (outcome) {
                        case SliceLoader.Outcome.Ready(LogSlice ready) -> then.accept(ready, null);
                        case SliceLoader.Outcome.TooMany tooMany ->
                                then.accept(
                                        null,
                                        Problem.of(
                                                ErrorCode.OVERLOADED,
                                                "too many fetches wait for the disk; try again"));
                        case SliceLoader.Outcome.Failed(IOException cause) ->
                                then.accept(
                                        null,
                                        Problem.of(
                                                ErrorCode.KAFKA_STORAGE_ERROR,
                                                "the segment could not be read: "
                                                        + cause.getMessage()));
                    }
                });
    }

    /** Sends head and slice; owns the slice from here on. */
    Publisher<Void> send(LogSlice slice, HttpServerRequest request, HttpServerResponse response) {
        response.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(slice.length()));
        if (request.method().equals(HttpMethod.HEAD) || slice.length() == 0) {
            slice.close();
            return response.send();
        }
        Optional<FileChannel> channel = slice.transferChannel();
        if (channel.isPresent()) {
            return response.sendObject(new SliceRegion(channel.get(), slice)).then();
        }
        return response.send(copies(slice, response));
    }

    private Flux<ByteBuf> copies(LogSlice slice, HttpServerResponse response) {
        return Flux.<ByteBuf, Integer>generate(
                        () -> 0,
                        (from, sink) -> {
                            if (from >= slice.length()) {
                                sink.complete();
                                return from;
                            }
                            ByteBuf piece = copy(slice, from, response);
                            sink.next(piece);
                            return from + piece.readableBytes();
                        })
                .subscribeOn(scheduler)
                .doFinally(end -> slice.close());
    }

    private static ByteBuf copy(LogSlice slice, int from, HttpServerResponse response) {
        int length = Math.min(COPY_BYTES, slice.length() - from);
        ByteBuf piece = response.alloc().directBuffer(length, length);
        try {
            ByteBuffer target = piece.nioBuffer(0, length);
            int count = slice.read(target, from);
            if (count < length) {
                throw new IOException("the segment ends inside a slice");
            }
            return piece.writerIndex(length);
        } catch (IOException e) {
            piece.release();
            throw new UncheckedIOException(e);
        }
    }
}
