package io.headrace.gateway.consume;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.route.BrokerFailure;
import io.headrace.gateway.route.Brokers;
import io.headrace.gateway.telemetry.Tracing;
import io.headrace.model.record.CorruptBatchException;
import io.headrace.model.topic.TopicPartition;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** One reader's way through one partition: from where it begins, page after page. */
final class PartitionRead {

    private final Brokers brokers;
    private final TopicPartition tp;
    private final ReadRequest request;
    private final PageWriter writer;
    private final int bytesMax;

    /**
     * @param span that records the answer, if one does
     */
    PartitionRead(
            Brokers brokers,
            TopicPartition tp,
            ReadRequest request,
            ConsumeLimits limits,
            ByteBufAllocator allocator,
            Tracing.@Nullable Span span) {
        this.brokers = brokers;
        this.tp = tp;
        this.request = request;
        this.bytesMax =
                request.isFollowing()
                        ? Math.min(request.bytesMax(), limits.streamPageBytes())
                        : request.bytesMax();
        this.writer =
                new PageWriter(
                        new RecordEncoder(tp.topic(), tp.partition(), request.format(), span),
                        tp.partition(),
                        request.framing(),
                        limits.decompressedBytesMax(),
                        allocator);
    }

    /** The offset that the request begins at. */
    Mono<Long> start() {
        String moment = request.moment();
        if (moment == null) {
            return Mono.just(request.offset());
        }
        return brokers.lookUp(tp, moment)
                .map(found -> found.offset())
                .onErrorMap(BrokerFailure.class, failure -> toHttp(failure, -1));
    }

    /**
     * The next page; empty of records if none came within the wait. Passes over batches that hold
     * no records for the reader.
     */
    Mono<Page> page(long offset, long countMax, Duration wait) {
        long deadlineNanos = System.nanoTime() + wait.toNanos();
        return fetch(offset, countMax, wait.toMillis())
                .flatMap(
                        page -> {
                            if (page.count() > 0 || page.nextOffset() == offset) {
                                return Mono.just(page);
                            }
                            page.release();
                            long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
                            return page(page.nextOffset(), countMax, Duration.ofNanos(leftNanos));
                        });
    }

    private Mono<Page> fetch(long offset, long countMax, long waitMs) {
        return brokers.fetch(
                        tp,
                        offset,
                        bytesMax,
                        waitMs,
                        fetched -> writer.write(fetched, offset, bytesMax, countMax))
                .doOnDiscard(Page.class, Page::release)
                .onErrorMap(error -> toHttp(error, offset));
    }

    private Throwable toHttp(Throwable error, long offset) {
        if (error instanceof BrokerFailure failure) {
            return failure.toHttp(tp.topic(), tp.partition(), offset);
        }
        if (error instanceof CorruptBatchException corrupt) {
            return HttpFailure.of(
                    502,
                    HttpFailure.RECORD_REJECTED,
                    "A record batch at or after offset "
                            + offset
                            + " cannot be read: "
                            + corrupt.getMessage()
                            + ".");
        }
        return error;
    }
}
