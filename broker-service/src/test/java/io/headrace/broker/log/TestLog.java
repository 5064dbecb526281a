package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One log in a directory of its own, reopened as often as a test likes. No threads. */
final class TestLog {

    static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    static final TopicId TOPIC = new TopicId(0x1234, 0x5678);

    /** Small segments and a dense index, so that little data meets every border. */
    static final LogConfig SMALL =
            LogConfig.DEFAULTS
                    .withSegments(new LogConfig.Segments(2000, 604_800_000L, 0, 200, 1 << 20))
                    .withTimestamps(new LogConfig.Timestamps(false, Long.MAX_VALUE, Long.MAX_VALUE))
                    .withRetention(new LogConfig.Retention(true, -1, -1));

    final Disk disk;
    final Path path;
    final TestClock clock = new TestClock();
    final List<IOException> failures = Collections.synchronizedList(new ArrayList<>());
    LogConfig config;
    LogDirectory directory;
    PartitionLog log;

    TestLog(Disk disk, Path path, LogConfig config) throws IOException {
        this.disk = disk;
        this.path = path;
        this.config = config;
        this.directory = openDirectory();
        this.log = openLog();
    }

    private LogDirectory openDirectory() throws IOException {
        return LogDirectory.open(
                LogDirectorySettings.of(path, "cluster", 1).withReserveBytes(0),
                disk,
                clock.clock(),
                (p, e) -> failures.add(e));
    }

    private PartitionLog openLog() {
        OpenOutcome outcome = directory.open(new LogSpec(PARTITION, TOPIC, config));
        if (outcome instanceof OpenOutcome.Opened(PartitionLog opened)) {
            opened.highWatermark(opened::logEndOffset);
            return opened;
        }
        throw new AssertionError(outcome + " " + failures);
    }

    Path partitionPath() {
        return path.resolve(PARTITION.toString());
    }

    Path file(long baseOffset, String suffix) {
        return SegmentName.in(partitionPath(), baseOffset, suffix);
    }

    /** Bytes of the segment's file, whatever the log says. */
    long sizeOnDisk(long baseOffset) throws IOException {
        try (DiskFile file = disk.open(file(baseOffset, SegmentName.LOG))) {
            return file.size();
        }
    }

    void reopen() throws IOException {
        directory = openDirectory();
        log = openLog();
    }

    void closeAndReopen() throws IOException {
        directory.close(7);
        reopen();
    }

    /** Lets go of everything as a process does that is killed: nothing is written any more. */
    void killAndReopen() throws Exception {
        log.close(false);
        directory.abandon();
        reopen();
    }

    long append(String... values) {
        List<TestBatches.Written> records = new ArrayList<>();
        for (String value : values) {
            records.add(new TestBatches.Written(clock.nowMs(), value));
        }
        AppendOutcome outcome =
                log.append(TestBatches.batch(records), Math.max(0, log.latestLeaderEpoch()));
        if (outcome instanceof AppendOutcome.Appended appended) {
            return appended.baseOffset();
        }
        throw new AssertionError(outcome);
    }

    List<Stored> readAll() throws IOException {
        return TestBatches.readAll(log, log.logStartOffset(), 1000);
    }

    List<String> values() throws IOException {
        return readAll().stream().map(Stored::value).toList();
    }
}
