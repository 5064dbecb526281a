package io.headrace.broker.replication;

import io.headrace.broker.log.LogSegments;
import io.headrace.broker.log.SealedSegment;
import io.headrace.broker.log.SegmentRewrite;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.broker.replication.FetchAnswer.Refusal;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the damaged batches of a segment from another replica, as a consumer would: such a fetch
 * acknowledges nothing, and sees only what is committed. So a replica need not be in sync to have a
 * batch right, of the leader epoch that this log has there. Of a compacted log everything from the
 * log start up to where nothing was compacted is replaced with it, see {@link
 * LogSegments#rewriteCompacted}.
 *
 * <p>Errors: without a healthy replica nothing changes.
 */
public final class SegmentRepair {

    /** Neither a session nor a replica. */
    private static final int NO_SESSION_EPOCH = -1;

    private static final int CONSUMER = -1;

    /** Answers without a step forward that one replica may give. */
    private static final int EMPTY_ANSWERS_MAX = 3;

    /** A cleaner that meets the damage ends soon. */
    private static final long CLEANER_WAIT_MS = 30_000;

    private static final String CHANGED = "the segments have changed meanwhile";

    private final int brokerId;
    private final Supplier<@Nullable ClusterImage> image;
    private final LeaderChannel.Opener opener;

    public SegmentRepair(
            int brokerId, Supplier<@Nullable ClusterImage> image, LeaderChannel.Opener opener) {
        this.brokerId = brokerId;
        this.image = image;
        this.opener = opener;
    }

    /**
     * @return why the segment could not be repaired; empty when it was
     */
    String run(Partition partition, SealedSegment damaged) throws IOException {
        LogSegments segments = partition.log().sealedSegments();
        boolean isCompacted =
                partition.log().config().compaction().compact() || segments.cleanedOffset() > 0;
        if (isCompacted && !isInSync(partition)) {
            // A leader's compacted records may still come, without the tombstones it had.
            return "a compacted log is repaired once this replica is in sync";
        }
        if (!segments.beginRewriting(CLEANER_WAIT_MS)) {
            return "the log is being compacted";
        }
        try {
            return fromAny(partition, damaged, isCompacted);
        } finally {
            segments.endRewriting();
        }
    }

    private String fromAny(Partition partition, SealedSegment damaged, boolean isCompacted)
            throws IOException {
        StringBuilder failures = new StringBuilder();
        for (int source : sources(partition, isCompacted)) {
            String failure = from(source, partition, damaged, isCompacted);
            if (failure.isEmpty()) {
                return "";
            }
            failures.append("broker ").append(source).append(": ").append(failure).append("; ");
        }
        return failures.isEmpty() ? "there is no other replica" : failures.toString();
    }

    private @Nullable PartitionState state(Partition partition) {
        ClusterImage now = image.get();
        return now == null ? null : now.partition(partition.name()).orElse(null);
    }

    private boolean isInSync(Partition partition) {
        PartitionState state = state(partition);
        return state != null && state.isr().contains(brokerId);
    }

    /** The leader first; of a compacted log only those in sync. */
    private List<Integer> sources(Partition partition, boolean isCompacted) {
        PartitionState state = state(partition);
        Set<Integer> sources = new LinkedHashSet<>();
        if (state != null) {
            sources.add(state.leader());
            sources.addAll(state.isr());
            if (!isCompacted) {
                sources.addAll(assigned(partition));
            }
        }
        sources.remove(brokerId);
        sources.remove(PartitionState.NO_LEADER);
        return List.copyOf(sources);
    }

    private List<Integer> assigned(Partition partition) {
        ClusterImage now = image.get();
        TopicImage topic = now == null ? null : now.topics().get(partition.name().topic());
        int index = partition.name().partition();
        return topic == null || index >= topic.partitionCount()
                ? List.of()
                : topic.assignments().get(index);
    }

    private String from(int source, Partition partition, SealedSegment damaged, boolean isCompacted)
            throws IOException {
        LogSegments segments = partition.log().sealedSegments();
        Optional<SegmentRewrite> begun =
                isCompacted
                        ? segments.rewriteCompacted(damaged)
                        : Optional.of(segments.rewrite(damaged));
        if (begun.isEmpty()) {
            return CHANGED;
        }
        try (SegmentRewrite rewrite = begun.get()) {
            String failure = copy(source, partition, rewrite);
            if (!failure.isEmpty()) {
                return failure;
            }
            return rewrite.finish() ? "" : CHANGED;
        }
    }

    private String copy(int source, Partition partition, SegmentRewrite rewrite)
            throws IOException {
        try (LeaderChannel channel = open(source)) {
            rewrite.addOwn();
            for (int empty = 0; !rewrite.isComplete(); rewrite.addOwn()) {
                long before = rewrite.nextOffset();
                OfPartition part = fetch(channel, partition, before);
                if (part == null || part.refusal() != Refusal.NONE) {
                    return part == null ? "it answers nothing" : part.error();
                }
                String refusal = rewrite.add(part.batches());
                if (!refusal.isEmpty()) {
                    return refusal;
                }
                empty = rewrite.nextOffset() > before ? 0 : empty + 1;
                if (empty >= EMPTY_ANSWERS_MAX) {
                    return "it has nothing to read at offset " + before;
                }
            }
            return "";
        } catch (PeerException e) {
            return e.toString();
        }
    }

    private LeaderChannel open(int source) throws PeerException {
        try {
            return opener.open(source);
        } catch (IOException e) {
            throw new PeerException(e);
        }
    }

    private static @Nullable OfPartition fetch(
            LeaderChannel channel, Partition partition, long offset) throws PeerException {
        FetchPosition position =
                new FetchPosition(
                        partition.name(), partition.topicId(), offset, -1, -1, -1, Long.MAX_VALUE);
        FetchRequest request =
                new FetchRequest(
                        0, NO_SESSION_EPOCH, CONSUMER, -1, List.of(position), List.of(), 0);
        try {
            return channel.fetch(request).partitions().stream()
                    .filter(part -> part.key().equals(position.key()))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            throw new PeerException(e);
        }
    }

    /** The other broker's trouble, not that of the own disk. */
    private static final class PeerException extends IOException {
        private static final long serialVersionUID = 1L;

        PeerException(IOException cause) {
            super(cause);
        }
    }
}
