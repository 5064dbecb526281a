package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** The offset checkpoints of a log directory. Thread-safe; saves block for the device. */
final class DirectoryCheckpoints implements LogCheckpoints {

    private final OffsetCheckpoint recoveryPoints;
    private final OffsetCheckpoint logStarts;
    private final OffsetCheckpoint highWatermarks;
    private final OffsetCheckpoint cleaned;
    private final OffsetCheckpoint cleanLengths;
    private final Map<TopicPartition, PartitionLog> logs;
    private volatile boolean isCleanedForgotten;
    private volatile boolean isForgottenUnsaved;

    DirectoryCheckpoints(Disk disk, Path root, Map<TopicPartition, PartitionLog> logs)
            throws IOException {
        this.recoveryPoints =
                new OffsetCheckpoint(disk, root.resolve(OffsetCheckpoint.RECOVERY_POINT));
        this.logStarts = new OffsetCheckpoint(disk, root.resolve(OffsetCheckpoint.LOG_START));
        this.highWatermarks =
                new OffsetCheckpoint(disk, root.resolve(OffsetCheckpoint.HIGH_WATERMARK));
        this.cleaned = new OffsetCheckpoint(disk, root.resolve(OffsetCheckpoint.CLEANER));
        this.cleanLengths = new OffsetCheckpoint(disk, root.resolve(OffsetCheckpoint.CLEAN_LENGTH));
        this.logs = logs;
    }

    long highWatermark(TopicPartition partition) {
        return highWatermarks.offset(partition);
    }

    boolean isKnown(TopicPartition partition) {
        return recoveryPoints.contains(partition)
                || logStarts.contains(partition)
                || highWatermarks.contains(partition)
                || cleaned.contains(partition);
    }

    LogRecovery.Known known(TopicPartition partition, boolean isClean) {
        return new LogRecovery.Known(
                isClean,
                recoveryPoints.offset(partition),
                logStarts.offset(partition),
                isClean && cleanLengths.contains(partition)
                        ? cleanLengths.offset(partition)
                        : LogRecovery.Known.UNKNOWN);
    }

    /** Of logs that were flushed whole and take no more appends; before the marker of the stop. */
    void saveCleanLengths() throws IOException {
        cleanLengths.clear();
        logs.forEach((partition, log) -> cleanLengths.put(partition, log.activeSizeInBytes()));
        cleanLengths.save();
    }

    /** In memory; durable with the next save, or with {@link #makeForgottenDurable}. */
    void forget(TopicPartition partition) {
        recoveryPoints.remove(partition);
        logStarts.remove(partition);
        highWatermarks.remove(partition);
        cleaned.remove(partition);
        cleanLengths.remove(partition);
        isCleanedForgotten = true;
        isForgottenUnsaved = true;
    }

    @Override
    public long cleanedOffset(TopicPartition partition) {
        return cleaned.offset(partition);
    }

    @Override
    public void saveCleanedOffset(TopicPartition partition, long offset) throws IOException {
        cleaned.put(partition, offset);
        cleaned.save();
    }

    @Override
    public void saveRecoveryPoints() throws IOException {
        logs.forEach((partition, log) -> recoveryPoints.put(partition, log.recoveryPoint()));
        recoveryPoints.save();
    }

    @Override
    public void saveLogStartOffsets() throws IOException {
        logs.forEach((partition, log) -> logStarts.put(partition, log.logStartOffset()));
        logStarts.save();
    }

    void saveHighWatermarks() throws IOException {
        logs.forEach((partition, log) -> highWatermarks.put(partition, log.highWatermark()));
        highWatermarks.save();
    }

    /**
     * Before a log of a name that may be in the files gets its directory: a recovery point of an
     * earlier log would hide the new one's unflushed end after a crash.
     */
    synchronized void makeForgottenDurable() throws IOException {
        if (!isForgottenUnsaved) {
            return;
        }
        isForgottenUnsaved = false;
        boolean isSaved = false;
        try {
            saveAll();
            isSaved = true;
        } finally {
            isForgottenUnsaved |= !isSaved;
        }
    }

    void saveAll() throws IOException {
        saveRecoveryPoints();
        saveLogStartOffsets();
        saveHighWatermarks();
        if (isCleanedForgotten) {
            isCleanedForgotten = false;
            cleaned.save();
        }
    }
}
