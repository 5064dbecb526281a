package io.headrace.broker.kafka.api;

import io.headrace.broker.fetch.SliceLoader;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.SliceRecords;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.replica.Followers;
import io.headrace.broker.replica.ParkedFetch;
import io.headrace.broker.replica.Partition;
import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fetch from read to answer.
 *
 * <pre>
 *   read --enough, an error, no time left--> load --all in the page cache--> answer
 *   read --too little--> parked on all partitions --bytes, deadline, leadership lost--> read
 *   parked --a follower's next request comes--> answered with what was read, for nothing is new
 *   parked --a consumer's other request comes--> read, and answered with what is there
 *   any  --connection ends, a failure of ours--> over (slices closed, parked fetch cancelled)
 * </pre>
 *
 * <p>A connection's answers keep its requests' order, so whatever a consumer asks behind its fetch
 * (where the log begins, when it seeks) would wait for records that may not come. Another fetch
 * ends no wait of a consumer: one that keeps two open would never wait.
 *
 * <p>Owner: the connection's event loop; the parked fetch and the loader hop back to it.
 */
final class FetchRound {

    private static final Logger LOG = LoggerFactory.getLogger(FetchRound.class);
    private static final long NEWS_WAIT_MS = 5;

    /**
     * No client needs a longer wait, whatever it asks for: it asks again. The longest that
     * librdkafka can be set to.
     */
    static final int WAIT_MS_MAX = 300_000;

    private final ApiContext context;
    private final Exchange exchange;
    private final FetchRequestData request;
    private final FetchSessions sessions;
    private final FetchSessions.Plan plan;
    private final FetchReader reader;
    private final PartitionFetch partitions;
    private final long startNanos = System.nanoTime();
    private List<PartitionFetch.Found> found = List.of();
    private @Nullable ParkedFetch parked;
    private boolean isFirstLook = true;
    private boolean isOver;
    private long newsSinceNanos;
    private boolean hasNews;

    FetchRound(
            ApiContext context,
            Exchange exchange,
            FetchRequestData request,
            FetchSessions sessions,
            FetchSessions.Plan plan) {
        this.context = context;
        this.exchange = exchange;
        this.request = request;
        this.sessions = sessions;
        this.plan = plan;
        this.reader = FetchReader.of(request, exchange.version());
        this.partitions = new PartitionFetch(context, exchange, reader, request.isolationLevel());
    }

    void start() {
        exchange.whenAbandoned(this::giveUp);
        exchange.whenFollowed(() -> attempt(this::hurry));
        attempt(this::read);
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            giveUp();
            exchange.fail(e);
        }
    }

    private void hurry() {
        ParkedFetch waiting = parked;
        if (waiting != null && isHurried()) {
            parked = null;
            waiting.cancel();
            if (reader.isFollower()) {
                load(0);
            } else {
                read(); // the slices that it had found were given back
            }
        }
    }

    /** A follower sends a second request only when it has something new to say. */
    private boolean isHurried() {
        return reader.isFollower() ? exchange.isFollowed() : exchange.isFollowedByOther();
    }

    private void giveUp() {
        isOver = true;
        ParkedFetch waiting = parked;
        if (waiting != null) {
            waiting.cancel();
        }
        for (PartitionFetch.Found one : found) {
            one.release();
        }
    }

    private void read() {
        int left = Math.min(Math.max(0, request.maxBytes()), context.limits().fetchBytesMax());
        boolean isFirst = true;
        List<PartitionFetch.Found> all = new ArrayList<>(plan.targets().size());
        found = all;
        for (FetchTarget target : plan.targets()) {
            int bytesMax = Math.min(left, Math.max(0, target.bytesMax()));
            PartitionFetch.Found one = partitions.read(target, bytesMax, isFirst, isFirstLook);
            all.add(one);
            if (one.length() > 0) {
                isFirst = false;
                left = Math.max(0, left - one.length());
            }
        }
        isFirstLook = false;
        if (isEnough() || !park()) {
            load(0);
        }
    }

    private long bytes() {
        long bytes = 0;
        for (PartitionFetch.Found one : found) {
            bytes += one.length();
        }
        return bytes;
    }

    private boolean isEnough() {
        if (waitMsLeft() <= 0 || found.isEmpty() || bytes() >= request.minBytes()) {
            return true;
        }
        for (PartitionFetch.Found one : found) {
            if (one.isFinal()) {
                return true;
            }
        }
        return isHurried() || (reader.isFollower() && isTimeForNews());
    }

    /**
     * A follower learns a high watermark or a log start that it does not know, even when there are
     * no records to go with it; but not at once, for the next records are often on their way.
     */
    private boolean isTimeForNews() {
        if (!hasNews && found.stream().anyMatch(this::isNews)) {
            hasNews = true;
            newsSinceNanos = System.nanoTime();
        }
        return hasNews && newsWaitMsLeft() <= 0;
    }

    private boolean isNews(PartitionFetch.Found one) {
        Partition partition = one.partition();
        Followers followers = partition == null ? null : partition.followers();
        return followers != null
                && followers.isNews(
                        reader.replicaId(),
                        one.data().highWatermark(),
                        one.data().logStartOffset());
    }

    private long newsWaitMsLeft() {
        return NEWS_WAIT_MS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - newsSinceNanos);
    }

    private long waitMsLeft() {
        long left =
                Math.min(request.maxWaitMs(), WAIT_MS_MAX)
                        - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        return hasNews ? Math.min(left, newsWaitMsLeft()) : left;
    }

    /**
     * @return false when it cannot wait, and answers without records
     */
    private boolean park() {
        Waiting waiting = new Waiting(request.minBytes() - bytes());
        for (PartitionFetch.Found one : found) {
            Partition partition = one.partition();
            if (partition != null) {
                watch(waiting, partition, one);
            }
        }
        for (PartitionFetch.Found one : found) {
            one.release();
        }
        parked = waiting;
        ErrorCode refused = context.replicas().park(waiting, waitMsLeft());
        if (refused == ErrorCode.NONE) {
            return true;
        }
        parked = null;
        return false;
    }

    private void watch(Waiting waiting, Partition partition, PartitionFetch.Found one) {
        long highWatermark = one.data().highWatermark();
        if (reader.isFollower()) {
            waiting.watchEnd(
                    partition, one.logEndOffset(), highWatermark, one.data().logStartOffset());
        } else if (reader.mayReadFollowers()) {
            waiting.watchServed(partition, highWatermark);
        } else {
            waiting.watch(partition, highWatermark);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void woken(ParkedFetch by) {
        if (parked == by) {
            parked = null;
            if (!isOver) {
                attempt(this::read);
            }
        }
    }

    /** Slice by slice; nearly always all are in the page cache, and nothing waits. */
    private void load(int from) {
        for (int i = from; i < found.size(); i++) {
            LogSlice slice = found.get(i).slice();
            if (slice == null) {
                continue;
            }
            Step step = new Step(i);
            context.slices().whenReady(slice, exchange.loop(), step);
            if (!step.isDone) {
                step.continues = true;
                return;
            }
        }
        answer();
    }

    private final class Step implements SliceLoader.Receiver {

        private final int index;
        private boolean isDone;
        private boolean continues;

        Step(int index) {
            this.index = index;
        }

        @Override
        public void take(SliceLoader.Outcome outcome) {
            attempt(() -> took(outcome));
        }

        private void took(SliceLoader.Outcome outcome) {
            isDone = true;
            switch (outcome) {
                case SliceLoader.Outcome.Ready(LogSlice slice) -> {
                    if (isOver) {
                        slice.close();
                    }
                }
                case SliceLoader.Outcome.TooMany tooMany ->
                        found.get(index).failed(Errors.THROTTLING_QUOTA_EXCEEDED, reader);
                case SliceLoader.Outcome.Failed(var cause) -> {
                    LOG.atError().setCause(cause).log("A segment could not be read");
                    found.get(index).failed(Errors.KAFKA_STORAGE_ERROR, reader);
                }
            }
            if (continues && !isOver) {
                load(index + 1);
            }
        }
    }

    private void answer() {
        List<PartitionData> data = new ArrayList<>(found.size());
        long bytes = 0;
        for (PartitionFetch.Found one : found) {
            LogSlice slice = one.slice();
            data.add(
                    one.data()
                            .setRecords(
                                    slice == null ? MemoryRecords.EMPTY : new SliceRecords(slice)));
            bytes += one.length();
            if (reader.isFollower()) {
                context.leaderThrottle().spent(one.throttledLength());
                continue;
            }
            if (one.data().errorCode() == Errors.NONE.code()) {
                context.traffic(one.target().topic()).fetched(one.length());
            } else {
                context.traffic(one.target().topic()).fetchFailed();
            }
        }
        FetchResponseData response = new FetchResponseData().setSessionId(plan.sessionId());
        if (!reader.isFollower()) {
            exchange.uses(Throttle.Kind.FETCH_BYTES, bytes);
        }
        FetchSession session = plan.session();
        List<Integer> news =
                session == null ? List.of() : sessions.news(session, plan.targets(), data);
        if (session != null && plan.isIncremental()) {
            news.forEach(i -> add(response, i, data.get(i)));
        } else {
            for (int i = 0; i < data.size(); i++) {
                add(response, i, data.get(i));
            }
        }
        partitions.hints(response, found);
        if (reader.isFollower()) {
            found.forEach(this::told);
        }
        exchange.answer(response);
    }

    private void told(PartitionFetch.Found one) {
        Partition partition = one.partition();
        Followers followers = partition == null ? null : partition.followers();
        if (followers != null && one.data().errorCode() == Errors.NONE.code()) {
            followers.tell(
                    reader.replicaId(), one.data().highWatermark(), one.data().logStartOffset());
        }
    }

    private void add(FetchResponseData response, int index, PartitionData data) {
        FetchTarget target = plan.targets().get(index);
        List<FetchableTopicResponse> topics = response.responses();
        FetchableTopicResponse last = topics.isEmpty() ? null : topics.getLast();
        if (last == null
                || !last.topicId().equals(target.topicId())
                || !last.topic().equals(target.topic())) {
            last =
                    new FetchableTopicResponse()
                            .setTopic(target.topic())
                            .setTopicId(target.topicId());
            topics.add(last);
        }
        last.partitions().add(data);
    }

    private final class Waiting extends ParkedFetch {

        Waiting(long bytesMissing) {
            super(bytesMissing);
        }

        @Override
        protected void wake(ErrorCode reason) {
            try {
                exchange.loop().execute(() -> woken(this));
            } catch (RejectedExecutionException e) {
                LOG.debug("A fetch was woken after the event loops had stopped");
            }
        }
    }
}
