package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.broker.quota.ThrottledReplicas;
import io.headrace.broker.replica.Followers;
import io.headrace.broker.replica.Leadership;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReadResult;
import io.headrace.broker.replica.ReplicaFetch;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads one partition for a fetch and says what was found, or why nothing was. A follower reads up
 * to the log's end, and its fetch says how far it is; a consumer reads up to the high watermark.
 */
final class PartitionFetch {

    private static final int WITH_LEADER_HINTS = 16;
    private static final String THROTTLED_REPLICAS = "leader.replication.throttled.replicas";
    private static final int NOWHERE = FetchResponse.INVALID_PREFERRED_REPLICA_ID;

    private final ApiContext context;
    private final Exchange exchange;
    private final FetchReader reader;
    private final boolean readsCommitted;

    PartitionFetch(ApiContext context, Exchange exchange, FetchReader reader, byte isolationLevel) {
        this.context = context;
        this.exchange = exchange;
        this.reader = reader;
        this.readsCommitted = isolationLevel == IsolationLevel.READ_COMMITTED.id();
    }

    /** What one partition gives; the fetch owns the slice. */
    static final class Found {

        private final FetchTarget target;
        private final @Nullable Partition partition;
        private final boolean isFinal;
        private final long logEndOffset;
        private @Nullable LogSlice slice;
        private PartitionData data;
        private boolean isThrottled;

        private Found(
                FetchTarget target,
                @Nullable Partition partition,
                @Nullable LogSlice slice,
                PartitionData data,
                long logEndOffset,
                boolean isFinal) {
            this.target = target;
            this.partition = partition;
            this.slice = slice;
            this.data = data;
            this.logEndOffset = logEndOffset;
            this.isFinal = isFinal;
        }

        FetchTarget target() {
            return target;
        }

        /** Null where there is nothing to wait for. */
        @Nullable Partition partition() {
            return partition;
        }

        @Nullable LogSlice slice() {
            return slice;
        }

        PartitionData data() {
            return data;
        }

        private Found throttled(boolean toThis) {
            isThrottled = toThis;
            return this;
        }

        /** Bytes that count against the throttle of replication. */
        int throttledLength() {
            return isThrottled ? length() : 0;
        }

        /** Of the log at that moment; -1 where nothing was read. */
        long logEndOffset() {
            return logEndOffset;
        }

        int length() {
            LogSlice own = slice;
            return own == null ? 0 : own.length();
        }

        /** Waiting would not make it better: an error, or as long as it can be. */
        boolean isFinal() {
            return isFinal;
        }

        /** Gives the slice back, unsent. */
        void release() {
            LogSlice own = slice;
            slice = null;
            if (own != null) {
                own.close();
            }
        }

        /** The slice was closed instead of sent; a follower learns what is committed, anyway. */
        void failed(Errors error, FetchReader reader) {
            PartitionData found = data;
            slice = null;
            data = refusal(target, error);
            if (reader.isFollower()) {
                data.setHighWatermark(found.highWatermark())
                        .setLogStartOffset(found.logStartOffset());
            }
        }
    }

    /**
     * @param atLeastOne a first batch may be larger than {@code bytesMax}
     * @param isFirstLook whether the fetch just came, and so says how far its reader is
     */
    Found read(FetchTarget target, int bytesMax, boolean atLeastOne, boolean isFirstLook) {
        Partition partition = find(target);
        Errors error = error(target, partition);
        if (error != Errors.NONE || partition == null) {
            Errors said = error == Errors.NONE ? Errors.NOT_LEADER_OR_FOLLOWER : error;
            return refused(target, said);
        }
        EpochEnd diverging = diverging(target, partition);
        if (reader.isFollower() && isFirstLook && diverging == null) {
            notice(target, partition);
        }
        int elsewhere = reader.isFollower() ? NOWHERE : preferred(target, partition);
        boolean isThrottled = reader.isFollower() && isThrottled(partition);
        boolean isEmpty =
                diverging != null
                        || elsewhere != NOWHERE
                        || (isThrottled && context.leaderThrottle().isExhausted());
        ReadResult result = read(target, partition, isEmpty ? 0 : bytesMax, atLeastOne && !isEmpty);
        return switch (result) {
            case ReadResult.InRange in ->
                    inRange(target, partition, in, diverging, elsewhere).throttled(isThrottled);
            case ReadResult.OutOfRange out ->
                    diverging == null
                            ? outOfRange(target, out)
                            : inRange(
                                    target,
                                    partition,
                                    bounds(out.logStartOffset(), out.highWatermark()),
                                    diverging,
                                    elsewhere);
            case ReadResult.Refused(ErrorCode code, String _) ->
                    refused(target, FetchErrors.of(code));
            case ReadResult.Failed failed ->
                    diverging == null
                            ? failed(target, failed)
                            : inRange(
                                    target,
                                    partition,
                                    bounds(failed.logStartOffset(), failed.highWatermark()),
                                    diverging,
                                    elsewhere);
        };
    }

    private @Nullable Partition find(FetchTarget target) {
        if (target.topic().isEmpty() || target.partition() < 0) {
            return null;
        }
        return reader.mayReadFollowers()
                ? context.replicas().served(target.topic(), target.partition())
                : context.replicas().led(target.topic(), target.partition());
    }

    private ReadResult read(
            FetchTarget target, Partition partition, int bytesMax, boolean atLeastOne) {
        if (reader.isFollower()) {
            return partition.readToEnd(target.offset(), bytesMax, atLeastOne);
        }
        return reader.mayReadFollowers()
                ? partition.readServed(target.offset(), bytesMax, atLeastOne)
                : partition.read(target.offset(), bytesMax, atLeastOne);
    }

    /** An offset that the log does not have says nothing about the follower. */
    private void notice(FetchTarget target, Partition partition) {
        if (target.offset() >= partition.log().logStartOffset()
                && target.offset() <= partition.log().logEndOffset()) {
            partition.fetched(
                    new ReplicaFetch(
                            reader.replicaId(),
                            reader.brokerEpoch(),
                            target.leaderEpoch(),
                            target.offset(),
                            target.logStartOffset()));
        }
    }

    private int preferred(FetchTarget target, Partition partition) {
        return reader.rack().isEmpty() || !context.readsNearby()
                ? NOWHERE
                : context.replicas().nearer(partition, reader.rack(), target.offset());
    }

    /** Named by the topic, or added by a move; replicas in sync never are: writes wait for them. */
    private boolean isThrottled(Partition partition) {
        Leadership now = partition.leadership();
        if (now == null || now.isr().contains(reader.replicaId())) {
            return false;
        }
        TopicImage topic = context.image().get().topics().get(partition.name().topic());
        int number = partition.name().partition();
        return topic != null
                && (topic.isMovingTo(number, reader.replicaId())
                        || ThrottledReplicas.contains(
                                topic.config().get(THROTTLED_REPLICAS),
                                number,
                                context.replicas().brokerId()));
    }

    /**
     * A history that parts from this one may be longer, too, or part where this log cannot be read;
     * where they part is what counts.
     */
    private static ReadResult.InRange bounds(long logStartOffset, long highWatermark) {
        return new ReadResult.InRange(null, logStartOffset, highWatermark, -1, -1);
    }

    /** A follower whose log ends before this one begins must know where that is. */
    private Found outOfRange(FetchTarget target, ReadResult.OutOfRange out) {
        Found found = refused(target, Errors.OFFSET_OUT_OF_RANGE);
        if (reader.isFollower()) {
            found.data().setLogStartOffset(out.logStartOffset());
        }
        return found;
    }

    /**
     * A follower whose history is this one learns what is committed of it although it gets no
     * records: so it can give them to the repair of this log.
     */
    private Found failed(FetchTarget target, ReadResult.Failed failed) {
        Found found = refused(target, FetchErrors.of(failed.code()));
        if (reader.isFollower()) {
            found.data()
                    .setHighWatermark(failed.highWatermark())
                    .setLogStartOffset(failed.logStartOffset());
        }
        return found;
    }

    private static Found refused(FetchTarget target, Errors error) {
        return new Found(target, null, null, refusal(target, error), -1, true);
    }

    private Found inRange(
            FetchTarget target,
            Partition partition,
            ReadResult.InRange in,
            @Nullable EpochEnd diverging,
            int elsewhere) {
        LogSlice slice = in.slice();
        if (slice != null && slice.length() == 0) {
            slice.close();
            slice = null;
        }
        PartitionData data =
                new PartitionData()
                        .setPartitionIndex(target.partition())
                        .setHighWatermark(in.highWatermark())
                        .setLastStableOffset(in.highWatermark())
                        .setLogStartOffset(in.logStartOffset())
                        .setPreferredReadReplica(elsewhere)
                        .setAbortedTransactions(readsCommitted ? List.of() : null);
        if (diverging != null) {
            data.setDivergingEpoch(
                    new EpochEndOffset()
                            .setEpoch(diverging.epoch())
                            .setEndOffset(diverging.endOffset()));
        }
        boolean isFinal =
                diverging != null
                        || elsewhere != NOWHERE
                        || (!reader.isFollower()
                                && slice != null
                                && slice.endOffset() < in.highWatermark());
        return new Found(target, partition, slice, data, in.logEndOffset(), isFinal);
    }

    private Errors error(FetchTarget target, @Nullable Partition partition) {
        boolean isById = !Uuid.ZERO_UUID.equals(target.topicId());
        if (isById && target.topic().isEmpty()) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        if (!mayRead(target)) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        int leaderEpoch = partition == null ? -1 : partition.servedLeaderEpoch();
        if (partition == null || leaderEpoch < 0) {
            return target.partition() < 0 || target.topic().isEmpty()
                    ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                    : FetchErrors.of(
                            context.replicas()
                                    .whyNotLed(
                                            new TopicPartition(target.topic(), target.partition()))
                                    .code());
        }
        if (isById && !target.topicId().equals(TopicNames.uuid(partition.topicId()))) {
            return Errors.INCONSISTENT_TOPIC_ID;
        }
        Errors epoch = LeaderEpochs.check(target.leaderEpoch(), leaderEpoch);
        return epoch == Errors.NONE && reader.isFollower() && !isFollowerOf(partition)
                ? Errors.UNKNOWN_LEADER_EPOCH
                : epoch;
    }

    private boolean mayRead(FetchTarget target) {
        return reader.isFollower()
                ? context.mayUseCluster(exchange, Access.Operation.CLUSTER_ACTION)
                : context.mayUseTopic(exchange, Access.Operation.READ, target.topic());
    }

    /** Whether the reader is a registered broker that is to have a replica, as far as we know. */
    private boolean isFollowerOf(Partition partition) {
        BrokerRegistration broker = context.image().get().brokers().get(reader.replicaId());
        Followers followers = partition.followers();
        return broker != null
                && broker.epoch() == reader.brokerEpoch()
                && followers != null
                && followers.contains(reader.replicaId());
    }

    /** Where the client's history and ours part, if they do. */
    private static @Nullable EpochEnd diverging(FetchTarget target, Partition partition) {
        if (target.lastFetchedEpoch() < 0) {
            return null;
        }
        EpochEnd end = partition.log().endOffsetFor(target.lastFetchedEpoch());
        return end.epoch() < target.lastFetchedEpoch() || end.endOffset() < target.offset()
                ? end
                : null;
    }

    private static PartitionData refusal(FetchTarget target, Errors error) {
        return new PartitionData()
                .setPartitionIndex(target.partition())
                .setErrorCode(error.code())
                .setHighWatermark(FetchResponse.INVALID_HIGH_WATERMARK)
                .setLastStableOffset(FetchResponse.INVALID_LAST_STABLE_OFFSET)
                .setLogStartOffset(FetchResponse.INVALID_LOG_START_OFFSET);
    }

    /** Tells a client that came to the wrong broker where the leader is. */
    void hints(FetchResponseData response, List<Found> all) {
        if (exchange.version() < WITH_LEADER_HINTS) {
            return;
        }
        ClusterImage image = context.image().get();
        for (Found one : all) {
            if (one.data().errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code()) {
                hint(response, image, one);
            }
        }
    }

    private void hint(FetchResponseData response, ClusterImage image, Found one) {
        PartitionState state =
                image.partition(new TopicPartition(one.target().topic(), one.target().partition()))
                        .orElse(null);
        BrokerRegistration leader = state == null ? null : image.brokers().get(state.leader());
        if (state == null || leader == null) {
            return;
        }
        Endpoints.of(leader, exchange.client().listener())
                .ifPresent(
                        endpoint -> {
                            one.data()
                                    .setCurrentLeader(
                                            new LeaderIdAndEpoch()
                                                    .setLeaderId(state.leader())
                                                    .setLeaderEpoch(state.leaderEpoch()));
                            if (response.nodeEndpoints().find(endpoint.brokerId()) == null) {
                                response.nodeEndpoints()
                                        .add(
                                                new NodeEndpoint()
                                                        .setNodeId(endpoint.brokerId())
                                                        .setHost(endpoint.host())
                                                        .setPort(endpoint.port())
                                                        .setRack(endpoint.rack()));
                            }
                        });
    }
}
