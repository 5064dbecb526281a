package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.TestBatches.Stored;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Real threads: one appends, rolls, truncates, deletes from the start and flushes, others read.
 * Every record says its offset and how often the log had been truncated when it was written, so a
 * reader can tell bytes of another place, or of a truncated past, from its own.
 */
class ReadersRacingWriterTest {

    private static final int READERS = 3;
    private static final int WRITES = 1500;

    private final long seed = Long.getLong("headrace.seed", 20261123);
    private final AtomicLong generation = new AtomicLong();
    private volatile boolean isDone;
    private TestLog test;

    @Test
    void readersSeeWholeRecordsOfTheirOffsetAndNothingThatWasCutBeforeTheyAsked() throws Exception {
        test = new TestLog(new SimulatedDisk(seed), Path.of("/data"), TestLog.SMALL);
        ExecutorService pool = Executors.newFixedThreadPool(READERS);
        try {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                long readerSeed = seed + i + 1;
                readers.add(pool.submit(() -> read(new Random(readerSeed))));
            }
            try {
                write(new Random(seed));
            } finally {
                isDone = true;
            }
            long seen = 0;
            for (Future<Long> reader : readers) {
                seen += reader.get(60, TimeUnit.SECONDS);
            }
            assertThat(seen).as("-Dheadrace.seed=" + seed).isPositive();
            assertThat(test.failures).isEmpty();
            long next = test.log.logStartOffset();
            for (Stored record : test.readAll()) {
                if (record.offset() >= test.log.logStartOffset()) {
                    assertThat(record.offset()).isEqualTo(next++);
                }
            }
            assertThat(next).isEqualTo(test.log.logEndOffset());
        } catch (Exception | AssertionError e) {
            throw new AssertionError("-Dheadrace.seed=" + seed, e);
        } finally {
            pool.shutdownNow();
        }
    }

    private void write(Random random) throws IOException {
        for (int i = 0; i < WRITES; i++) {
            switch (random.nextInt(40)) {
                case 0 -> truncate(random);
                case 1 -> test.log.roll();
                case 2 -> test.log.deleteRecordsBefore(test.log.logEndOffset() - 60);
                case 3 -> test.log.retain();
                case 4 -> test.log.flush();
                case 5 -> {
                    test.clock.advance(Duration.ofMinutes(1));
                    test.log.deleteDueFiles();
                }
                default -> {
                    long end = test.log.logEndOffset();
                    String filler = "x".repeat(random.nextInt(80));
                    String tag = generation.get() + ":" + filler;
                    test.append(end + ":" + tag, (end + 1) + ":" + tag);
                }
            }
        }
    }

    /** Records of the new generation are written only after the old ones above the cut are gone. */
    private void truncate(Random random) throws IOException {
        long end = test.log.logEndOffset();
        long start = test.log.logStartOffset();
        long cut = Math.max(start, end - random.nextInt(30));
        test.log.truncateTo(cut);
        generation.incrementAndGet();
    }

    private long read(Random random) throws IOException {
        long seen = 0;
        while (!isDone) {
            long from = Math.max(0, test.log.logEndOffset() - random.nextInt(80));
            switch (test.log.read(from, 1 + random.nextInt(3000), Long.MAX_VALUE, true)) {
                case ReadOutcome.Found(LogSlice slice) -> {
                    try (slice) {
                        long generationMax = generation.get() + 1;
                        seen += check(TestBatches.records(slice, from), from, generationMax);
                    }
                }
                case ReadOutcome.NothingYet() -> Thread.onSpinWait();
                case ReadOutcome.OutOfRange(long start, long end) ->
                        assertThat(start).isLessThanOrEqualTo(end);
                case ReadOutcome.Failed failed -> throw new AssertionError(failed.toString());
            }
        }
        return seen;
    }

    private static int check(List<Stored> records, long from, long generationMax) {
        long next = Math.max(from, records.isEmpty() ? from : records.getFirst().offset());
        long generation = -1;
        for (Stored record : records) {
            String[] parts = record.value().split(":", -1);
            assertThat(record.offset()).isEqualTo(next++);
            assertThat(Long.parseLong(parts[0])).isEqualTo(record.offset());
            long written = Long.parseLong(parts[1]);
            assertThat(written).isBetween(Math.max(0, generation), generationMax);
            generation = written;
        }
        return records.size();
    }
}
