package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.broker.log.epoch.EpochStart;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The records of one partition on this broker.
 *
 * <p>Offsets: {@code logStartOffset <= high watermark <= logEndOffset}; the first two are inclusive
 * starts, the log end offset is the next to assign.
 *
 * <p>Owner: any thread may call anything. Appends, truncation, retention and the change of settings
 * are serialised by the writer's lock; reads and lookups take no lock. What is said to force bytes
 * blocks for the device and must not run on an event loop.
 *
 * <p>Errors: ordinary failures are values. An I/O error on a write or fsync takes the log directory
 * offline; from then on every call answers {@code KAFKA_STORAGE_ERROR}. When the disk is full,
 * appends answer {@code DISK_NEARLY_FULL} until space returns.
 */
public final class PartitionLog {

    private final LogState state;
    private final TopicId topicId;
    private final LogAppender appender;
    private final LogReader reader;
    private final LogFlusher flusher;
    private final FlushWaiters waiters;
    private final DeletedSegments deleted;
    private final LogTruncation truncation;
    private final LogRetention retention;
    private final LogCheckpoints checkpoints;
    private final LogSegments sealedSegments;

    PartitionLog(LogState state, TopicId topicId, LogHome home) {
        this.state = state;
        this.topicId = topicId;
        this.flusher = new LogFlusher(state);
        this.waiters = new FlushWaiters(flusher, home.flushQueue());
        this.appender = new LogAppender(state, waiters::requestSealed);
        this.reader = new LogReader(state);
        this.deleted = new DeletedSegments(state);
        this.truncation = new LogTruncation(state, deleted, home.checkpoints());
        this.retention = new LogRetention(state, appender, deleted);
        this.checkpoints = home.checkpoints();
        this.sealedSegments = new LogSegments(state, deleted, appender, checkpoints);
    }

    public TopicPartition partition() {
        return state.partition;
    }

    public TopicId topicId() {
        return topicId;
    }

    /** Directory of this log's files. */
    public Path directory() {
        return state.directory;
    }

    public LogConfig config() {
        return state.config;
    }

    /** Takes over new settings; segments that exist keep their index interval. */
    public void configure(LogConfig config) {
        state.writer.lock();
        try {
            state.config = config;
        } finally {
            state.writer.unlock();
        }
    }

    /** Offset of the first record that may be read. */
    public long logStartOffset() {
        return state.logStartOffset;
    }

    /** Offset that the next record will get. */
    public long logEndOffset() {
        return state.logEndOffset;
    }

    /** All records below it are on the device. */
    public long recoveryPoint() {
        return state.recoveryPoint;
    }

    public long sizeInBytes() {
        return state.segments.sizeInBytes();
    }

    int activeSizeInBytes() {
        return state.segments.active().sizeInBytes();
    }

    public int segmentCount() {
        return state.segments.count();
    }

    /** By rising base offset; the last is the active one. May read index files. */
    public List<SegmentInfo> segments() throws IOException {
        List<SegmentInfo> infos = new ArrayList<>();
        for (Segment segment : state.segments.asList()) {
            infos.add(
                    new SegmentInfo(
                            segment.baseOffset(),
                            segment.nextOffset(),
                            segment.sizeInBytes(),
                            segment.largestTimestamp()));
        }
        return infos;
    }

    /** Whether the log directory is offline, or this log closed. */
    public boolean isOffline() {
        return state.refusal() != null;
    }

    /**
     * Tells where the high watermark is read: for its checkpoint, and so that retention never
     * deletes above it. Called on the directory's threads; must not block.
     */
    public void highWatermark(LongSupplier highWatermark) {
        state.highWatermark = highWatermark;
    }

    /** What the broker last said, between log start and log end. */
    public long highWatermark() {
        return Math.clamp(
                state.highWatermark.getAsLong(), state.logStartOffset, state.logEndOffset);
    }

    // ---- appending

    /**
     * Checks batches from a producer: the costly part of an append, without a lock. A max timestamp
     * that the producer stated wrongly is corrected in the bytes.
     *
     * @param batches one or more whole batches between position and limit; writable
     */
    public CheckOutcome check(ByteBuffer batches) {
        return ProduceCheck.check(batches, state.config, state.clock.nowMs());
    }

    /**
     * Appends many requests with as few writes as possible; outcomes are in the order of requests.
     * Blocks for the writer's lock and a write into the page cache, never for the device, except
     * for the first append of a leader epoch that {@link #beginLeaderEpoch} did not announce.
     */
    public List<AppendOutcome> append(List<AppendRequest> requests, int leaderEpoch) {
        state.writer.lock();
        try {
            return appender.append(requests, leaderEpoch);
        } finally {
            state.writer.unlock();
            requestFlushIfMany();
        }
    }

    private void requestFlushIfMany() {
        if (state.logEndOffset - state.recoveryPoint >= state.config.flush().messages()) {
            waiters.requestAll();
        }
    }

    /** Checks and appends one request. */
    public AppendOutcome append(ByteBuffer batches, int leaderEpoch) {
        return switch (check(batches)) {
            case CheckOutcome.Refused(ErrorCode code, String text, var _) ->
                    new AppendOutcome.Refused(code, text);
            case CheckOutcome.Sound(AppendRequest request) ->
                    append(List.of(request), leaderEpoch).getFirst();
        };
    }

    /**
     * Appends batches as the leader sent them, with its offsets and leader epochs. Checksums are
     * verified; offsets may leave gaps (the leader's log may be compacted) but must rise from the
     * log end offset.
     */
    public AppendOutcome appendAsFollower(ByteBuffer batches) {
        if (!batches.hasRemaining()) {
            return new AppendOutcome.Refused(
                    ErrorCode.INVALID_RECORD, "the leader's answer holds no batch");
        }
        for (int at = batches.position(); at < batches.limit(); ) {
            if (BatchCheck.framing(batches, at, batches.limit())
                    instanceof BatchCheck.Refused(ErrorCode code, String reason, var _)) {
                return new AppendOutcome.Refused(code, reason);
            }
            at += RecordBatch.sizeInBytes(batches, at);
        }
        state.writer.lock();
        try {
            return appender.appendAsFollower(batches);
        } finally {
            state.writer.unlock();
        }
    }

    /** Notes that the leader epoch begins at the log end offset; durable with the next flush. */
    public void beginLeaderEpoch(int leaderEpoch) {
        state.writer.lock();
        try {
            state.epochs.assign(leaderEpoch, state.logEndOffset);
        } finally {
            state.writer.unlock();
        }
    }

    // ---- reading

    /**
     * Finds whole batches from the one that holds the offset on, all in one segment. The caller
     * closes the slice.
     *
     * @param upperBoundOffset no record at or above it is returned (the high watermark for
     *     consumers, {@code Long.MAX_VALUE} for followers)
     * @param atLeastOne return the first batch even if it is larger than {@code bytesMax}
     */
    public ReadOutcome read(long offset, int bytesMax, long upperBoundOffset, boolean atLeastOne) {
        return reader.read(offset, bytesMax, upperBoundOffset, atLeastOne);
    }

    /** The first record below the bound whose timestamp is at least the given one. */
    public TimeLookup offsetForTimestamp(long timestampMs, long upperBoundOffset) {
        return reader.find(timestampMs, upperBoundOffset);
    }

    /** -1 when no leader epoch is known. */
    public int latestLeaderEpoch() {
        return state.epochs.latestEpoch();
    }

    public int leaderEpochAt(long offset) {
        return state.epochs.epochAt(offset);
    }

    public List<EpochStart> leaderEpochs() {
        return state.epochs.entries();
    }

    /** Where the leader epoch ended in this log (KIP-101, KIP-279). */
    public EpochEnd endOffsetFor(int leaderEpoch) {
        return state.epochs.endOffsetFor(leaderEpoch, state.logEndOffset);
    }

    // ---- producers

    /** Idempotent producers whose sequences are known. */
    public int producerCount() {
        state.writer.lock();
        try {
            return state.producers.count();
        } finally {
            state.writer.unlock();
        }
    }

    /** Whether the batch that ends at the offset is the newest of a producer that may write on. */
    public boolean isLastBatch(long producerId, long lastOffset) {
        state.writer.lock();
        try {
            return state.producers.isLastBatch(producerId, lastOffset);
        } finally {
            state.writer.unlock();
        }
    }

    /** Forgets producers that wrote last at least that long ago; returns how many. */
    int expireProducers(long expirationMs) {
        state.writer.lock();
        try {
            return state.producers.expire(state.clock.nowMs(), expirationMs);
        } finally {
            state.writer.unlock();
        }
    }

    // ---- durability

    /**
     * Calls the listener once all records below the offset are on the device, or cannot be. One
     * fsync serves all who wait. The listener runs on a flushing thread, never on the caller's.
     */
    public void whenFlushed(long offset, Consumer<FlushOutcome> listener) {
        waiters.await(offset, listener);
    }

    /** Forces everything appended so far; blocks for the device. */
    public FlushOutcome flush() {
        return flusher.flush();
    }

    void flushIfDue() {
        if (flusher.isDue()) {
            waiters.requestAll();
        }
    }

    // ---- cutting

    /**
     * Removes all records at and above the offset, and the batch that holds it. Blocks for the
     * device.
     *
     * @return the new log end offset, at most the given one unless nothing was removed
     * @throws DiskFullException if there is no space for the truncation; the log is as it was, and
     *     the caller may try again later
     * @throws UnreadableException if the place cannot be read; likewise, when it is repaired
     */
    public long truncateTo(long offset) throws IOException {
        return cutting(
                () -> {
                    sealedSegments.beforeTruncation(offset);
                    truncation.truncateTo(offset);
                });
    }

    /** Removes all records; the next one gets the offset. Blocks for the device. */
    public void truncateFullyAndStartAt(long offset) throws IOException {
        cutting(
                () -> {
                    sealedSegments.beforeTruncation(Math.min(offset, logStartOffset()));
                    truncation.truncateFullyAndStartAt(offset);
                });
    }

    /**
     * Moves the log start offset up to the given one (to the high watermark at most); files below
     * it go with the next {@link #retain}. Durable on return.
     *
     * @return the log start offset
     * @throws DiskFullException if there is no space to write it down; the caller may try again
     */
    public long deleteRecordsBefore(long offset) throws IOException {
        String what = "a deletion of records";
        writing(
                what,
                () -> {
                    long start = Math.min(offset, highWatermark());
                    if (start > state.logStartOffset) {
                        retention.moveStart(start, "records deleted on request");
                    }
                });
        guarded(what, checkpoints::saveLogStartOffsets);
        writing(what, retention::forgetEpochs);
        return state.logStartOffset;
    }

    /**
     * Moves the log start offset up to the given one (to the high watermark at most), as another
     * replica's did. Written down with the next checkpoint: until then a restart may bring records
     * back.
     */
    public void startsAtLeast(long offset) throws IOException {
        if (Math.min(offset, highWatermark()) <= state.logStartOffset) {
            return;
        }
        writing(
                "a new log start",
                () -> {
                    long start = Math.min(offset, highWatermark());
                    if (start > state.logStartOffset) {
                        retention.moveStart(start, "so does the leader's");
                    }
                });
    }

    /** Applies retention by time and size; returns how many segments were deleted. */
    public int retain() throws IOException {
        if (!raiseStart()) {
            return 0;
        }
        checkpoints.saveLogStartOffsets();
        return removeBelowStart();
    }

    boolean raiseStart() throws IOException {
        state.writer.lock();
        try {
            return state.refusal() == null && retention.raiseStart(highWatermark());
        } finally {
            state.writer.unlock();
        }
    }

    int removeBelowStart() throws IOException {
        state.writer.lock();
        try {
            return retention.removeBelowStart();
        } finally {
            state.writer.unlock();
        }
    }

    /** Begins a new segment, unless the active one is empty. */
    public void roll() throws IOException {
        state.writer.lock();
        try {
            appender.roll();
        } finally {
            state.writer.unlock();
        }
    }

    /** Deletes files that were removed from the log longer ago than their delay. */
    public int deleteDueFiles() throws IOException {
        return deleted.deleteDue();
    }

    LogState state() {
        return state;
    }

    /** Refuses requests from now on, with the given reason. */
    void refuse(ErrorCode code, String text) {
        state.writer.lock();
        try {
            state.closed = new LogState.Closed(code, text);
        } finally {
            state.writer.unlock();
        }
    }

    /** Writes out the active segment's indexes and lets go of all files. Flush first. */
    void close(boolean isClean) throws IOException {
        refuse(ErrorCode.KAFKA_STORAGE_ERROR, "the log is closed");
        state.flusher.lock();
        state.writer.lock();
        try {
            Segment active = state.segments.active();
            if (isClean && !active.isEmpty()) {
                active.seal();
                active.flushSealed(); // the next start trusts the indexes, even after a power cut
            }
            if (isClean && (!active.isEmpty() || state.producers.count() > 0)) {
                state.producers.snapshot(state.logEndOffset, state.segments::hasSegmentAt);
            }
            deleted.closeAll();
            for (Segment segment : state.segments.asList()) {
                segment.retire();
            }
        } finally {
            state.writer.unlock();
            state.flusher.unlock();
        }
    }

    /** What compaction and the scrubber work on. */
    public LogSegments sealedSegments() {
        return sealedSegments;
    }

    private interface Change {
        void run() throws IOException;
    }

    private long cutting(Change cut) throws IOException {
        state.flusher.lock();
        try {
            writing("a truncation", cut);
            return state.logEndOffset;
        } finally {
            state.flusher.unlock();
        }
    }

    /** Runs the change under the writer's lock. */
    private void writing(String what, Change change) throws IOException {
        state.writer.lock();
        try {
            guarded(what, change);
        } finally {
            state.writer.unlock();
        }
    }

    /**
     * A full disk is the caller's to handle, and so is what cannot be read before anything was
     * changed; any other failure takes the directory offline.
     */
    private void guarded(String what, Change change) throws IOException {
        try {
            change.run();
        } catch (DiskFullException | UnreadableException e) {
            throw e;
        } catch (IOException e) {
            state.health.fail(what + " of " + state.partition, e);
            throw e;
        }
    }
}
