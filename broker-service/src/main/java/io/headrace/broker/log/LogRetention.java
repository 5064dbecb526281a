package io.headrace.broker.log;

import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes whole segments from the log's start: what is too old, too much, or below the log start
 * offset. Runs under the writer's lock.
 *
 * <p>Two steps with a checkpoint between them: {@link #raiseStart} decides and moves the log start
 * offset; once that is durable, {@link #removeBelowStart} removes files. So a crash never leaves a
 * log whose first segments return while later ones are gone.
 *
 * <p>Source: Kafka's {@code UnifiedLog.deleteOldSegments}.
 */
final class LogRetention {

    private static final Logger LOG = LoggerFactory.getLogger(LogRetention.class);

    private final LogState state;
    private final LogAppender appender;
    private final DeletedSegments deleted;

    LogRetention(LogState state, LogAppender appender, DeletedSegments deleted) {
        this.state = state;
        this.appender = appender;
        this.deleted = deleted;
    }

    /**
     * Moves the log start offset above all segments that may go.
     *
     * @param bound never delete a segment with records at or above it (the high watermark)
     * @return whether segments now lie below the log start offset
     */
    boolean raiseStart(long bound) throws IOException {
        if (state.config.retention().delete()) {
            long start = Math.max(startByAge(bound), startBySize(bound));
            if (start > state.logStartOffset) {
                moveStart(start, "retention");
            }
        }
        return state.segments.count() > 1
                && state.segments.get(1).baseOffset() <= state.logStartOffset;
    }

    void moveStart(long offset, String why) throws IOException {
        LOG.atInfo()
                .addKeyValue("topic", state.partition.topic())
                .addKeyValue("partition", state.partition.partition())
                .addKeyValue("offset", offset)
                .log("The log now starts here ({})", why);
        if (offset == state.logEndOffset && !state.segments.active().isEmpty()) {
            appender.roll();
        }
        state.logStartOffset = offset;
    }

    /** Drops leader epochs below the log start offset, once that is durable. */
    void forgetEpochs() throws IOException {
        state.epochs.truncateFromStart(state.logStartOffset);
    }

    int removeBelowStart() throws IOException {
        forgetEpochs();
        SegmentList segments = state.segments;
        int keepFrom = 0;
        while (keepFrom < segments.count() - 1
                && segments.get(keepFrom + 1).baseOffset() <= state.logStartOffset) {
            keepFrom++;
        }
        if (keepFrom > 0) {
            List<Segment> gone = segments.asList().subList(0, keepFrom);
            state.segments = segments.range(keepFrom, segments.count());
            for (Segment segment : gone) {
                deleted.remove(segment);
            }
            state.producers.startsAt(state.segments.first().baseOffset());
        }
        return keepFrom;
    }

    private long startByAge(long bound) throws IOException {
        long ageMsMax = state.config.retention().ageMsMax();
        long start = state.logStartOffset;
        if (ageMsMax < 0) {
            return start;
        }
        long nowMs = state.clock.nowMs();
        SegmentList segments = state.segments;
        for (Segment segment : segments.asList()) {
            boolean isOld = nowMs - youngestMs(segment) > ageMsMax;
            if (segment.isEmpty() || !isOld || segment.nextOffset() > bound) {
                break;
            }
            start = nextBase(segments, segment);
        }
        return start;
    }

    /**
     * The largest record timestamp; without any, or where it cannot be read, when the file last
     * changed, as in Kafka.
     */
    private long youngestMs(Segment segment) throws IOException {
        long largest = segment.largestTimestamp();
        return largest >= 0 ? largest : state.disk.modifiedMs(segment.path(SegmentName.LOG));
    }

    private long startBySize(long bound) {
        long bytesMax = state.config.retention().bytesMax();
        long start = state.logStartOffset;
        if (bytesMax < 0) {
            return start;
        }
        SegmentList segments = state.segments;
        long excess = segments.sizeInBytes() - bytesMax;
        for (Segment segment : segments.asList()) {
            excess -= segment.sizeInBytes();
            if (segment.isEmpty() || excess < 0 || segment.nextOffset() > bound) {
                break;
            }
            start = nextBase(segments, segment);
        }
        return start;
    }

    private long nextBase(SegmentList segments, Segment segment) {
        int next = segments.floor(segment.baseOffset()) + 1;
        return next < segments.count() ? segments.get(next).baseOffset() : state.logEndOffset;
    }
}
