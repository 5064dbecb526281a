package io.headrace.broker.kafka.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;

/**
 * What one client reads over and over, so that its requests and our answers carry changes only.
 *
 * <pre>
 *   new, epoch 1 --incremental request with the expected epoch--> epoch + 1 --...
 *   any          --full request, eviction--> gone (the cache forgets it)
 * </pre>
 *
 * <p>Owner: {@link FetchSessions}' lock.
 *
 * <p>Source: KIP-227.
 */
final class FetchSession {

    private static final long UNKNOWN = -1;

    /** What the client was told last. */
    private static final class Told {
        private FetchTarget target;
        private long highWatermark = UNKNOWN;
        private long lastStableOffset = UNKNOWN;
        private long logStartOffset = UNKNOWN;

        private Told(FetchTarget target) {
            this.target = target;
        }
    }

    private final int id;
    private final boolean usesTopicIds;
    private final boolean isOfFollower;
    private final LinkedHashMap<FetchTarget.Key, Told> partitions = new LinkedHashMap<>();
    private int expectedEpoch = 1;
    private long usedMs;

    FetchSession(int id, boolean usesTopicIds, boolean isOfFollower, long nowMs) {
        this.id = id;
        this.usesTopicIds = usesTopicIds;
        this.isOfFollower = isOfFollower;
        this.usedMs = nowMs;
    }

    int id() {
        return id;
    }

    boolean usesTopicIds() {
        return usesTopicIds;
    }

    boolean isOfFollower() {
        return isOfFollower;
    }

    int partitionCount() {
        return partitions.size();
    }

    long usedMs() {
        return usedMs;
    }

    /**
     * @return false when the epoch is not the one that is due
     */
    boolean advance(int epoch, long nowMs) {
        if (epoch != expectedEpoch) {
            return false;
        }
        expectedEpoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        usedMs = nowMs;
        return true;
    }

    void put(FetchTarget target) {
        Told known = partitions.get(target.key());
        if (known == null) {
            partitions.put(target.key(), new Told(target));
        } else {
            known.target = target;
        }
    }

    void remove(FetchTarget.Key key) {
        partitions.remove(key);
    }

    List<FetchTarget> targets() {
        List<FetchTarget> targets = new ArrayList<>(partitions.size());
        partitions.values().forEach(told -> targets.add(told.target));
        return targets;
    }

    /**
     * Whether the client must hear of a partition again; notes what it hears. Who gets records goes
     * to the end, so that the others are read first next time.
     */
    boolean tell(FetchTarget target, PartitionData data) {
        Told told = partitions.get(target.key());
        if (told == null) {
            return true;
        }
        boolean hasRecords = data.records() != null && data.records().sizeInBytes() > 0;
        boolean isFailed = data.errorCode() != Errors.NONE.code();
        boolean isNews =
                hasRecords
                        || isFailed
                        || told.highWatermark != data.highWatermark()
                        || told.lastStableOffset != data.lastStableOffset()
                        || told.logStartOffset != data.logStartOffset()
                        || data.divergingEpoch().epoch() >= 0;
        // After an error the next good answer is news, whatever it says.
        told.highWatermark = isFailed ? UNKNOWN : data.highWatermark();
        told.lastStableOffset = data.lastStableOffset();
        told.logStartOffset = data.logStartOffset();
        if (hasRecords) {
            partitions.remove(target.key());
            partitions.put(target.key(), told);
        }
        return isNews;
    }
}
