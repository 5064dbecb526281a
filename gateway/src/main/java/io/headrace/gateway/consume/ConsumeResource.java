package io.headrace.gateway.consume;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.Endpoint;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.InFlightBytes;
import io.headrace.gateway.http.Stopping;
import io.headrace.gateway.route.Brokers;
import io.headrace.gateway.route.Topics;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.headrace.gateway.telemetry.Tracing;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** {@code GET /topics/{topic}/partitions/{partition}/records}. */
public final class ConsumeResource implements Endpoint {

    public static final String NEXT_OFFSET = "Headrace-Next-Offset";
    private static final String HIGH_WATERMARK = "Headrace-High-Watermark";
    private static final String LOG_START_OFFSET = "Headrace-Log-Start-Offset";

    private final Topics topics;
    private final Brokers brokers;
    private final ConsumeLimits limits;
    private final InFlightBytes budget;
    private final Stopping stopping;
    private final GatewayMetrics metrics;
    private final Tracing tracing;

    public ConsumeResource(
            Topics topics,
            Brokers brokers,
            ConsumeLimits limits,
            InFlightBytes budget,
            Stopping stopping,
            GatewayMetrics metrics,
            Tracing tracing) {
        this.topics = topics;
        this.brokers = brokers;
        this.limits = limits;
        this.budget = budget;
        this.stopping = stopping;
        this.metrics = metrics;
        this.tracing = tracing;
    }

    @Override
    public Publisher<Void> answer(Call call) {
        return topics.find(call.segment(1)).flatMap(topic -> answer(call, topic));
    }

    private Mono<Void> answer(Call call, TopicImage topic) {
        int partition = Topics.partition(topic, call.segment(3));
        ReadRequest request = ReadRequest.of(call, partition, limits);
        TopicPartition tp = new TopicPartition(topic.name(), partition);
        boolean isPage = !request.isFollowing() && !call.isHead();
        Tracing.Span span = isPage ? tracing.receive(call.traceContext()) : null;
        PartitionRead read =
                new PartitionRead(brokers, tp, request, limits, call.response().alloc(), span);
        if (request.isFollowing()) {
            return stream(call, request, read);
        }
        long reserved = 3L * request.bytesMax();
        return Mono.using(
                () -> {
                    budget.take(reserved);
                    return reserved;
                },
                taken -> page(call, request, recorded(page(request, read), tp.topic(), span)),
                budget::giveBack);
    }

    /** An answer without records is not worth a span, and a stream has no end to record. */
    private static Mono<Page> recorded(Mono<Page> page, String topic, Tracing.@Nullable Span span) {
        if (span == null) {
            return page;
        }
        return page.doOnNext(
                        read -> {
                            if (read.count() > 0) {
                                span.end(topic, read.count(), null);
                            }
                        })
                .doOnError(error -> span.end(topic, 0, HttpFailure.kindOf(error)));
    }

    private Mono<Void> page(Call call, ReadRequest request, Mono<Page> read) {
        return call.onOwnLoop(read)
                .flatMap(page -> Mono.from(write(call, request, page)))
                .doOnDiscard(Page.class, Page::release);
    }

    private Mono<Page> page(ReadRequest request, PartitionRead read) {
        return read.start()
                .flatMap(
                        offset ->
                                read.page(
                                                offset,
                                                request.countMax(),
                                                Duration.ofMillis(request.timeoutMs()))
                                        .takeUntilOther(stopping.signal())
                                        .switchIfEmpty(
                                                Mono.fromSupplier(() -> nothing(request, offset))));
    }

    /** What a waiting reader gets when the process stops. */
    private static Page nothing(ReadRequest request, long offset) {
        byte[] empty = request.framing() == Framing.ARRAY ? new byte[] {'[', ']'} : new byte[0];
        return new Page(Unpooled.wrappedBuffer(empty), offset, -1, -1, 0, 0);
    }

    private Publisher<Void> write(Call call, ReadRequest request, Page page) {
        metrics.consumed(page.count(), page.sourceBytes());
        head(call, request, page)
                .set(NEXT_OFFSET, Long.toString(page.nextOffset()))
                .setInt(HttpHeaderNames.CONTENT_LENGTH, page.bytes().readableBytes());
        if (call.isHead()) {
            page.release();
            return call.response().send();
        }
        return call.response().sendObject(page.bytes()).then().timeout(limits.writeTimeout());
    }

    private static HttpHeaders head(Call call, ReadRequest request, Page page) {
        HttpHeaders headers = call.response().responseHeaders();
        headers.set(HttpHeaderNames.CONTENT_TYPE, request.contentType());
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (page.highWatermark() >= 0) {
            headers.set(HIGH_WATERMARK, Long.toString(page.highWatermark()));
            headers.set(LOG_START_OFFSET, Long.toString(page.logStartOffset()));
        }
        return headers;
    }

    private Mono<Void> stream(Call call, ReadRequest request, PartitionRead read) {
        if (stopping.hasBegun()) {
            throw HttpFailure.unavailable(503, "The gateway stops; connect again.");
        }
        return Mono.using(
                () -> {
                    if (metrics.streamOpened() > limits.streamsMax()) {
                        metrics.streamClosed();
                        throw HttpFailure.unavailable(
                                503, "There are " + limits.streamsMax() + " open streams already.");
                    }
                    return call;
                },
                opened -> run(call, request, read),
                opened -> metrics.streamClosed());
    }

    private Mono<Void> run(Call call, ReadRequest request, PartitionRead read) {
        Mono<Page> page =
                read.start()
                        .flatMap(offset -> read.page(offset, request.countMax(), Duration.ZERO));
        return call.onOwnLoop(page)
                .flatMap(
                        first -> {
                            head(call, request, first);
                            if (call.isHead()) {
                                first.release();
                                return call.response().send().then();
                            }
                            return new RecordStream(
                                            call,
                                            read,
                                            request,
                                            limits,
                                            stopping,
                                            metrics,
                                            first.nextOffset())
                                    .run(first);
                        });
    }
}
