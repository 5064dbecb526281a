package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.log.Segment.HeaderOf;
import io.headrace.broker.log.producer.Verdict;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Assigns offsets and puts batches behind the log end: one gathering write for all requests that
 * fit into the active segment. Every method runs under the writer's lock.
 */
final class LogAppender {

    private static final String NO_SPACE =
            "free disk space is below the reserve; reads go on, writes resume when space returns";

    private final LogState state;
    private final Runnable onSealed;
    private final List<ByteBuffer> pending = new ArrayList<>();

    /**
     * @param onSealed asks for the flush of sealed segments in the background
     */
    LogAppender(LogState state, Runnable onSealed) {
        this.state = state;
        this.onSealed = onSealed;
    }

    List<AppendOutcome> append(List<AppendRequest> requests, int leaderEpoch) {
        List<AppendOutcome> outcomes = new ArrayList<>(requests.size());
        AppendOutcome.Refused refusal = refusal(bytesOf(requests), leaderEpoch);
        if (refusal == null) {
            refusal = appendAdmitted(requests, leaderEpoch, outcomes);
        }
        if (refusal != null) {
            outcomes.addAll(Collections.nCopies(requests.size() - outcomes.size(), refusal));
        }
        return outcomes;
    }

    private AppendOutcome.@org.jspecify.annotations.Nullable Refused appendAdmitted(
            List<AppendRequest> requests, int leaderEpoch, List<AppendOutcome> outcomes) {
        long nowMs = state.clock.nowMs();
        try {
            state.epochs.assign(leaderEpoch, state.logEndOffset);
            int first = 0;
            while (first < requests.size()) {
                first = appendGroup(requests, first, leaderEpoch, nowMs, outcomes);
            }
            return null;
        } catch (IOException e) {
            return failed(e);
        } finally {
            pending.clear();
        }
    }

    /** Appends as many requests as the active segment takes; returns the first that is left. */
    private int appendGroup(
            List<AppendRequest> requests,
            int first,
            int leaderEpoch,
            long nowMs,
            List<AppendOutcome> outcomes)
            throws IOException {
        pending.clear();
        state.producers.beginGroup();
        List<AppendOutcome> group = new ArrayList<>(requests.size() - first);
        long next = state.logEndOffset;
        long bytes = 0;
        boolean hasProducers = false;
        int at = first;
        while (at < requests.size()) {
            AppendRequest request = requests.get(at);
            if (request.hasProducers()) {
                hasProducers = true;
                Verdict verdict =
                        state.producers.check(request.batches(), pending.isEmpty(), nowMs);
                if (verdict instanceof Verdict.AfterGroup) {
                    break;
                }
                if (!(verdict instanceof Verdict.InSequence)) {
                    group.add(outcome(verdict, leaderEpoch));
                    at++;
                    continue;
                }
            }
            bytes += request.sizeInBytes();
            long last = next + request.offsetCount() - 1;
            if (needsRoll(bytes, last, maxTimestamp(request, nowMs), nowMs)) {
                if (!pending.isEmpty()) {
                    break;
                }
                roll();
            }
            stamp(request.batches(), next, leaderEpoch, nowMs);
            pending.add(request.batches());
            long appendTimeMs = state.config.timestamps().logAppendTime() ? nowMs : -1;
            group.add(
                    new AppendOutcome.Appended(
                            next, last, appendTimeMs, state.logStartOffset, leaderEpoch));
            next = last + 1;
            at++;
        }
        if (!pending.isEmpty()) {
            writePending(next);
        }
        if (hasProducers) {
            noteProducers(nowMs);
        }
        outcomes.addAll(group);
        return at;
    }

    /** For a request that is not appended because of its sequences. */
    private AppendOutcome outcome(Verdict verdict, int leaderEpoch) {
        return switch (verdict) {
            case Verdict.Duplicate(long baseOffset, long lastOffset, long writtenMs) ->
                    new AppendOutcome.Duplicate(
                            baseOffset,
                            lastOffset,
                            state.config.timestamps().logAppendTime() ? writtenMs : -1,
                            state.logStartOffset,
                            leaderEpoch);
            case Verdict.Refused(ErrorCode code, String text) ->
                    new AppendOutcome.Refused(code, text);
            case Verdict.InSequence admitted ->
                    throw new IllegalStateException("an append that is in sequence");
            case Verdict.AfterGroup waiting ->
                    throw new IllegalStateException("an append that waits for its group");
        };
    }

    AppendOutcome appendAsFollower(ByteBuffer batches) {
        long base = RecordBatch.baseOffset(batches, batches.position());
        int firstEpoch = RecordBatch.leaderEpoch(batches, batches.position());
        AppendOutcome.Refused refusal = refusal(batches.remaining(), firstEpoch);
        if (refusal == null) {
            refusal = contradiction(batches);
        }
        if (refusal != null) {
            return refusal;
        }
        long nowMs = state.clock.nowMs();
        try {
            long last = lastOffset(batches);
            assignEpochs(batches);
            if (needsRoll(batches.remaining(), last, maxTimestamp(batches), nowMs)) {
                roll();
            }
            pending.add(batches);
            writePending(last + 1);
            noteProducers(nowMs);
            return new AppendOutcome.Appended(
                    base, last, -1, state.logStartOffset, state.epochs.latestEpoch());
        } catch (IOException e) {
            return failed(e);
        } finally {
            pending.clear();
        }
    }

    /** Seals the active segment, if it holds anything, and begins the next one. */
    void roll() throws IOException {
        Segment active = state.segments.active();
        if (active.isEmpty()) {
            return;
        }
        Segment next = state.newSegment(state.logEndOffset);
        active.seal();
        SegmentList now = state.segments;
        if (now.count() > 1) {
            now.get(now.count() - 2).forgetRing();
        }
        state.segments = now.with(next);
        state.producers.snapshot(next.baseOffset(), state.segments::hasSegmentAt);
        onSealed.run();
    }

    private void noteProducers(long nowMs) {
        for (ByteBuffer batches : pending) {
            for (int at = batches.position(); at < batches.limit(); ) {
                if (RecordBatch.producerId(batches, at) != RecordBatch.NO_PRODUCER_ID) {
                    state.producers.note(batches, at, nowMs);
                }
                at += RecordBatch.sizeInBytes(batches, at);
            }
        }
    }

    private void writePending(long next) throws IOException {
        Segment active = state.segments.active();
        active.spillIndexBlocks();
        long size = active.sizeInBytes();
        ByteBuffer[] views = new ByteBuffer[pending.size()];
        for (int i = 0; i < views.length; i++) {
            views[i] = pending.get(i).duplicate();
        }
        active.write(views);
        for (ByteBuffer batches : pending) {
            for (int at = batches.position(); at < batches.limit(); ) {
                int bytes = RecordBatch.sizeInBytes(batches, at);
                HeaderOf header = HeaderOf.batch(batches, at);
                active.index(header, (int) size, bytes);
                active.remember(header, (int) size);
                size += bytes;
                at += bytes;
            }
        }
        active.publish(new Segment.End(Math.toIntExact(size), next));
        state.logEndOffset = next;
    }

    private boolean needsRoll(long bytes, long lastOffset, long maxTimestamp, long nowMs)
            throws IOException {
        Segment active = state.segments.active();
        LogConfig.Segments config = state.config.segments();
        if (active.isEmpty()) {
            boolean isTooMuch = !pending.isEmpty() && bytes > config.bytesMax();
            return isTooMuch || lastOffset - active.baseOffset() > Integer.MAX_VALUE;
        }
        return active.sizeInBytes() + bytes > config.bytesMax()
                || active.isFull(lastOffset, config)
                || SegmentAge.isOver(active, state, maxTimestamp, nowMs);
    }

    private void stamp(ByteBuffer batches, long baseOffset, int leaderEpoch, long nowMs) {
        boolean stampsTime = state.config.timestamps().logAppendTime();
        long next = baseOffset;
        for (int at = batches.position(); at < batches.limit(); ) {
            RecordBatch.setBaseOffset(batches, at, next);
            RecordBatch.setLeaderEpoch(batches, at, leaderEpoch);
            if (stampsTime) {
                RecordBatch.stampLogAppendTime(batches, at, nowMs);
            }
            next = RecordBatch.nextOffset(batches, at);
            at += RecordBatch.sizeInBytes(batches, at);
        }
    }

    private void assignEpochs(ByteBuffer batches) {
        for (int at = batches.position(); at < batches.limit(); ) {
            int epoch = RecordBatch.leaderEpoch(batches, at);
            if (epoch > state.epochs.latestEpoch()) {
                state.epochs.assign(epoch, RecordBatch.baseOffset(batches, at));
            }
            at += RecordBatch.sizeInBytes(batches, at);
        }
    }

    /** What is wrong with batches from a leader: offsets and epochs must rise from the log end. */
    private AppendOutcome.@org.jspecify.annotations.Nullable Refused contradiction(
            ByteBuffer batches) {
        long next = state.logEndOffset;
        int epoch = state.epochs.latestEpoch();
        for (int at = batches.position(); at < batches.limit(); ) {
            long base = RecordBatch.baseOffset(batches, at);
            if (base < next) {
                return new AppendOutcome.Refused(
                        ErrorCode.OFFSET_OUT_OF_RANGE,
                        "a batch begins at offset " + base + ", the log ends at " + next);
            }
            if (RecordBatch.leaderEpoch(batches, at) < epoch) {
                return new AppendOutcome.Refused(
                        ErrorCode.FENCED_LEADER_EPOCH,
                        "a batch has an older leader epoch than the log");
            }
            epoch = RecordBatch.leaderEpoch(batches, at);
            next = RecordBatch.nextOffset(batches, at);
            at += RecordBatch.sizeInBytes(batches, at);
        }
        return null;
    }

    private AppendOutcome.@org.jspecify.annotations.Nullable Refused refusal(
            long bytes, int leaderEpoch) {
        LogState.Closed closed = state.refusal();
        if (closed != null) {
            return new AppendOutcome.Refused(closed.code(), closed.text());
        }
        try {
            if (!state.reserve.admits(bytes)) {
                return new AppendOutcome.Refused(ErrorCode.DISK_NEARLY_FULL, NO_SPACE);
            }
            if (state.isTorn) {
                heal();
            }
        } catch (IOException e) {
            return failed(e);
        }
        int latest = state.epochs.latestEpoch();
        return leaderEpoch < latest
                ? new AppendOutcome.Refused(
                        ErrorCode.FENCED_LEADER_EPOCH,
                        "leader epoch " + leaderEpoch + " is older than the log's " + latest)
                : null;
    }

    /**
     * Cuts off what a write left behind the log end when the disk was full, and forgets the epochs
     * of batches that were to come there.
     */
    private void heal() throws IOException {
        Segment active = state.segments.active();
        active.file().truncate(active.sizeInBytes());
        active.file().force();
        state.epochs.truncateFromEnd(state.logEndOffset + 1);
        state.isTorn = false;
    }

    private AppendOutcome.Refused failed(IOException e) {
        if (e instanceof DiskFullException) {
            state.isTorn = true;
            state.reserve.noteFull();
            return new AppendOutcome.Refused(ErrorCode.DISK_NEARLY_FULL, NO_SPACE);
        }
        state.health.fail("an append to " + state.partition, e);
        return new AppendOutcome.Refused(ErrorCode.KAFKA_STORAGE_ERROR, state.health.text());
    }

    private long maxTimestamp(AppendRequest request, long nowMs) {
        return state.config.timestamps().logAppendTime() ? nowMs : maxTimestamp(request.batches());
    }

    private static long maxTimestamp(ByteBuffer batches) {
        long max = RecordBatch.NO_TIMESTAMP;
        for (int at = batches.position(); at < batches.limit(); ) {
            max = Math.max(max, RecordBatch.maxTimestamp(batches, at));
            at += RecordBatch.sizeInBytes(batches, at);
        }
        return max;
    }

    private static long lastOffset(ByteBuffer batches) {
        long last = -1;
        for (int at = batches.position(); at < batches.limit(); ) {
            last = RecordBatch.lastOffset(batches, at);
            at += RecordBatch.sizeInBytes(batches, at);
        }
        return last;
    }

    private static long bytesOf(List<AppendRequest> requests) {
        long bytes = 0;
        for (AppendRequest request : requests) {
            bytes += request.sizeInBytes();
        }
        return bytes;
    }
}
