package io.headrace.broker.group;

import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The calls {@code OffsetCommit}, {@code OffsetFetch} and {@code OffsetDelete}. */
public final class Offsets {

    /** A topic's id is not known, or not asked for. */
    public static final TopicId ANY_ID = TopicId.ZERO;

    /** The cluster's setting says how long an offset is kept. */
    public static final long NO_RETENTION = -1;

    private Offsets() {}

    /**
     * One offset to commit.
     *
     * @param offset of the next record to read
     * @param leaderEpoch of the last record that was read, or -1
     */
    public record Entry(
            TopicPartition partition,
            TopicId topicId,
            long offset,
            int leaderEpoch,
            String metadata) {}

    /**
     * @param generation negative when the client is no member
     * @param retentionMs {@link #NO_RETENTION} but for old clients
     * @param isGenerationEpoch whether the client knows member epochs, which changes the error for
     *     a group that does not exist
     */
    public record Commit(
            String groupId,
            MemberCall.Identity member,
            int generation,
            long retentionMs,
            boolean isGenerationEpoch,
            List<Entry> entries) {

        public Commit {
            entries = List.copyOf(entries);
        }
    }

    /**
     * @param results in the order of the entries
     */
    public record CommitReply(List<ErrorCode> results) {

        public CommitReply {
            results = List.copyOf(results);
        }

        static CommitReply failed(Commit commit, ErrorCode error) {
            return new CommitReply(commit.entries().stream().map(entry -> error).toList());
        }
    }

    /** A committed offset as it is shown. */
    public record Committed(long offset, int leaderEpoch, String metadata) {}

    /** A partition whose offset is asked for, in a topic with this id if one is known. */
    public record Wanted(TopicPartition partition, TopicId topicId) {}

    /**
     * @param wanted absent for all
     */
    public record Fetch(String groupId, Optional<List<Wanted>> wanted) {}

    /**
     * @param offsets of those partitions that have one
     */
    public record FetchReply(ErrorCode error, Map<TopicPartition, Committed> offsets) {

        public FetchReply {
            offsets = Map.copyOf(offsets);
        }

        static FetchReply failed(ErrorCode error) {
            return new FetchReply(error, Map.of());
        }
    }

    public record Delete(String groupId, List<TopicPartition> partitions) {

        public Delete {
            partitions = List.copyOf(partitions);
        }
    }

    /**
     * @param error of the whole call
     * @param results in the order of the partitions; empty when the whole call failed
     */
    public record DeleteReply(ErrorCode error, List<ErrorCode> results) {

        public DeleteReply {
            results = List.copyOf(results);
        }

        static DeleteReply failed(ErrorCode error) {
            return new DeleteReply(error, List.of());
        }
    }
}
