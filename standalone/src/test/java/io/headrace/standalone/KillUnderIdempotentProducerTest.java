package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 under one stock producer with Kafka's defaults (idempotent, acks=all, five requests in
 * flight), again and again while it writes and tries again: every record is there once, in the
 * order of sending.
 */
class KillUnderIdempotentProducerTest {

    private static final int KILLS = Integer.getInteger("headrace.producer.kills", 6);
    private static final int PARTITIONS = 2;
    private static final int RECORDS_PER_ROUND = 30_000;
    private static final String TOPIC = "exact";

    private final long seed = Long.getLong("headrace.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Integer> ports = FreePorts.some(4);
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Semaphore allowed = new Semaphore(0);
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final List<List<String>> sent = List.of(new ArrayList<>(), new ArrayList<>());

    @TempDir Path temp;

    @Test
    void nothing_is_lost_repeated_or_moved_by_kills() throws Exception {
        System.out.println("-Dheadrace.seed=" + seed);
        PlatformProcess platform = up();
        try (KafkaProducer<String, String> producer = producer(platform)) {
            platform.createTopic(TOPIC, PARTITIONS);
            Thread sender = Thread.ofPlatform().name("sender").start(() -> send(producer));
            for (int kill = 1; kill <= KILLS; kill++) {
                allowed.release(RECORDS_PER_ROUND);
                awaitAcknowledged(acknowledged.get() + 1 + random.nextInt(RECORDS_PER_ROUND / 2));
                platform.kill9();
                platform.close();
                System.out.printf("kill %d: acknowledged %d%n", kill, acknowledged.get());
                platform = up();
            }
            awaitAcknowledged((long) KILLS * RECORDS_PER_ROUND);
            isOver.set(true);
            sender.join();
            producer.flush();
            verify(platform);
        } finally {
            isOver.set(true);
            platform.close();
        }
    }

    private PlatformProcess up() {
        PlatformProcess platform = PlatformProcess.start(temp, ports);
        try {
            platform.child()
                    .awaitLine(
                            line -> line.startsWith("Headrace is ready"),
                            PlatformProcess.START_WAIT);
            return platform;
        } catch (AssertionError e) {
            platform.close();
            throw e;
        }
    }

    private static KafkaProducer<String, String> producer(PlatformProcess platform) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        platform.bootstrapServers(),
                        "request.timeout.ms",
                        5_000,
                        "delivery.timeout.ms",
                        600_000,
                        "max.block.ms",
                        300_000),
                new StringSerializer(),
                new StringSerializer());
    }

    private void send(KafkaProducer<String, String> producer) {
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
                                new ProducerRecord<>(TOPIC, partition, null, value),
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

    private void awaitAcknowledged(long count) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> !failures.isEmpty() || acknowledged.get() >= count);
        assertThat(failures).isEmpty();
    }

    private void verify(PlatformProcess platform) {
        assertThat(failures).isEmpty();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<String> stored =
                    RawLog.values(platform.http(), platform.broker(), TOPIC, partition);
            List<String> expected = sent.get(partition);
            for (int i = 0; i < Math.min(stored.size(), expected.size()); i++) {
                assertThat(stored.get(i)).as("at offset %d", i).isEqualTo(expected.get(i));
            }
            assertThat(stored.size()).isEqualTo(expected.size());
        }
        System.out.println("stored once each: " + acknowledged.get());
    }
}
