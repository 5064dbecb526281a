package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.broker.log.epoch.EpochStart;
import io.headrace.broker.log.epoch.LeaderEpochs;
import io.headrace.broker.log.producer.ProducerStates;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a log from what is in its directory.
 *
 * <p>After a clean stop the files are trusted. Otherwise every batch from the recovery point on is
 * walked (size, checksum, rising offsets and leader epochs), the log is cut at the first bad one,
 * later segments are renamed to {@code .damaged}, and indexes and leader epochs are rebuilt from
 * what was walked. What lies below the recovery point was flushed and is trusted. (An active
 * segment that a clean stop left and that is damaged since is kept, if its file is as long as it
 * was.) In both cases the producers are rebuilt from the newest snapshot and the batches above it.
 * A start waits for the device only where it changed batches: an active segment that was sound
 * stays as little flushed as it was, and so does the recovery point.
 *
 * <p>Owner: the thread that opens the log; nobody else knows it yet.
 */
final class LogRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    /**
     * What the directory's checkpoints say.
     *
     * @param isClean the last stop was clean
     * @param cleanLength of the active segment's file when it was; {@link #UNKNOWN} otherwise
     */
    record Known(boolean isClean, long recoveryPoint, long logStartOffset, long cleanLength) {
        static final long UNKNOWN = -1;
    }

    private final TopicPartition partition;
    private final Path directory;
    private final LogHome home;
    private final LogConfig config;
    private final Known known;
    private final Disk disk;
    private final List<EpochStart> walkedEpochs = new ArrayList<>();
    private long walkedFrom = Long.MAX_VALUE;
    private boolean isShortened;

    LogRecovery(
            TopicPartition partition, Path directory, LogHome home, LogConfig config, Known known) {
        this.partition = partition;
        this.directory = directory;
        this.home = home;
        this.config = config;
        this.known = known;
        this.disk = home.disk();
    }

    /** Whether records are missing although the last stop was clean. */
    boolean isShortened() {
        return isShortened;
    }

    LogState recover() throws IOException {
        new LeftoverFiles(disk, directory).settle();
        List<String> names = disk.list(directory);
        List<Segment> segments = existing(names);
        if (known.isClean() && !segments.isEmpty()) {
            trustActive(segments);
        } else {
            walkFromRecoveryPoint(segments);
        }
        if (segments.isEmpty()) {
            segments.add(fresh(known.logStartOffset()));
        } else if (known.logStartOffset() > segments.getLast().nextOffset()) {
            startOver(segments);
        }
        Segment active = segments.getLast();
        active.activeSinceMs(home.clock().nowMs());
        active.times();
        if (!active.isSealed()) {
            LogTruncation.reopen(active);
        }
        long end = active.nextOffset();
        long start = Math.max(known.logStartOffset(), segments.getFirst().baseOffset());
        LeaderEpochs epochs = epochs(segments, start, end);
        SegmentList list = SegmentList.of(segments);
        ProducerStates producers = producers(list, names);
        for (Segment segment : segments) {
            segment.restIndexes();
        }
        LogState state = new LogState(partition, directory, home, config, epochs, producers, list);
        state.logEndOffset = end;
        state.logStartOffset = start;
        long flushed = known.isClean() ? 0 : active.baseOffset();
        state.recoveryPoint = Math.max(flushed, Math.min(known.recoveryPoint(), end));
        isShortened |= known.isClean() && end < known.recoveryPoint();
        if (state.recoveryPoint > known.recoveryPoint()) {
            state.makeDirectoryDurable();
        }
        return state;
    }

    private ProducerStates producers(SegmentList segments, List<String> names) throws IOException {
        List<Long> snapshots = new ArrayList<>();
        for (String name : names) {
            SegmentName.baseOffset(name, SegmentName.SNAPSHOT).ifPresent(snapshots::add);
        }
        ProducerStates producers =
                new ProducerStates(
                        partition,
                        disk,
                        offset -> SegmentName.in(directory, offset, SegmentName.SNAPSHOT),
                        snapshots,
                        home.producers());
        ProducerReplay.run(producers, segments, home.clock().nowMs());
        return producers;
    }

    private List<Segment> existing(List<String> names) throws IOException {
        TreeSet<Long> bases = new TreeSet<>();
        for (String name : names) {
            SegmentName.baseOffset(name, SegmentName.LOG).ifPresent(bases::add);
        }
        List<Segment> segments = new ArrayList<>(bases.size());
        for (long base : bases) {
            Segment segment =
                    new Segment(disk, directory, base, config.segments().indexIntervalBytes());
            if (!segments.isEmpty()) {
                Segment previous = segments.getLast();
                previous.adopt(new Segment.End(previous.sizeInBytes(), base));
                previous.adoptSealed();
            }
            segment.adopt(new Segment.End(sizeInBytes(segment), base));
            segments.add(segment);
        }
        return segments;
    }

    private static int sizeInBytes(Segment segment) throws IOException {
        long size = segment.file().size();
        if (size > Integer.MAX_VALUE) {
            throw new DamagedFileException(
                    segment.path(SegmentName.LOG) + " is larger than a segment can be: " + size);
        }
        return (int) size;
    }

    /** Finds the end of the active segment from its last index entry on. */
    private void trustActive(List<Segment> segments) throws IOException {
        Segment active = segments.getLast();
        try {
            if (!findEnd(active)) {
                damaged(segments, SegmentSearch.damaged(active, active.sizeInBytes()));
            }
        } catch (UnreadableException e) {
            damaged(segments, e);
        }
    }

    /**
     * @return false when damage lies before the end
     */
    private static boolean findEnd(Segment active) throws IOException {
        int size = active.sizeInBytes();
        active.adopt(new Segment.End(size, Long.MAX_VALUE));
        active.times();
        OffsetIndex.Entry last = active.offsetIndex().last();
        HeaderScan scan = new HeaderScan(active.file(), size);
        long position = last == null ? 0 : last.position();
        long next = active.baseOffset();
        while (position < size && scan.seek(position)) {
            next = scan.lastOffset() + 1;
            position = scan.end();
        }
        active.adopt(new Segment.End(size, next));
        return position >= size;
    }

    /**
     * A file that is as long as the clean stop left it has everything but what the damage hides: it
     * is kept, sealed, and repaired as one that was damaged while the broker ran.
     */
    private void damaged(List<Segment> segments, IOException damage) throws IOException {
        Segment active = segments.getLast();
        boolean isWhole =
                active.sizeInBytes() == known.cleanLength()
                        && known.recoveryPoint() > active.baseOffset();
        if (isWhole) {
            LOG.atError()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("offset", active.baseOffset())
                    .setCause(damage)
                    .log("The active segment is damaged; it is sealed");
            active.adopt(new Segment.End(active.sizeInBytes(), known.recoveryPoint()));
            active.adoptSealed();
            segments.add(fresh(known.recoveryPoint()));
            disk.forceDirectory(directory); // else the next start might walk what is damaged
            active.file().damaged(damage);
        } else if (damage instanceof UnreadableException) {
            throw damage;
        } else {
            isShortened = true;
            walk(segments, segments.size() - 1);
        }
    }

    private void walkFromRecoveryPoint(List<Segment> segments) throws IOException {
        int first = 0;
        while (first < segments.size() - 1
                && segments.get(first + 1).baseOffset() <= known.recoveryPoint()) {
            first++;
        }
        if (!segments.isEmpty()) {
            walk(segments, first);
        }
    }

    private void walk(List<Segment> segments, int first) throws IOException {
        boolean mayHaveGaps =
                config.compaction().compact() || home.checkpoints().cleanedOffset(partition) > 0;
        walkedFrom = segments.get(first).baseOffset();
        long expected = walkedFrom;
        for (int i = first; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            boolean isGap = segment.baseOffset() != expected && !config.compaction().compact();
            if (segment.baseOffset() < expected || isGap) {
                setAside(segments, i, "it does not begin where the one before ends");
                break;
            }
            boolean isLast = i == segments.size() - 1;
            long nextBase = isLast ? Long.MAX_VALUE : segments.get(i + 1).baseOffset();
            SegmentWalk walk =
                    new SegmentWalk(segment, walkedEpochs, partition, nextBase, mayHaveGaps);
            boolean isWhole = walk.run();
            expected = segment.nextOffset();
            if (!isWhole && !isLast) {
                setAside(segments, i + 1, "the one before it is damaged");
                isLast = true;
            }
            if (!isLast) {
                segment.seal();
            }
            if (isLast && isWhole) {
                segment.spillIndexes();
            } else {
                segment.flushSealed();
            }
        }
        Segment active = segments.getLast();
        if (active.isSealed()) {
            active.unseal();
        }
        if (active.nextOffset() < known.recoveryPoint()) {
            LOG.atError()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("offset", active.nextOffset())
                    .log(
                            "The log ends below its recovery point {}: flushed records are lost",
                            known.recoveryPoint());
        }
    }

    private void setAside(List<Segment> segments, int from, String why) throws IOException {
        while (segments.size() > from) {
            Segment segment = segments.removeLast();
            LOG.atError()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("offset", segment.baseOffset())
                    .log(
                            "Setting a segment of {} bytes aside as .damaged: {}",
                            segment.sizeInBytes(),
                            why);
            segment.retire();
            disk.rename(
                    segment.path(SegmentName.LOG),
                    segment.path(SegmentName.LOG + SegmentName.DAMAGED));
            disk.delete(segment.path(SegmentName.INDEX));
            disk.delete(segment.path(SegmentName.TIME_INDEX));
        }
        disk.forceDirectory(directory);
    }

    private void startOver(List<Segment> segments) throws IOException {
        isShortened = known.isClean();
        setAside(segments, 0, "the log starts above it, at " + known.logStartOffset());
        segments.add(fresh(known.logStartOffset()));
    }

    private Segment fresh(long baseOffset) throws IOException {
        return Segment.create(disk, directory, baseOffset, config.segments().indexIntervalBytes());
    }

    private LeaderEpochs epochs(List<Segment> segments, long start, long end) throws IOException {
        LeaderEpochs epochs;
        try {
            epochs = LeaderEpochs.open(disk, directory);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .setCause(e)
                    .log("Rebuilding the leader epochs from the batches");
            epochs = LeaderEpochs.empty(disk, directory);
        }
        List<EpochStart> all = new ArrayList<>();
        if (epochs.entries().isEmpty() && end > start) {
            for (Segment segment : segments) {
                SegmentWalk.epochs(segment, all);
            }
        } else {
            for (EpochStart entry : epochs.entries()) {
                if (entry.startOffset() < Math.min(end, walkedFrom)) {
                    all.add(entry);
                }
            }
            all.addAll(walkedEpochs);
        }
        epochs.replaceWith(all);
        if (!all.isEmpty()) {
            epochs.truncateFromStart(start);
        }
        return epochs;
    }
}
