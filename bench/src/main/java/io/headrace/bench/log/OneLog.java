package io.headrace.bench.log;

import io.headrace.bench.machine.TemporaryFolder;
import io.headrace.broker.disk.RealDisk;
import io.headrace.broker.log.AppendOutcome;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.LogSpec;
import io.headrace.broker.log.OpenOutcome;
import io.headrace.broker.log.PartitionLog;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One partition's log with Kafka's default settings on the real disk; gone after {@link #close}.
 */
final class OneLog implements AutoCloseable {

    private static final int LEADER_EPOCH = 0;

    private final Path folder;
    private final LogDirectory directory;
    private final PartitionLog log;
    private final List<FileChannel> opened = new ArrayList<>();

    OneLog(Path folder) throws IOException {
        this.folder = folder;
        this.directory =
                LogDirectory.open(
                        LogDirectorySettings.of(folder, "bench", 1),
                        new RealDisk(),
                        LogClock.system(),
                        (path, failure) -> {});
        LogSpec spec =
                new LogSpec(new TopicPartition("bench", 0), TopicId.random(), LogConfig.DEFAULTS);
        this.log =
                switch (directory.open(spec)) {
                    case OpenOutcome.Opened(PartitionLog opened) -> opened;
                    case OpenOutcome.Refused(var code, String text, var isDamaged) ->
                            throw new IOException(code + ": " + text);
                };
        log.beginLeaderEpoch(LEADER_EPOCH);
    }

    PartitionLog log() {
        return log;
    }

    /** Appends as a produce request does, checks included. */
    void append(ByteBuffer batches) {
        if (log.append(batches, LEADER_EPOCH)
                instanceof AppendOutcome.Refused(var code, String text)) {
            throw new IllegalStateException(code + ": " + text);
        }
    }

    /** The file of the first segment. */
    Path firstSegment() {
        return log.directory().resolve("00000000000000000000.log");
    }

    /** The segment files, opened once for plain reads. */
    List<FileChannel> files() throws IOException {
        if (opened.isEmpty()) {
            try (Stream<Path> files = Files.list(log.directory())) {
                for (Path file : files.filter(each -> each.toString().endsWith(".log")).toList()) {
                    opened.add(FileChannel.open(file, StandardOpenOption.READ));
                }
            }
        }
        return opened;
    }

    /** Cuts the segments first: closing would force to the device what is deleted right after. */
    @Override
    public void close() throws IOException {
        for (FileChannel file : opened) {
            file.close();
        }
        try (Stream<Path> files = Files.list(log.directory())) {
            for (Path file : files.filter(each -> each.toString().endsWith(".log")).toList()) {
                FileChannel.open(
                                file,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING)
                        .close();
            }
        }
        directory.close(0);
        TemporaryFolder.delete(folder);
    }
}
