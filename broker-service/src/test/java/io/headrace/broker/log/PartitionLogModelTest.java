package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.Unflushed;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.broker.log.TestBatches.Written;
import io.headrace.model.record.Compression;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operations on a log and on a plain list; both must always tell the same. */
class PartitionLogModelTest {

    private static final int OPERATIONS = 400;

    private final List<Stored> model = new ArrayList<>();
    private final ProducerModel producers = new ProducerModel();
    private Random random = new Random(0);
    private SimulatedDisk disk = new SimulatedDisk(0);
    private TestLog test;
    private long end;
    private long flushed;
    private int epoch;
    private int named;

    /** Seeds that have shown a bug: of indexes and of producers after a clean stop. */
    private static final long[] FOUND = {55927297222870L, 56796868591389L};

    /** The same in every build; {@code -Dheadrace.seeds=N} adds N new ones. */
    static List<Long> seeds() {
        Long given = Long.getLong("headrace.seed");
        if (given != null) {
            return List.of(given);
        }
        long base = System.nanoTime();
        int more = Integer.getInteger("headrace.seeds", 0);
        return LongStream.concat(
                        LongStream.concat(LongStream.of(FOUND), LongStream.rangeClosed(1, 31)),
                        LongStream.range(base, base + more))
                .boxed()
                .toList();
    }

    @ParameterizedTest(name = "-Dheadrace.seed={0}")
    @MethodSource("seeds")
    void aLogTellsWhatAListTells(long seed) throws Exception {
        System.out.println("seed " + seed);
        random = new Random(seed);
        disk = new SimulatedDisk(seed);
        LogConfig config =
                TestLog.SMALL.withSegments(
                        new LogConfig.Segments(
                                1000 + random.nextInt(6000),
                                604_800_000L,
                                0,
                                random.nextInt(600),
                                1 << 20));
        test = new TestLog(disk, Path.of("/data"), config);
        for (int i = 0; i < OPERATIONS; i++) {
            String operation = "a step that failed";
            try {
                operation = step();
                assertSame();
            } catch (Exception | AssertionError e) {
                throw new AssertionError(
                        "seed " + seed + ", step " + i + ", after " + operation, e);
            }
        }
    }

    private String step() throws Exception {
        test.clock.advance(Duration.ofMillis(random.nextInt(5000)));
        return switch (random.nextInt(24)) {
            case 0 -> {
                test.log.roll();
                yield "roll";
            }
            case 1 -> truncate();
            case 2 -> deleteRecords();
            case 3 -> retain();
            case 4 -> {
                test.closeAndReopen();
                flushed = end;
                yield "clean reopen";
            }
            case 5 -> {
                test.killAndReopen();
                producers.truncated(end, test.log.logStartOffset());
                yield "unclean reopen";
            }
            case 6 -> crash();
            case 7 -> {
                assertThat(test.log.flush()).isInstanceOf(FlushOutcome.Flushed.class);
                flushed = end;
                yield "flush";
            }
            case 8 -> {
                epoch++;
                yield "epoch";
            }
            case 9 -> {
                test.directory.saveCheckpoints();
                test.directory.runFlushes();
                yield "checkpoint";
            }
            default -> append();
        };
    }

    private String append() {
        List<AppendRequest> requests = new ArrayList<>();
        List<Consumer<AppendOutcome>> expected = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            List<ByteBuffer> batches = new ArrayList<>();
            int kind = producers.isEmpty() ? 1 + random.nextInt(3) : random.nextInt(4);
            if (kind == 0) {
                batches.add(known(expected));
            } else {
                long base = end;
                int batchCount = 1 + random.nextInt(2);
                for (int j = 0; j < batchCount; j++) {
                    batches.add(kind == 1 ? nextOfAProducer() : randomBatch());
                }
                long last = end - 1;
                expected.add(outcome -> assertAppended(outcome, base, last));
            }
            CheckOutcome check = test.log.check(TestBatches.joined(batches));
            assertThat(check).isInstanceOf(CheckOutcome.Sound.class);
            if (check instanceof CheckOutcome.Sound(AppendRequest request)) {
                requests.add(request);
            }
        }
        List<AppendOutcome> outcomes = test.log.append(requests, epoch);
        assertThat(outcomes).hasSameSizeAs(requests);
        for (int i = 0; i < outcomes.size(); i++) {
            expected.get(i).accept(outcomes.get(i));
        }
        end = model.isEmpty() ? end : Math.max(end, model.getLast().offset() + 1);
        return "append";
    }

    private void assertAppended(AppendOutcome outcome, long base, long last) {
        assertThat(outcome)
                .isEqualTo(
                        new AppendOutcome.Appended(
                                base, last, -1, test.log.logStartOffset(), epoch));
    }

    private ByteBuffer nextOfAProducer() {
        ByteBuffer batch = producers.next(random, end, test.clock.nowMs());
        TestBatches.values(batch)
                .forEach(value -> model.add(new Stored(end++, test.clock.nowMs(), value)));
        return batch;
    }

    /** A batch that the log has already, or must refuse. */
    private ByteBuffer known(List<Consumer<AppendOutcome>> expected) {
        ProducerModel.Repeated repeated = producers.repeat(random);
        expected.add(outcome -> repeated.check(outcome, test.log.logStartOffset(), epoch));
        return repeated.batch();
    }

    private ByteBuffer randomBatch() {
        List<Written> records = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            long timestamp = test.clock.nowMs() - random.nextInt(20_000);
            String value = "v" + named++ + "x".repeat(random.nextInt(60));
            records.add(new Written(timestamp, value));
            model.add(new Stored(end, timestamp, value));
            end++;
        }
        Compression codec = random.nextInt(4) == 0 ? Compression.LZ4 : Compression.NONE;
        return TestBatches.batch(codec, records);
    }

    private String truncate() throws Exception {
        long to = Math.max(0, end - random.nextInt(30));
        long newEnd = test.log.truncateTo(to);
        assertThat(newEnd).isLessThanOrEqualTo(Math.max(to, 0));
        model.removeIf(record -> record.offset() >= newEnd);
        producers.truncated(newEnd, test.log.logStartOffset());
        end = newEnd;
        flushed = Math.min(flushed, end);
        return "truncate to " + to;
    }

    private String deleteRecords() throws Exception {
        long start = test.log.logStartOffset();
        long to = start + random.nextInt(20);
        long newStart = test.log.deleteRecordsBefore(to);
        assertThat(newStart).isEqualTo(Math.min(to, end));
        model.removeIf(record -> record.offset() < newStart);
        return "delete records before " + to;
    }

    private String retain() throws Exception {
        long size = test.log.sizeInBytes();
        long bytesMax = size * random.nextInt(100) / 100;
        test.log.configure(test.config.withRetention(new LogConfig.Retention(true, -1, bytesMax)));
        test.log.retain();
        test.log.configure(test.config);
        long start = test.log.logStartOffset();
        assertThat(start).isLessThanOrEqualTo(end);
        model.removeIf(record -> record.offset() < start);
        test.clock.advance(Duration.ofMinutes(random.nextInt(2)));
        test.log.deleteDueFiles();
        return "retain " + bytesMax + " of " + size;
    }

    private String crash() throws Exception {
        Unflushed[] fates = Unflushed.values();
        Unflushed fate = fates[random.nextInt(fates.length)];
        long startBefore = test.log.logStartOffset();
        disk.crash(fate);
        disk.restart();
        test.reopen();
        long survived = test.log.logEndOffset();
        assertThat(survived).as("flushed records survive").isBetween(flushed, end);
        assertThat(test.log.logStartOffset()).isLessThanOrEqualTo(startBefore);
        model.removeIf(record -> record.offset() >= survived);
        producers.truncated(survived, startBefore);
        end = survived;
        flushed = end;
        // A log start that was not yet durable may come back lower; move it up again.
        test.log.deleteRecordsBefore(startBefore);
        return "crash " + fate;
    }

    private void assertSame() throws Exception {
        PartitionLog log = test.log;
        assertThat(log.logEndOffset()).isEqualTo(end);
        long start = log.logStartOffset();
        assertThat(log.read(end + 1, 100, Long.MAX_VALUE, true))
                .isEqualTo(new ReadOutcome.OutOfRange(start, end));
        assertThat(log.read(start - 1, 100, Long.MAX_VALUE, true))
                .isEqualTo(new ReadOutcome.OutOfRange(start, end));
        assertAll(TestBatches.readAll(log, start, 1 + random.nextInt(2000)), model);
        if (end > start) {
            assertReadsWithin(start);
            assertTimeLookup();
        }
    }

    private static void assertAll(List<Stored> found, List<Stored> expected) {
        for (int i = 0; i < Math.min(found.size(), expected.size()); i++) {
            assertThat(found.get(i)).as("record %d", i).isEqualTo(expected.get(i));
        }
        assertThat(found.size()).as("count of records").isEqualTo(expected.size());
    }

    private void assertReadsWithin(long start) throws Exception {
        long from = start + random.nextLong(end - start);
        long bound = from + random.nextLong(end - from + 1);
        int bytesMax = random.nextInt(1500);
        boolean atLeastOne = random.nextBoolean();
        if (!(test.log.read(from, bytesMax, bound, atLeastOne)
                instanceof ReadOutcome.Found(LogSlice slice))) {
            return;
        }
        try (slice) {
            List<Stored> records = TestBatches.records(slice, from);
            assertThat(slice.endOffset()).isLessThanOrEqualTo(bound);
            assertAll(
                    records,
                    model.stream()
                            .filter(r -> r.offset() >= from && r.offset() < slice.endOffset())
                            .toList());
            if (!atLeastOne) {
                assertThat(slice.length()).isLessThanOrEqualTo(bytesMax);
            }
        }
    }

    private void assertTimeLookup() {
        long target = test.clock.nowMs() - random.nextInt(200_000);
        Stored expected =
                model.stream().filter(r -> r.timestampMs() >= target).findFirst().orElse(null);
        TimeLookup found = test.log.offsetForTimestamp(target, Long.MAX_VALUE);
        if (expected == null) {
            assertThat(found).isInstanceOf(TimeLookup.NotFound.class);
        } else {
            assertThat(found).isInstanceOf(TimeLookup.Found.class);
            if (found instanceof TimeLookup.Found(OffsetAndTime record)) {
                assertThat(record.offset()).isEqualTo(expected.offset());
                assertThat(record.timestamp()).isEqualTo(expected.timestampMs());
            }
        }
    }
}
