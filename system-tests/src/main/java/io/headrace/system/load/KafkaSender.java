package io.headrace.system.load;

import io.headrace.system.history.History;
import io.headrace.system.history.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A producer at a steady pace, one partition after the other: an idempotent one that tries again,
 * or one that tries once and is told of what is certainly not done.
 *
 * <p>Bounds: {@value #WAITING_MAX} values wait for their replies; then it waits too.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the callback is told everything
final class KafkaSender extends Worker {

    private static final int WAITING_MAX = 1000;
    private static final int PADDING = 60;
    private static final int SELDOM = 4; // who tries once sends that many times less
    private static final Duration CLOSE_MAX = Duration.ofMinutes(1);

    private final String bootstrapServers;
    private final TestTopic topic;
    private final boolean triesOnce;
    private final Journal journal;
    private final Semaphore waiting = new Semaphore(WAITING_MAX);
    private final int number;

    KafkaSender(
            String name,
            String bootstrapServers,
            TestTopic topic,
            boolean triesOnce,
            Journal journal) {
        super(name, journal);
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.triesOnce = triesOnce;
        this.journal = journal;
        this.number = journal.producer(name, !triesOnce);
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>();
        if (triesOnce) {
            settings.putAll(Map.of("retries", 0, "max.in.flight.requests.per.connection", 1));
        }
        settings.putAll(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "enable.idempotence",
                        !triesOnce,
                        "acks",
                        "all",
                        "linger.ms",
                        5,
                        "request.timeout.ms",
                        10_000,
                        "max.block.ms",
                        120_000,
                        "delivery.timeout.ms",
                        120_000,
                        "client.id",
                        name()));
        return settings;
    }

    @Override
    void work() {
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings(), new ByteArraySerializer(), new ByteArraySerializer());
        try {
            long periodNs = TimeUnit.SECONDS.toNanos(triesOnce ? SELDOM : 1) / topic.perSecond();
            long nextNs = System.nanoTime();
            for (long counter = 0; !isStopping(); counter++) {
                acquire();
                send(producer, counter);
                nextNs = Math.max(nextNs + periodNs, System.nanoTime() - periodNs * 10);
                long aheadNs = nextNs - System.nanoTime();
                if (aheadNs > 0) {
                    pause(TimeUnit.NANOSECONDS.toMillis(aheadNs));
                }
            }
        } finally {
            producer.close(CLOSE_MAX);
        }
    }

    private void acquire() {
        try {
            while (!waiting.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                if (isStopping()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
        }
    }

    private void send(KafkaProducer<byte[], byte[]> producer, long counter) {
        if (isStopping()) {
            return;
        }
        TopicPartition to = new TopicPartition(topic.name(), (int) (counter % topic.partitions()));
        byte[] value = new Value(number, counter).text(PADDING).getBytes(StandardCharsets.US_ASCII);
        long invokedMs = Journal.nowMs();
        journal.file().invoke(number, counter, journal.number(to), invokedMs);
        producer.send(
                new ProducerRecord<>(to.topic(), to.partition(), null, value),
                (metadata, failure) -> {
                    waiting.release();
                    ended(counter, to, failure == null ? metadata.offset() : 0, invokedMs, failure);
                });
    }

    private void ended(
            long counter,
            TopicPartition to,
            long offset,
            long invokedMs,
            @Nullable Exception failure) {
        if (failure == null) {
            journal.ok(
                    number,
                    counter,
                    journal.number(to),
                    offset < 0 ? History.NO_OFFSET : offset,
                    invokedMs);
            return;
        }
        if (!triesOnce) {
            journal.failedOverKafka(journal.number(to));
        }
        if (failure instanceof NotEnoughReplicasException
                || failure instanceof RecordTooLargeException
                || failure instanceof InvalidTopicException) {
            journal.file().failed(number, counter, Journal.nowMs(), code(failure));
        } else {
            journal.file().unknown(number, counter, Journal.nowMs(), code(failure));
        }
    }

    private static String code(Exception failure) {
        return failure.getClass().getSimpleName();
    }
}
