package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.CrashAfterEveryCall;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Power is lost in every disk call while a topic is deleted and made anew under its name, or a
 * directory is kept aside: what was flushed of the new one is there, of the old one nothing is.
 */
class LogDirectoryCrashTest {

    private static final long SEED = Long.getLong("headrace.seed", 20261130);
    private static final Path ROOT = Path.of("/data");
    private static final TopicId OLD = TestLog.TOPIC;
    private static final TopicId NEW = new TopicId(0x9abc, 0xdef0);
    private static final int COUNT = 12; // two segments

    private final TestClock clock = new TestClock();

    /** What the scenario has been promised before the crash. */
    private int flushedOfOld;

    private int flushedOfNew;
    private boolean isDeleted;

    @Test
    void aTopicThatIsMadeAnewHoldsNothingOfTheOldOneWheneverThePowerFails() throws Exception {
        long crashes = CrashAfterEveryCall.run(SEED, this::deleteAndCreate, this::check);
        assertThat(crashes).isGreaterThan(100);
    }

    @Test
    void aDirectoryThatIsKeptAsideIsThereUnderOneOfItsNames() throws Exception {
        long crashes =
                CrashAfterEveryCall.run(
                        SEED,
                        this::keepAside,
                        (disk, call) -> {
                            check(disk, call);
                            assertThat(logs(disk)).isGreaterThanOrEqualTo(flushedOfOld > 0 ? 2 : 1);
                        });
        assertThat(crashes).isGreaterThan(50);
    }

    /** Directories with a first segment that has bytes, under whatever name. */
    private static long logs(SimulatedDisk disk) throws IOException {
        long count = 0;
        for (String name : disk.list(ROOT)) {
            Path first = SegmentName.in(ROOT.resolve(name), 0, SegmentName.LOG);
            if (disk.exists(first) && disk.bytes(first).length > 0) {
                count++;
            }
        }
        return count;
    }

    private void forget() {
        flushedOfOld = 0;
        flushedOfNew = 0;
        isDeleted = false;
    }

    private void deleteAndCreate(SimulatedDisk disk) throws IOException {
        forget();
        LogDirectory directory = open(disk);
        flush(append(log(directory, OLD), "old", COUNT));
        flushedOfOld = COUNT;
        directory.saveCheckpoints();
        flushedOfOld = 0;
        DeletedPartition deleted = directory.delete(TestLog.PARTITION, OLD).orElseThrow();
        isDeleted = true;
        PartitionLog log = log(directory, NEW);
        append(log, "new", 1);
        directory.purge(deleted);
        flush(append(log, "new", COUNT - 1));
        flushedOfNew = COUNT;
        directory.saveCheckpoints();
        directory.close(3);
    }

    private void keepAside(SimulatedDisk disk) throws IOException {
        forget();
        LogDirectory directory = open(disk);
        flush(append(log(directory, OLD), "old", COUNT));
        directory.close(3);
        flushedOfOld = COUNT;
        LogDirectory again = open(disk);
        again.keepAside(TestLog.PARTITION);
        isDeleted = true;
        flush(append(log(again, NEW), "new", COUNT));
        flushedOfNew = COUNT;
    }

    /** What a broker does that wants the new topic here, whatever it finds. */
    private void check(SimulatedDisk disk, long call) throws IOException {
        LogDirectory directory = open(disk);
        Optional<TopicId> found =
                directory.found().stream().flatMap(each -> each.topicId().stream()).findFirst();
        if (found.equals(Optional.of(OLD))) {
            assertThat(isDeleted).as("deleted, and here again").isFalse();
            PartitionLog old = log(directory, OLD);
            assertThat(old.logEndOffset()).isGreaterThanOrEqualTo(flushedOfOld);
            assertThat(values(old)).allMatch(value -> value.startsWith("old"));
            directory.delete(TestLog.PARTITION, OLD);
        }
        PartitionLog log = log(directory, NEW);
        assertThat(log.logEndOffset()).isGreaterThanOrEqualTo(flushedOfNew);
        assertThat(values(log)).allMatch(value -> value.startsWith("new"));
        for (DeletedPartition deleted : directory.deleted()) {
            if (flushedOfOld == 0) {
                directory.purge(deleted);
            }
        }
        flush(append(log, "new", 1));
        List<String> before = values(log);
        disk.settle();
        directory.abandon();
        assertThat(values(log(open(disk), NEW))).isEqualTo(before);
        if (flushedOfOld == 0) {
            assertThat(disk.list(ROOT)).noneMatch(name -> name.endsWith("-delete"));
        }
    }

    private LogDirectory open(SimulatedDisk disk) throws IOException {
        return LogDirectory.open(
                LogDirectorySettings.of(ROOT, "cluster", 1).withReserveBytes(0),
                disk,
                clock.clock(),
                (path, failure) -> {
                    throw new AssertionError(failure);
                });
    }

    private static PartitionLog log(LogDirectory directory, TopicId id) {
        OpenOutcome outcome = directory.open(new LogSpec(TestLog.PARTITION, id, TestLog.SMALL));
        assertThat(outcome).isInstanceOf(OpenOutcome.Opened.class);
        PartitionLog log = ((OpenOutcome.Opened) outcome).log();
        log.highWatermark(log::logEndOffset);
        return log;
    }

    private static PartitionLog append(PartitionLog log, String topic, int count) {
        for (int i = 0; i < count; i++) {
            String value = topic + log.logEndOffset() + "-" + "x".repeat(150);
            assertThat(log.append(TestBatches.one(1, value), 0))
                    .isInstanceOf(AppendOutcome.Appended.class);
        }
        return log;
    }

    private static void flush(PartitionLog log) {
        assertThat(log.flush()).isInstanceOf(FlushOutcome.Flushed.class);
    }

    private static List<String> values(PartitionLog log) throws IOException {
        return TestBatches.readAll(log, log.logStartOffset(), 1000).stream()
                .map(Stored::value)
                .toList();
    }
}
