package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.replica.ReplicasEqual;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the leader of a replicated partition, again and again, while a stock producer writes
 * (acks=all): nothing acknowledged is lost or twice, order holds, and replicas end equal.
 *
 * <p>Prints the produce stall of each kill; {@code -Dheadrace.leader.kills=50} for a distribution.
 */
class LeaderKillTest {

    private static final int KILLS = Integer.getInteger("headrace.leader.kills", 3);
    private static final String TOPIC = "replicated";
    private static final int AFTER_KILL = 200;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Semaphore inFlight = new Semaphore(100);
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong lastAckNs = new AtomicLong();
    private final AtomicLong longestSilenceNs = new AtomicLong();

    @TempDir Path temp;

    @Test
    void nothing_acknowledged_is_lost_when_leaders_are_killed_under_load() throws Exception {
        List<Long> stallsMs = new ArrayList<>();
        try (ClusterProcesses cluster = ClusterProcesses.up(temp, 3)) {
            cluster.createTopic(TOPIC, 1, 3, 2);
            AtomicBoolean isOver = new AtomicBoolean();
            Thread sender =
                    Thread.ofPlatform()
                            .start(() -> send(cluster.processes().bootstrapServers(), isOver));
            for (int kill = 0; kill < KILLS; kill++) {
                awaitAcknowledged(acknowledged.get() + AFTER_KILL);
                cluster.awaitInSync(TOPIC, 0, 3);
                int leader = cluster.leader(TOPIC, 0);
                longestSilenceNs.set(0);
                cluster.processes().kill9(leader);
                awaitAcknowledged(acknowledged.get() + AFTER_KILL);
                stallsMs.add(longestSilenceNs.get() / 1_000_000);
                cluster.processes().start(leader);
            }
            isOver.set(true);
            sender.join();
            assertThat(failures).isEmpty();
            cluster.awaitInSync(TOPIC, 0, 3);
            List<String> stored = readAll(cluster.processes().bootstrapServers());
            assertThat(stored).hasSize((int) acknowledged.get());
            for (int i = 0; i < stored.size(); i++) {
                assertThat(stored.get(i)).isEqualTo("record " + i);
            }
            int equal =
                    ReplicasEqual.check(
                            List.of(
                                    cluster.processes().partition(1, TOPIC, 0),
                                    cluster.processes().partition(2, TOPIC, 0),
                                    cluster.processes().partition(3, TOPIC, 0)),
                            stored.size());
            assertThat(equal).isPositive();
        }
        Collections.sort(stallsMs);
        System.out.printf(
                "%d leaders killed, %d records; longest silence between acks, ms: p50 %d, max %d%n",
                KILLS, acknowledged.get(), stallsMs.get(KILLS / 2), stallsMs.getLast());
    }

    private void send(String bootstrap, AtomicBoolean isOver) {
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "delivery.timeout.ms",
                        120_000,
                        "request.timeout.ms",
                        10_000,
                        "linger.ms",
                        0);
        lastAckNs.set(System.nanoTime());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            long number = 0;
            while (!isOver.get() && failures.isEmpty()) {
                if (!inFlight.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                    continue;
                }
                String value = "record " + number++;
                var _ =
                        producer.send(
                                new ProducerRecord<>(TOPIC, 0, null, value),
                                (done, error) -> acknowledged(value, error));
            }
            producer.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acknowledged(String value, Exception error) {
        if (error != null) {
            failures.add(value + ": " + error);
        }
        long now = System.nanoTime();
        long silence = now - lastAckNs.getAndSet(now);
        longestSilenceNs.accumulateAndGet(silence, Math::max);
        acknowledged.incrementAndGet();
        inFlight.release();
    }

    private void awaitAcknowledged(long count) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !failures.isEmpty() || acknowledged.get() >= count);
        assertThat(failures).isEmpty();
    }

    private static List<String> readAll(String bootstrap) {
        List<String> values = new ArrayList<>();
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(1))) {
                    values.add(each.value());
                }
            }
        }
        return values;
    }
}
