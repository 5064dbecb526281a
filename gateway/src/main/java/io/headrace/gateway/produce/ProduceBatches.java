package io.headrace.gateway.produce;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.record.Compression;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records of one request, sorted into their partitions' batches, and where each of them went.
 *
 * <p>Per record: its partition (or why it has none) and its place among that partition's records,
 * so that its offset is the append's base offset plus that place. Owner: the connection's event
 * loop.
 */
final class ProduceBatches {

    static final int UNKNOWN_PARTITION = -1;
    static final int TOO_LARGE = -2;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final TopicImage topic;
    private final int pathPartition;
    private final int keylessPartition;
    private final Compression codec;
    private final int batchBytesMax;
    private final int recordCountMax;
    private final int capacity;
    private final long nowMs;
    private final @Nullable PartitionBatches[] partitions;
    private byte[] bytes = new byte[0];
    private ByteBuffer key = NOTHING;
    private ByteBuffer value = NOTHING;
    private int[] recordPartitions = new int[16];
    private int[] recordPlaces = new int[16];
    private int recordCount;
    private int rejectedCount;

    /**
     * @param pathPartition the one that the path names, or {@link Draft#NO_PARTITION}
     * @param keylessPartition for records without key and partition
     * @param batchBytesMax largest batch that the topic takes
     * @param bodyBytes size of the request's body
     */
    ProduceBatches(
            TopicImage topic,
            int pathPartition,
            int keylessPartition,
            ProduceLimits limits,
            int batchBytesMax,
            int bodyBytes,
            long nowMs) {
        this.topic = topic;
        this.pathPartition = pathPartition;
        this.keylessPartition = keylessPartition;
        this.codec = limits.codec();
        this.recordCountMax = limits.recordCountMax();
        this.batchBytesMax = batchBytesMax;
        this.nowMs = nowMs;
        this.partitions = new PartitionBatches[topic.partitionCount()];
        int spread = pathPartition >= 0 ? 1 : Math.min(4, partitions.length);
        this.capacity = bodyBytes / spread + 128;
    }

    /** Says which array the drafts' slices lie in from now on. */
    void cutFrom(byte[] source) {
        bytes = source;
        key = ByteBuffer.wrap(source);
        value = ByteBuffer.wrap(source);
    }

    /**
     * Copies a record into its partition's batch.
     *
     * @throws HttpFailure 422 if the request has too many records
     */
    void add(Draft draft) {
        if (recordCount == recordCountMax) {
            throw HttpFailure.unprocessable(
                    "A request holds at most " + recordCountMax + " records.");
        }
        int partition = partitionOf(draft);
        int place = 0;
        if (partition >= partitions.length) {
            place = partition;
            partition = UNKNOWN_PARTITION;
            rejectedCount++;
        } else {
            PartitionBatches batches = batches(partition);
            place = batches.recordCount();
            if (!append(batches, draft)) {
                partition = TOO_LARGE;
                rejectedCount++;
            }
        }
        if (recordCount == recordPartitions.length) {
            recordPartitions = Arrays.copyOf(recordPartitions, recordCount * 2);
            recordPlaces = Arrays.copyOf(recordPlaces, recordCount * 2);
        }
        recordPartitions[recordCount] = partition;
        recordPlaces[recordCount++] = place;
    }

    private int partitionOf(Draft draft) {
        if (draft.partition >= 0) {
            return draft.partition;
        }
        if (pathPartition >= 0) {
            return pathPartition;
        }
        return draft.keyLength < 0
                ? keylessPartition
                : Partitioner.ofKey(bytes, draft.keyAt, draft.keyLength, partitions.length);
    }

    private PartitionBatches batches(int partition) {
        PartitionBatches batches = partitions[partition];
        if (batches == null) {
            batches = new PartitionBatches(codec, batchBytesMax, capacity);
            partitions[partition] = batches;
        }
        return batches;
    }

    private boolean append(PartitionBatches batches, Draft draft) {
        ByteBuffer keyView = null;
        if (draft.keyLength >= 0) {
            key.limit(draft.keyAt + draft.keyLength).position(draft.keyAt);
            keyView = key;
        }
        ByteBuffer valueView = null;
        if (draft.valueLength >= 0) {
            value.limit(draft.valueAt + draft.valueLength).position(draft.valueAt);
            valueView = value;
        }
        long timestampMs = draft.timestampMs == Draft.NO_TIMESTAMP ? nowMs : draft.timestampMs;
        return batches.add(timestampMs, keyView, valueView, draft);
    }

    TopicImage topic() {
        return topic;
    }

    int recordCount() {
        return recordCount;
    }

    int rejectedCount() {
        return rejectedCount;
    }

    int batchBytesMax() {
        return batchBytesMax;
    }

    /** Index = partition; null where the request has no records for it. */
    @Nullable PartitionBatches[] partitions() {
        return partitions;
    }

    /** The partition of a record, or {@link #UNKNOWN_PARTITION} or {@link #TOO_LARGE}. */
    int partitionOf(int record) {
        return recordPartitions[record];
    }

    /** Its place among its partition's records; for an unknown partition, which one it was. */
    int placeOf(int record) {
        return recordPlaces[record];
    }
}
