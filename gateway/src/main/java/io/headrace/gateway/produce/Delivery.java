package io.headrace.gateway.produce;

import io.headrace.gateway.http.HttpFailure;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Hands the records of one request to the producer, in order, and ends when each has its fate.
 *
 * <p>The producer never blocks (its {@code max.block.ms} is 0): where it has no metadata of the
 * topic yet, or where there is no producer yet, the rest of the records is handed over a moment
 * later, again and again until the wait is over. A later record never overtakes an earlier one.
 *
 * <p>Owner: the connection's event loop hands over and completes; the producer's thread only writes
 * fates and counts down, and the last one costs one hand-off to the loop. Errors: {@link
 * HttpFailure} 429 if the producer's memory is full before anything was handed over; everything
 * else is the fate of single records.
 */
final class Delivery {

    private static final long PAUSE_MIN_MS = 2;
    private static final long PAUSE_MAX_MS = 64;

    private final KeptProducer producers;
    private final PostedRecords records;
    private final EventExecutor loop;
    private final long deadlineNanos;
    private final MonoSink<PostedRecords> sink;
    private final AtomicInteger left;
    private int next;
    private int handedOverCount;
    private long pauseMs = PAUSE_MIN_MS;
    private boolean isHandingOver;
    private @Nullable Exception refusal;
    private volatile boolean isCancelled;

    private Delivery(
            KeptProducer producers,
            PostedRecords records,
            EventExecutor loop,
            Duration wait,
            MonoSink<PostedRecords> sink) {
        this.producers = producers;
        this.records = records;
        this.loop = loop;
        this.deadlineNanos = System.nanoTime() + wait.toNanos();
        this.sink = sink;
        this.left = new AtomicInteger(records.count() - records.rejectedCount() + 1);
    }

    /**
     * @param records sealed
     * @param loop the connection's, on which this is subscribed
     * @param wait for a producer and for the topic's metadata
     * @return the records with their fates, on the loop
     */
    static Mono<PostedRecords> of(
            KeptProducer producers, PostedRecords records, EventExecutor loop, Duration wait) {
        return Mono.create(
                sink -> {
                    Delivery delivery = new Delivery(producers, records, loop, wait, sink);
                    sink.onCancel(() -> delivery.isCancelled = true);
                    delivery.handOver();
                });
    }

    private void handOver() {
        while (next < records.count()) {
            ProducerRecord<byte[], byte[]> record = records.record(next);
            if (record == null) {
                next++;
                continue;
            }
            Producer<byte[], byte[]> producer = producers.current();
            Exception refused = producer == null ? null : send(producer, record);
            if (producer == null || (refused != null && isWorthWaiting(producer, refused))) {
                if (!isOver()) {
                    return;
                }
                failRest(ProduceFailure.notReady(records.topic().name(), refused));
            } else if (refused instanceof BufferExhaustedException) {
                HttpFailure full = ProduceFailure.full();
                if (handedOverCount == 0) {
                    sink.error(full);
                    return;
                }
                failRest(ProduceFailure.ofRecord(full));
            } else {
                next++;
                if (refused != null) {
                    fail(next - 1, ProduceFailure.of(refused));
                } else {
                    handedOverCount++;
                }
            }
        }
        countDown();
    }

    /**
     * @return why the producer did not take the record; null if it did
     */
    private @Nullable Exception send(
            Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        refusal = null;
        isHandingOver = true;
        try {
            var _ = producer.send(record, new Fate(this, producer, next));
        } catch (RuntimeException e) {
            refusal = e;
        } finally {
            isHandingOver = false;
        }
        return refusal;
    }

    /** Whether the record was not taken for a reason that passes; a broken producer is replaced. */
    private boolean isWorthWaiting(Producer<byte[], byte[]> producer, Exception refused) {
        if (ProduceFailure.isOfBrokenProducer(refused)) {
            producers.retire(producer);
            return true;
        }
        return refused instanceof TimeoutException
                && !(refused instanceof BufferExhaustedException);
    }

    /**
     * @return false if the rest is handed over later, or never since nobody waits for it
     */
    private boolean isOver() {
        if (isCancelled) {
            return false;
        }
        if (System.nanoTime() - deadlineNanos >= 0) {
            return true;
        }
        var _ = loop.schedule(this::handOver, pauseMs, TimeUnit.MILLISECONDS);
        pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2);
        return false;
    }

    private void failRest(HttpFailure failure) {
        for (; next < records.count(); next++) {
            if (records.record(next) != null) {
                fail(next, failure);
            }
        }
    }

    private void fail(int index, HttpFailure failure) {
        records.failed(index, failure);
        countDown();
    }

    private void countDown() {
        if (left.decrementAndGet() > 0) {
            return;
        }
        if (loop.inEventLoop()) {
            sink.success(records);
        } else {
            loop.execute(() -> sink.success(records));
        }
    }

    /** Any thread: the producer's, or the loop while a record is handed over. */
    private void done(
            Producer<byte[], byte[]> producer,
            int index,
            RecordMetadata where,
            @Nullable Exception error) {
        if (error == null) {
            records.appended(index, where.partition(), where.offset());
            countDown();
        } else if (loop.inEventLoop() && isHandingOver) {
            refusal = error;
        } else {
            if (ProduceFailure.isFatal(error)) {
                producers.retire(producer);
            }
            fail(index, ProduceFailure.of(error));
        }
    }

    /** What the producer tells about one record. */
    private record Fate(Delivery delivery, Producer<byte[], byte[]> producer, int index)
            implements Callback {

        @Override
        public void onCompletion(RecordMetadata where, @Nullable Exception error) {
            delivery.done(producer, index, where, error);
        }
    }
}
