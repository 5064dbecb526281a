package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of a log, as compaction and the scrubber see and replace them.
 *
 * <p>Order of a replacement, so that a crash at any point leaves the old segments or the new one:
 * the new file, forced by its writer, is {@code .cleaned} (worthless after a crash); renamed to
 * {@code .swap}, durably, it counts (the next start completes the rest, see {@link LeftoverFiles});
 * old files are renamed to {@code .deleted}; the new one gets its final name.
 *
 * <p>Owner: whoever holds {@link #beginRewriting}, a cleaner or a repair, replaces; methods take
 * the log's locks themselves, behind that one.
 */
public final class LogSegments {

    private static final Logger LOG = LoggerFactory.getLogger(LogSegments.class);

    private final LogState state;
    private final DeletedSegments deleted;
    private final LogAppender appender;
    private final LogCheckpoints checkpoints;
    private final ReentrantLock rewriting = new ReentrantLock();
    private final AtomicLong repairs = new AtomicLong();

    LogSegments(
            LogState state,
            DeletedSegments deleted,
            LogAppender appender,
            LogCheckpoints checkpoints) {
        this.state = state;
        this.deleted = deleted;
        this.appender = appender;
        this.checkpoints = checkpoints;
    }

    /** All but the active one, by rising offset. */
    public List<SealedSegment> sealed() throws IOException {
        List<SealedSegment> sealed = new ArrayList<>();
        SegmentList segments = state.segments;
        for (Segment segment : segments.range(0, segments.count()).asList()) {
            if (segment == segments.active()) {
                break;
            }
            if (!segment.tryHold()) {
                continue;
            }
            try {
                sealed.add(
                        new SealedSegment(
                                segment.baseOffset(),
                                segment.nextOffset(),
                                segment.sizeInBytes(),
                                firstTimestampMs(segment),
                                segment.largestTimestamp()));
            } finally {
                segment.release();
            }
        }
        return sealed;
    }

    private long firstTimestampMs(Segment segment) throws IOException {
        if (state.config.compaction().lagMsMax() == Long.MAX_VALUE) {
            return -1;
        }
        HeaderScan scan = new HeaderScan(segment.file(), segment.sizeInBytes());
        try {
            return scan.seek(0) ? scan.maxTimestamp() : -1;
        } catch (UnreadableException e) {
            return -1; // for the scrubber to find
        }
    }

    /** Begins a new segment if the active one's first batch is older than the lag. */
    public void rollIfOlder(long nowMs, long lagMs) throws IOException {
        if (lagMs == Long.MAX_VALUE || state.refusal() != null) {
            return;
        }
        state.writer.lock();
        try {
            Segment active = state.segments.active();
            long firstMs = active.isEmpty() ? -1 : firstTimestampMs(active);
            if (firstMs >= 0 && nowMs - firstMs > lagMs) {
                appender.roll();
            }
        } finally {
            state.writer.unlock();
        }
    }

    /**
     * Checks all batches of a segment in its file.
     *
     * @return what is wrong with it; empty when all is sound, or the segment is gone
     */
    public Optional<String> check(SealedSegment sealed, ReadPace pace) throws IOException {
        List<Segment> found = find(List.of(sealed));
        if (found.isEmpty() || !found.getFirst().tryHold()) {
            return Optional.empty();
        }
        Segment segment = found.getFirst();
        try {
            return check(segment.file(), sealed, pace);
        } finally {
            segment.release();
        }
    }

    /** Nothing is noted of what lies before the log start, or of batches without an epoch. */
    private boolean isOfThisLog(int leaderEpoch, long baseOffset) {
        long offset = Math.max(baseOffset, state.logStartOffset);
        boolean isNoted = state.epochs.epochAt(offset) != EpochEnd.UNDEFINED;
        boolean mayMissStarts = state.config.compaction().compact() || cleanedOffset() > 0;
        return !isNoted
                || leaderEpoch == RecordBatch.NO_LEADER_EPOCH
                || state.epochs.agrees(leaderEpoch, offset, mayMissStarts);
    }

    private Optional<String> check(DiskFile held, SealedSegment as, ReadPace pace)
            throws IOException {
        try {
            return new SegmentCheck(held, as, this::isOfThisLog, pace).run();
        } catch (InterruptedIOException | DiskFullException | ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            return Optional.of("it cannot be read: " + e.getMessage());
        }
    }

    /**
     * Checks what the active segment holds by now, as {@link #check} does, and seals it when it is
     * damaged: from then on it is checked and repaired as the others are.
     */
    public void sealIfDamaged(ReadPace pace) throws IOException {
        sealIf((file, soFar) -> check(file, soFar, pace).isPresent());
    }

    /** Something to find out about a segment, from the bytes that it holds by now. */
    @FunctionalInterface
    interface Question {
        boolean isSo(DiskFile file, SealedSegment soFar) throws IOException;
    }

    /** Seals the active segment where the answer is yes; it may be sealed by others meanwhile. */
    void sealIf(Question question) throws IOException {
        Segment active;
        SealedSegment soFar;
        state.writer.lock();
        try {
            active = state.segments.active();
            if (active.isEmpty() || !active.tryHold()) {
                return;
            }
            soFar =
                    new SealedSegment(
                            active.baseOffset(), state.logEndOffset, active.sizeInBytes(), -1, -1);
        } finally {
            state.writer.unlock();
        }
        try {
            if (!question.isSo(active.file(), soFar)) {
                return;
            }
        } finally {
            active.release();
        }
        seal(active);
    }

    private void seal(Segment active) throws IOException {
        state.writer.lock();
        try {
            if (state.segments.active() == active && state.refusal() == null) {
                appender.roll();
            }
        } finally {
            state.writer.unlock();
        }
    }

    /**
     * Keeps others from replacing segments until {@link #endRewriting}, by the same thread.
     *
     * @param waitMs for whoever is at it; 0 for not at all
     * @return false if somebody is at it
     */
    public boolean beginRewriting(long waitMs) throws InterruptedIOException {
        try {
            return rewriting.tryLock(waitMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the log was being rewritten");
        }
    }

    public void endRewriting() {
        rewriting.unlock();
    }

    /** Begins a good copy of a damaged segment of a log that was never compacted. */
    public SegmentRewrite rewrite(SealedSegment damaged) throws IOException {
        return new SegmentRewrite(this, state, List.of(damaged), Optional.empty());
    }

    /**
     * Begins a good copy of all that has to be replaced together with a damaged segment of a
     * compacted log.
     *
     * @return empty when the segment is no longer part of the log
     */
    public Optional<SegmentRewrite> rewriteCompacted(SealedSegment damaged) throws IOException {
        CompactedPrefix prefix = new CompactedPrefix(this, state);
        List<SealedSegment> old = prefix.with(damaged);
        return old.contains(damaged)
                ? Optional.of(
                        new SegmentRewrite(
                                this,
                                state,
                                old,
                                Optional.of(() -> prefix.with(damaged).equals(old))))
                : Optional.empty();
    }

    void repaired() {
        repairs.incrementAndGet();
    }

    /** How often damage was repaired since the log was opened. */
    public long repairCount() {
        return repairs.get();
    }

    /** Up to where the log was compacted, exclusive. */
    public long cleanedOffset() {
        return checkpoints.cleanedOffset(state.partition);
    }

    /** Durable on return. */
    public void cleanedTo(long offset) throws IOException {
        checkpoints.saveCleanedOffset(state.partition, offset);
    }

    void beforeTruncation(long offset) throws IOException {
        if (cleanedOffset() > offset) {
            cleanedTo(offset);
        }
    }

    /** Takes the log directory offline after an I/O error of a cleaner. */
    public void fail(String what, IOException cause) {
        state.health.fail(what, cause);
    }

    /**
     * Puts one segment in the place of neighbours. Whoever reads the old ones reads on. Blocks for
     * the device; appends and reads go on meanwhile, but for some renames.
     *
     * @param cleaned file of whole batches between the first base offset and the last next offset
     *     of the old segments, forced, named {@code <first base offset>.log.cleaned}
     * @return false if the old segments are no longer there as given; the file is deleted then
     */
    public boolean replace(List<SealedSegment> old, Path cleaned) throws IOException {
        state.flusher.lock();
        try {
            if (find(old).isEmpty() || state.refusal() != null) {
                state.disk.delete(cleaned);
                return false;
            }
            Segment fresh = open(old, cleaned);
            Path swap = fresh.path(SegmentName.LOG + SegmentName.SWAP);
            state.disk.rename(cleaned, swap);
            state.disk.forceDirectory(state.directory);
            if (!publish(old, fresh)) {
                fresh.retire();
                state.disk.delete(swap);
                state.disk.forceDirectory(state.directory);
                return false;
            }
            makeDurable(fresh);
            return true;
        } catch (IOException e) {
            state.health.fail("replacing segments of " + state.partition, e);
            throw e;
        } finally {
            state.flusher.unlock();
        }
    }

    /** The segment that the file will be; its indexes are in memory until the old ones are gone. */
    private Segment open(List<SealedSegment> old, Path cleaned) throws IOException {
        DiskFile file = state.disk.open(cleaned);
        Segment fresh =
                new Segment(
                        state.disk,
                        state.directory,
                        old.getFirst().baseOffset(),
                        state.config.segments().indexIntervalBytes());
        fresh.adopt(file);
        fresh.adopt(new Segment.End(Math.toIntExact(file.size()), old.getLast().nextOffset()));
        SegmentIndexes.build(fresh);
        fresh.seal();
        return fresh;
    }

    private void makeDurable(Segment fresh) throws IOException {
        try {
            fresh.flushSealed();
        } catch (DiskFullException e) {
            LOG.atWarn()
                    .addKeyValue("topic", state.partition.topic())
                    .addKeyValue("partition", state.partition.partition())
                    .addKeyValue("offset", fresh.baseOffset())
                    .setCause(e)
                    .log("No space for the indexes of a cleaned segment; they stay in memory");
        }
    }

    private boolean publish(List<SealedSegment> old, Segment fresh) throws IOException {
        state.writer.lock();
        try {
            List<Segment> gone = find(old);
            if (gone.isEmpty()) {
                return false;
            }
            state.segments = state.segments.replace(gone, fresh);
            for (Segment segment : gone) {
                deleted.remove(segment);
            }
            state.disk.rename(
                    fresh.path(SegmentName.LOG + SegmentName.SWAP), fresh.path(SegmentName.LOG));
            return true;
        } finally {
            state.writer.unlock();
        }
    }

    /** The segments of the log that these were; none unless all are there, side by side. */
    List<Segment> find(List<SealedSegment> wanted) {
        SegmentList segments = state.segments;
        int first = segments.floor(wanted.getFirst().baseOffset());
        if (first < 0 || first + wanted.size() >= segments.count()) {
            return List.of();
        }
        List<Segment> found = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            Segment segment = segments.get(first + i);
            SealedSegment expected = wanted.get(i);
            boolean isSame =
                    segment.baseOffset() == expected.baseOffset()
                            && segment.nextOffset() == expected.nextOffset()
                            && segment.sizeInBytes() == expected.sizeInBytes();
            if (!isSame) {
                return List.of();
            }
            found.add(segment);
        }
        return found;
    }
}
