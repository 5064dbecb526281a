package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * One stock producer with Kafka's defaults (idempotent, acks=all, five requests in flight) that
 * writes and tries again however often its broker dies.
 *
 * <p>Owner: one sender thread makes the list of what was sent, which is read after {@link #finish}.
 */
final class IdempotentLoad implements AutoCloseable {

    private static final int PARTITIONS = 2;

    private final String topic;
    private final KafkaProducer<String, String> producer;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Semaphore allowed = new Semaphore(0);
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final List<List<String>> sent = List.of(new ArrayList<>(), new ArrayList<>());
    private final Thread sender;
    private long allowedSoFar;

    IdempotentLoad(String bootstrap, String topic) {
        this.topic = topic;
        producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrap,
                                "request.timeout.ms",
                                5_000,
                                "delivery.timeout.ms",
                                600_000,
                                "max.block.ms",
                                300_000),
                        new StringSerializer(),
                        new StringSerializer());
        sender = Thread.ofPlatform().name("idempotent-sender").start(this::send);
    }

    /** Lets it send as many records more. */
    void allow(int records) {
        allowedSoFar += records;
        allowed.release(records);
    }

    long acknowledged() {
        return acknowledged.get();
    }

    private void send() {
        long number = 0;
        try {
            while (!isOver.get()) {
                if (!allowed.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                    continue;
                }
                int partition = (int) (number % PARTITIONS);
                String value = "record " + number++;
                sent.get(partition).add(value);
                var _ =
                        producer.send(
                                new ProducerRecord<>(topic, partition, null, value),
                                (done, error) -> {
                                    if (error != null) {
                                        failures.add(value + ": " + error);
                                    }
                                    acknowledged.incrementAndGet();
                                });
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failures.add("the sender ended: " + e);
        }
    }

    void awaitAcknowledged(long count) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> !failures.isEmpty() || acknowledged.get() >= count);
        assertThat(failures).isEmpty();
    }

    /** Waits until all is acknowledged, and sends no more. */
    void finish() throws InterruptedException {
        awaitAcknowledged(allowedSoFar);
        isOver.set(true);
        sender.join();
        producer.flush();
        assertThat(failures).isEmpty();
    }

    /** After {@link #finish}: every record is there once, in the order of sending. */
    void verify(PlatformProcess platform) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<String> stored =
                    RawLog.values(platform.http(), platform.broker(), topic, partition);
            List<String> expected = sent.get(partition);
            for (int i = 0; i < Math.min(stored.size(), expected.size()); i++) {
                assertThat(stored.get(i)).as("at offset %d", i).isEqualTo(expected.get(i));
            }
            assertThat(stored.size()).isEqualTo(expected.size());
        }
    }

    @Override
    public void close() {
        isOver.set(true);
        producer.close(Duration.ZERO);
    }
}
