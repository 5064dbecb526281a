package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens or creates the log of one partition: checks whose it is, then has it recovered.
 *
 * <p>Errors: damaged content, bytes that cannot be read, a missing file or a missing right is this
 * partition's trouble; it is refused with a sentence that names the file, and other logs go on. Any
 * other I/O error is taken for the device's and takes the log directory offline. An unexpected
 * exception is a bug that this partition has met; it is refused, and other logs go on.
 */
final class LogOpening {

    private static final Logger LOG = LoggerFactory.getLogger(LogOpening.class);

    private final PartitionDirectories directories;
    private final DirectoryCheckpoints checkpoints;
    private final LogHome home;
    private final boolean isClean;
    private final Set<TopicPartition> damaged = ConcurrentHashMap.newKeySet();

    /**
     * @param isClean the last stop was clean
     */
    LogOpening(
            PartitionDirectories directories,
            DirectoryCheckpoints checkpoints,
            LogHome home,
            boolean isClean) {
        this.directories = directories;
        this.checkpoints = checkpoints;
        this.home = home;
        this.isClean = isClean;
    }

    /** Whose logs do not have what a clean stop left in them. */
    Set<TopicPartition> damaged() {
        return Set.copyOf(damaged);
    }

    void metDamage(TopicPartition partition) {
        damaged.add(partition);
    }

    OpenOutcome open(LogSpec spec) {
        OpenOutcome outcome = openOrRefuse(spec);
        if (outcome instanceof OpenOutcome.Refused refused && refused.isDamaged()) {
            metDamage(spec.partition());
        }
        return outcome;
    }

    private OpenOutcome openOrRefuse(LogSpec spec) {
        try {
            return tryOpen(spec);
        } catch (DiskFullException e) {
            return new OpenOutcome.Refused(
                    ErrorCode.DISK_NEARLY_FULL,
                    "no disk space to open the log of " + spec.partition());
        } catch (DamagedFileException
                | UnreadableException
                | AccessDeniedException
                | FileAlreadyExistsException
                | NoSuchFileException
                | NotDirectoryException e) {
            return new OpenOutcome.Refused(
                    ErrorCode.KAFKA_STORAGE_ERROR,
                    "the log of "
                            + spec.partition()
                            + " cannot be opened ("
                            + e
                            + "); repair the file, or move the partition's directory away so that"
                            + " the records come back from another replica",
                    e instanceof DamagedFileException || e instanceof UnreadableException);
        } catch (IOException e) {
            home.health().fail("opening the log of " + spec.partition(), e);
            return new OpenOutcome.Refused(ErrorCode.KAFKA_STORAGE_ERROR, home.health().text());
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("topic", spec.partition().topic())
                    .addKeyValue("partition", spec.partition().partition())
                    .log("A log cannot be opened for a reason that is ours");
            return new OpenOutcome.Refused(
                    ErrorCode.KAFKA_STORAGE_ERROR,
                    "the log of " + spec.partition() + " cannot be opened (" + e + ")");
        }
    }

    private OpenOutcome tryOpen(LogSpec spec) throws IOException {
        Disk disk = home.disk();
        Path path = directories.path(spec.partition());
        if (disk.exists(path)) {
            Optional<TopicId> found = topicId(spec);
            if (found.isPresent() && !found.get().equals(spec.topicId())) {
                return otherTopic(spec, found.get());
            }
            if (found.isEmpty()) {
                directories.create(spec.partition(), spec.topicId());
            }
        } else {
            if (checkpoints.isKnown(spec.partition())) {
                checkpoints.forget(spec.partition());
            }
            checkpoints.makeForgottenDurable();
            directories.create(spec.partition(), spec.topicId());
        }
        LogRecovery.Known known = checkpoints.known(spec.partition(), isClean);
        LogRecovery recovery = new LogRecovery(spec.partition(), path, home, spec.config(), known);
        LogState state = recovery.recover();
        if (recovery.isShortened()) {
            metDamage(spec.partition());
        }
        if (spec.config().flush().onAck()) {
            state.makeDirectoryDurable(); // here, where no first record waits for it
        }
        PartitionLog log = new PartitionLog(state, spec.topicId(), home);
        long highWatermark = checkpoints.highWatermark(spec.partition());
        log.highWatermark(() -> highWatermark);
        return new OpenOutcome.Opened(log);
    }

    /**
     * Empty where the metadata is absent, or was torn by a power failure before the first flush.
     * Then nothing in the directory was ever durable; what is left of it may belong to an earlier
     * topic of this name, and is kept aside.
     */
    private Optional<TopicId> topicId(LogSpec spec) throws IOException {
        try {
            return directories.topicId(spec.partition().toString());
        } catch (DamagedFileException e) {
            boolean hasRecords = directories.hasRecords(spec.partition());
            if (hasRecords && !isTorn(spec)) {
                throw e;
            }
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("topic", spec.partition().topic())
                    .addKeyValue("partition", spec.partition().partition())
                    .log(
                            hasRecords
                                    ? "The log begins anew: it was never flushed before the power"
                                            + " failed; its files are kept aside"
                                    : "The log has no records and gets new metadata");
            if (hasRecords) {
                directories.keepAside(spec.partition());
                checkpoints.forget(spec.partition());
            }
            return Optional.empty();
        }
    }

    /** A flush forces the metadata before the recovery point moves. */
    private boolean isTorn(LogSpec spec) throws IOException {
        return !isClean
                && checkpoints.known(spec.partition(), false).recoveryPoint() == 0
                && directories.isMetadataBlank(spec.partition());
    }

    static OpenOutcome otherTopic(LogSpec spec, TopicId found) {
        return new OpenOutcome.Refused(
                ErrorCode.INCONSISTENT_TOPIC_ID,
                "the directory of "
                        + spec.partition()
                        + " belongs to topic id "
                        + found
                        + ", asked for was "
                        + spec.topicId());
    }
}
