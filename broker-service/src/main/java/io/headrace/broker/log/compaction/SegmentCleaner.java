package io.headrace.broker.log.compaction;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.SealedSegment;
import io.headrace.broker.log.SegmentName;
import io.headrace.model.record.BatchRewriter;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the records of a group of segments that stay into one file, {@code .log.cleaned}.
 *
 * <p>A record stays if the map knows no newer one of its key; a tombstone goes when the delete
 * horizon of its batch has passed; a record without a key goes. Batches behind the mapped part stay
 * as they are (a tombstone there may still have older values before it), and so do control batches.
 * The last batch of the group stays even without records, so that the file says how far it reaches.
 */
final class SegmentCleaner {

    private final Disk disk;
    private final ProducerEnds producerEnds;
    private final CleanerLoad load;
    private final int readBytes;
    private final BatchRewriter rewriter;
    private ByteBuffer output;

    SegmentCleaner(
            Disk disk, ProducerEnds producerEnds, CleanerLoad load, CleanerSettings settings) {
        this.disk = disk;
        this.producerEnds = producerEnds;
        this.load = load;
        this.readBytes = settings.readBytes();
        this.rewriter = new BatchRewriter(settings.decompressedBytesMax());
        this.output = ByteBuffer.allocate(readBytes);
    }

    /**
     * One round's decisions.
     *
     * @param mappedTo a batch boundary; what lies at and above it stays
     */
    record Round(OffsetMap map, long mappedTo, long nowMs) {}

    /** The finished file, forced but under a name that is worthless after a crash. */
    Path clean(PartitionLog log, List<SealedSegment> group, Round round) throws IOException {
        long base = group.getFirst().baseOffset();
        Path path = SegmentName.in(log.directory(), base, SegmentName.LOG + SegmentName.CLEANED);
        try (DiskFile file = disk.open(path)) {
            file.truncate(0);
            copy(log, group, round, file);
            file.force();
            return path;
        } catch (IOException | RuntimeException e) {
            disk.delete(path);
            throw e;
        }
    }

    private void copy(PartitionLog log, List<SealedSegment> group, Round round, DiskFile file)
            throws IOException {
        long end = group.getLast().nextOffset();
        long from = Math.max(log.logStartOffset(), group.getFirst().baseOffset());
        BatchStream stream = new BatchStream(log, from, end, readBytes, load);
        long position = 0;
        output.clear();
        for (ByteBuffer chunk = stream.next(); chunk != null; chunk = stream.next()) {
            for (int at = chunk.position(); at < chunk.limit(); ) {
                ByteBuffer kept = filter(log, chunk, at, end, round);
                if (kept.remaining() > output.remaining()) {
                    position = spill(file, position);
                }
                if (kept.remaining() > output.capacity()) {
                    output = ByteBuffer.allocate(kept.remaining());
                }
                output.put(kept);
                at += RecordBatch.sizeInBytes(chunk, at);
            }
        }
        spill(file, position);
        long bytes = group.stream().mapToLong(SealedSegment::sizeInBytes).sum();
        if (stream.nextOffset() < end && stream.bytesRead() != bytes) {
            throw new CleaningAbortedException("the segments could not be read to their end");
        }
    }

    private long spill(DiskFile file, long position) throws IOException {
        output.flip();
        int length = output.remaining();
        if (position + length > Integer.MAX_VALUE) {
            throw new CleaningAbortedException("a cleaned segment would pass 2 GiB");
        }
        file.write(output, position);
        load.wrote(length);
        output.clear();
        return position + length;
    }

    /**
     * What is left of a batch: bytes that are valid until the next call, none if all of it goes.
     */
    private ByteBuffer filter(PartitionLog log, ByteBuffer chunk, int at, long end, Round round) {
        boolean isMapped = RecordBatch.baseOffset(chunk, at) < round.mappedTo();
        if (!isMapped || RecordBatch.isControl(chunk, at)) {
            return chunk.slice(at, RecordBatch.sizeInBytes(chunk, at));
        }
        boolean dropsTombstones =
                RecordBatch.hasDeleteHorizon(chunk, at)
                        && round.nowMs() >= RecordBatch.baseTimestamp(chunk, at);
        rewriter.filter(chunk, at, record -> keeps(record, round, dropsTombstones));
        load.dropped(rewriter.droppedCount());
        if (rewriter.keptCount() > 0) {
            long horizonMs = round.nowMs() + log.config().compaction().deleteRetentionMs();
            return rewriter.write(chunk, at, horizonMs);
        }
        long lastOffset = RecordBatch.lastOffset(chunk, at);
        long producerId = RecordBatch.producerId(chunk, at);
        boolean isLastOfProducer =
                producerId != RecordBatch.NO_PRODUCER_ID
                        && producerEnds.isLastOf(log.partition(), producerId, lastOffset);
        if (lastOffset + 1 == end || isLastOfProducer) {
            return rewriter.writeEmpty(chunk, at);
        }
        return chunk.slice(at, 0);
    }

    private static boolean keeps(RecordReader record, Round round, boolean dropsTombstones) {
        if (record.keyLength() < 0) {
            return false;
        }
        if (record.valueLength() < 0 && dropsTombstones) {
            return false;
        }
        return record.offset()
                >= round.map().get(record.bytes(), record.keyAt(), record.keyLength());
    }
}
