package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.broker.disk.CrashAfterEveryCall;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.WholeFile;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.broker.log.epoch.EpochStart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Power is lost in every single disk call of a scenario; what was flushed must be there after. */
class PartitionLogCrashTest {

    private static final Path ROOT = Path.of("/data");
    private static final long PRODUCER = 500;
    private static final long NEW_START = 99; // of a producer's batch

    /** What the scenario has been promised before the crash. */
    private final AtomicLong flushed = new AtomicLong();

    private final AtomicLong start = new AtomicLong();
    private final AtomicLong written = new AtomicLong();

    /** Where the log ends while a clean stop may have left its proof; else -1. */
    private final AtomicLong stoppedAt = new AtomicLong();

    /** A truncation met a reader. */
    private volatile boolean isCopied;

    static List<Long> seeds() {
        Long given = Long.getLong("headrace.seed");
        return given != null ? List.of(given) : List.of(1L, 2L);
    }

    @ParameterizedTest(name = "-Dheadrace.seed={0}")
    @MethodSource("seeds")
    void flushedRecordsSurviveACrashInEveryCall(long seed) throws Exception {
        long crashes = CrashAfterEveryCall.run(seed, this::scenario, this::check);
        assertThat(crashes).isGreaterThan(100);
        assertThat(isCopied).isTrue();
    }

    /**
     * The proof of the proof: a force that is left out is noticed. Those that are not here may be
     * left out, as far as a log's records go: what indexes, producer snapshots, epochs and recovery
     * points say is found in the log again when they are damaged.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                SegmentName.LOG,
                OffsetCheckpoint.LOG_START + WholeFile.TEMPORARY,
                PartitionDirectories.METADATA,
                "/orders-0",
                "/data"
            })
    void aForceThatIsLeftOutIsNoticed(String ending) {
        assertThatThrownBy(
                        () ->
                                CrashAfterEveryCall.run(
                                        1, seed -> idle(seed, ending), this::scenario, this::check))
                .isInstanceOf(AssertionError.class);
    }

    private static SimulatedDisk idle(long seed, String ending) {
        SimulatedDisk disk = new SimulatedDisk(seed);
        disk.idleForces(path -> path.toString().endsWith(ending));
        return disk;
    }

    private void scenario(SimulatedDisk disk) throws IOException {
        flushed.set(0);
        start.set(0);
        written.set(0);
        stoppedAt.set(-1);
        TestLog test = new TestLog(disk, ROOT, TestLog.SMALL);
        appendAndFlush(test, 0, 12);
        test.directory.saveCheckpoints();
        appendAndFlush(test, 1, 12);
        append(test, 1, 6);
        truncate(test, 20);
        appendAndFlush(test, 2, 14);
        disk.beforeForce(path -> isCopied |= path.toString().endsWith(SegmentName.CLEANED));
        truncateUnderAReader(test, test.log.logEndOffset() - 3);
        appendAndFlush(test, 2, 3);
        start.set(15);
        test.log.deleteRecordsBefore(15);
        test.log.retain();
        test.directory.saveCheckpoints();
        stoppedAt.set(test.log.logEndOffset());
        test.directory.close(7);
        test.reopen();
        stoppedAt.set(-1);
        assertThat(test.directory.cleanBrokerEpoch()).hasValue(7);
        appendAndFlush(test, 3, 8);
        start.set(Math.max(15, test.log.logEndOffset() - 5));
        test.log.deleteRecordsBefore(start.get());
        test.log.retain();
        test.log.deleteDueFiles();
        appendAndFlush(test, 4, 8);
        appendAndFlush(test, 5, 20); // epochs that begin in segments which no recovery walks
        test.directory.saveCheckpoints();
        append(test, 6, 2);
    }

    /** What a replica does that its leader is too far ahead of. */
    @ParameterizedTest(name = "-Dheadrace.seed={0}")
    @MethodSource("seeds")
    void aLogThatStartsOverIsTheOldOneOrTheNewOne(long seed) throws Exception {
        long crashes = CrashAfterEveryCall.run(seed, this::startOver, this::checkStartOver);
        assertThat(crashes).isGreaterThan(100);
    }

    private void startOver(SimulatedDisk disk) throws IOException {
        flushed.set(0);
        written.set(0);
        TestLog test = new TestLog(disk, ROOT, TestLog.SMALL);
        appendAndFlush(test, 0, 25);
        test.directory.saveCheckpoints();
        flushed.set(0);
        written.set(NEW_START);
        test.log.truncateFullyAndStartAt(NEW_START);
        appendAndFlush(test, 3, 12);
        test.directory.saveCheckpoints();
    }

    private void checkStartOver(SimulatedDisk disk, long call) throws IOException {
        TestLog test = new TestLog(disk, ROOT, TestLog.SMALL);
        assertThat(test.failures).isEmpty();
        assertThat(test.log.logStartOffset()).isIn(0L, NEW_START);
        assertThat(test.log.logEndOffset()).isBetween(flushed.get(), written.get());
        checkRecords(test);
        checkEpochs(test.log);
        test.log.truncateFullyAndStartAt(NEW_START);
        assertThat(test.log.append(batch(NEW_START, 1, "v" + NEW_START), 4))
                .isInstanceOf(AppendOutcome.Appended.class);
        assertThat(test.readAll()).singleElement().extracting(Stored::offset).isEqualTo(NEW_START);
    }

    private void append(TestLog test, int epoch, int count) {
        for (int i = 0; i < count; i++) {
            long offset = test.log.logEndOffset();
            written.accumulateAndGet(offset + 1, Math::max);
            String value = "v" + offset + "-" + "x".repeat(150);
            AppendOutcome outcome =
                    test.log.append(batch(offset, test.clock.nowMs() + offset, value), epoch);
            assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
        }
    }

    /** Two of three batches are the producer's; its sequences follow from the offset. */
    private static ByteBuffer batch(long offset, long timestampMs, String value) {
        return offset % 3 == 2
                ? TestBatches.one(timestampMs, value)
                : IdempotentBatches.batch(PRODUCER, 1, sequence(offset), timestampMs, value);
    }

    private static int sequence(long offset) {
        return (int) (offset / 3 * 2 + offset % 3);
    }

    private void appendAndFlush(TestLog test, int epoch, int count) {
        append(test, epoch, count);
        assertThat(test.log.flush()).isInstanceOf(FlushOutcome.Flushed.class);
        flushed.set(test.log.logEndOffset());
    }

    private void truncate(TestLog test, long to) throws IOException {
        flushed.accumulateAndGet(to, Math::min);
        test.log.truncateTo(to);
    }

    /** The file stays with the reader, and a copy without the end takes its place. */
    private void truncateUnderAReader(TestLog test, long to) throws IOException {
        ReadOutcome read = test.log.read(to, 1 << 20, Long.MAX_VALUE, true);
        assertThat(read).isInstanceOf(ReadOutcome.Found.class);
        try (LogSlice slice = ((ReadOutcome.Found) read).slice()) {
            truncate(test, to);
            assertThat(slice.read(ByteBuffer.allocate(slice.length()), 0)).isPositive();
        }
    }

    private void check(SimulatedDisk disk, long call) throws IOException {
        TestLog test = new TestLog(disk, ROOT, TestLog.SMALL);
        PartitionLog log = test.log;
        assertThat(test.failures).isEmpty();
        if (test.directory.cleanBrokerEpoch().isPresent()) {
            assertThat(log.logEndOffset()).as("proven by a clean stop").isEqualTo(stoppedAt.get());
        }
        assertThat(log.logEndOffset()).isBetween(flushed.get(), written.get());
        assertThat(log.logStartOffset()).isLessThanOrEqualTo(start.get());
        checkRecords(test);
        checkEpochs(log);
        checkProducer(log);
        assertThat(log.append(TestBatches.one(1, "more"), 9))
                .isInstanceOf(AppendOutcome.Appended.class);
    }

    private static void checkRecords(TestLog test) throws IOException {
        PartitionLog log = test.log;
        long next = log.logStartOffset();
        for (Stored record : test.readAll()) {
            assertThat(record.offset()).isEqualTo(next);
            assertThat(record.value()).startsWith("v" + next + "-");
            assertThat(log.offsetForTimestamp(record.timestampMs(), Long.MAX_VALUE))
                    .isEqualTo(
                            new TimeLookup.Found(
                                    new OffsetAndTime(
                                            next, record.timestampMs(), log.leaderEpochAt(next))));
            next++;
        }
        assertThat(next).isEqualTo(log.logEndOffset());
    }

    /** They rise, and are those of the batches. */
    private static void checkEpochs(PartitionLog log) throws IOException {
        long last = -1;
        for (EpochStart epoch : log.leaderEpochs()) {
            assertThat(epoch.startOffset()).isGreaterThan(last);
            last = epoch.startOffset();
        }
        List<EpochStart> inBatches = new ArrayList<>();
        for (Segment segment : log.state().segments.asList()) {
            SegmentWalk.epochs(segment, inBatches);
        }
        inBatches.removeIf(epoch -> epoch.startOffset() < log.logStartOffset());
        assertThat(log.leaderEpochs()).containsAll(inBatches);
    }

    /** Its last batch is a duplicate, a gap is refused, the next one is taken. */
    private static void checkProducer(PartitionLog log) {
        long last = log.logEndOffset() - 1;
        last -= last % 3 == 2 ? 1 : 0;
        if (last < log.logStartOffset()) {
            return;
        }
        int sequence = sequence(last);
        assertThat(log.append(IdempotentBatches.batch(PRODUCER, 1, sequence, 1, "again"), 9))
                .isEqualTo(new AppendOutcome.Duplicate(last, last, -1, log.logStartOffset(), 9));
        assertThat(log.append(IdempotentBatches.batch(PRODUCER, 1, sequence + 2, 1, "gap"), 9))
                .isInstanceOf(AppendOutcome.Refused.class);
        assertThat(log.append(IdempotentBatches.batch(PRODUCER, 1, sequence + 1, 1, "next"), 9))
                .isInstanceOf(AppendOutcome.Appended.class);
    }
}
