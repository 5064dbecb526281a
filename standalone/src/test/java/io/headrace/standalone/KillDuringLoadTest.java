package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.FreePorts;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 while three producers write, again and again on the same data. Of two that write over
 * HTTP and send nothing twice, every acknowledged record is at its offset afterwards, and no line
 * is there twice; of a stock Kafka producer that tries again, every record is there once, in order.
 *
 * <p>Three kills in the build, for its time; {@code -Dheadrace.kills=20} takes five minutes.
 */
class KillDuringLoadTest {

    private static final int KILLS = Integer.getInteger("headrace.kills", 3);
    private static final int PARTITIONS = 2;
    private static final int LINES_PER_ROUND_MAX = 200_000;
    private static final int BATCH_MAX = 300;
    private static final int EXACT_PER_ROUND = 10_000;
    private static final String TOPIC = "load";
    private static final String EXACT = "exact";

    private final long seed = Long.getLong("headrace.seed", 20261123);
    private final List<ConcurrentHashMap<Long, String>> acknowledged =
            List.of(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
    private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
    private final AtomicLong lineNumber = new AtomicLong();

    @TempDir Path temp;

    @Test
    void every_acknowledged_record_is_at_its_offset_after_each_kill() throws Exception {
        System.out.println("-Dheadrace.seed=" + seed);
        Random random = new Random(seed);
        List<String> lines = RealLines.numbered(5_000);
        List<Integer> ports = FreePorts.some(4);
        IdempotentLoad exact = null;
        try {
            for (int kill = 1; kill <= KILLS; kill++) {
                long startNs = System.nanoTime();
                try (PlatformProcess platform = PlatformProcess.up(temp, ports)) {
                    double readySeconds = (System.nanoTime() - startNs) / 1e9;
                    if (exact == null) {
                        platform.createTopic(TOPIC, PARTITIONS);
                        platform.createTopic(EXACT, PARTITIONS);
                        exact = new IdempotentLoad(platform.bootstrapServers(), EXACT);
                    } else {
                        verify(platform);
                    }
                    exact.allow(EXACT_PER_ROUND);
                    loadUntilKilled(platform, lines, random, exact);
                    System.out.printf(
                            "kill %d: ready in %.2f s, acknowledged so far %d + %d, %d, round %.2f s%n",
                            kill,
                            readySeconds,
                            acknowledged.get(0).size(),
                            acknowledged.get(1).size(),
                            exact.acknowledged(),
                            (System.nanoTime() - startNs) / 1e9);
                }
            }
            try (PlatformProcess platform = PlatformProcess.up(temp, ports)) {
                verify(platform);
                exact.finish();
                exact.verify(platform);
            }
        } finally {
            if (exact != null) {
                exact.close();
            }
        }
    }

    private void loadUntilKilled(
            PlatformProcess platform, List<String> lines, Random random, IdempotentLoad exact)
            throws InterruptedException {
        long exactEnough = exact.acknowledged() + 1 + random.nextInt(EXACT_PER_ROUND / 2);
        CountDownLatch enough = new CountDownLatch(1 + random.nextInt(100));
        List<Thread> producers = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            int own = partition;
            Random batches = new Random(random.nextLong());
            producers.add(
                    Thread.ofPlatform()
                            .name("producer-" + own)
                            .start(() -> produce(platform, own, lines, batches, enough)));
        }
        boolean isEnough = enough.await(60, TimeUnit.SECONDS);
        exact.awaitAcknowledged(exactEnough);
        platform.kill9();
        for (Thread producer : producers) {
            producer.join();
        }
        assertThat(unexpected).isEmpty();
        assertThat(isEnough).as("the producers came this far before the kill").isTrue();
    }

    /** Sends batches, none of them twice, until the connection breaks. */
    private void produce(
            PlatformProcess platform,
            int partition,
            List<String> lines,
            Random random,
            CountDownLatch enough) {
        int sent = 0;
        while (sent < LINES_PER_ROUND_MAX) {
            List<String> batch = new ArrayList<>();
            for (int i = 1 + random.nextInt(BATCH_MAX); i > 0; i--) {
                long number = lineNumber.getAndIncrement();
                batch.add(number + " " + lines.get((int) (number % lines.size())));
            }
            try {
                long offset = platform.produceLines(TOPIC, partition, batch);
                for (String line : batch) {
                    acknowledged.get(partition).put(offset++, line);
                }
                sent += batch.size();
                enough.countDown();
            } catch (UncheckedIOException | IllegalStateException e) {
                return; // killed: this batch was not acknowledged
            } catch (AssertionError e) {
                unexpected.add(e.toString());
                return;
            }
        }
    }

    private void verify(PlatformProcess platform) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<String> stored =
                    RawLog.values(platform.http(), platform.broker(), TOPIC, partition);
            acknowledged
                    .get(partition)
                    .forEach(
                            (offset, line) -> {
                                if (offset >= stored.size()
                                        || !stored.get(offset.intValue()).equals(line)) {
                                    throw new AssertionError(
                                            "acknowledged at offset %d and not there: %s (log end %d)"
                                                    .formatted(offset, line, stored.size()));
                                }
                            });
            assertThat(stored).as("lines that were sent once").doesNotHaveDuplicates();
            assertNumbersAscend(stored);
        }
    }

    private static void assertNumbersAscend(List<String> stored) {
        long before = -1;
        for (String line : stored) {
            long number = Long.parseLong(line.substring(0, line.indexOf(' ')));
            assertThat(number).as("order of one producer's lines").isGreaterThan(before);
            before = number;
        }
    }
}
