package io.headrace.simulation;

import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.broker.replica.Followers;
import io.headrace.broker.replica.ParkedFetch;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReadResult;
import io.headrace.broker.replica.ReplicaFetch;
import io.headrace.broker.replication.FetchAnswer;
import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.broker.replication.FetchAnswer.Refusal;
import io.headrace.broker.replication.FetchKey;
import io.headrace.broker.replication.FetchPosition;
import io.headrace.broker.replication.FetchRequest;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Answers followers, with the checks of Kafka's Fetch in {@code broker.kafka.api}. */
final class LeaderSide {

    private static final long NEWS_WAIT_MS = 5;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private record Found(OfPartition answer, Partition partition, long logEnd, boolean isFinal) {}

    private static final int SESSIONS_LOST_ONE_IN = 500;

    /** As of {@code FetchSession}, but that everything is news. */
    private static final class Session {
        private final Map<FetchKey, FetchPosition> positions = new LinkedHashMap<>();
        private int expectedEpoch = 1;
    }

    private final World world;
    private final BrokerRun run;
    private final Map<Integer, Session> sessions = new HashMap<>();
    private int sessionIds;

    LeaderSide(World world, BrokerRun run) {
        this.world = world;
        this.run = run;
    }

    Round round(FetchConnection connection, FetchRequest request, Consumer<FetchAnswer> reply) {
        return new Round(connection, request, reply);
    }

    /** The session of the request; 0 when there is none for it. */
    private int session(FetchRequest request) {
        if (world.random.nextInt(SESSIONS_LOST_ONE_IN) == 0) {
            sessions.clear();
        }
        int id = request.sessionId();
        if (request.isFull()) {
            sessions.remove(id);
            id = ++sessionIds;
            sessions.put(id, new Session());
        }
        Session session = sessions.get(id);
        if (session == null
                || (!request.isFull() && session.expectedEpoch++ != request.sessionEpoch())) {
            return 0;
        }
        request.positions().forEach(each -> session.positions.put(key(each), each));
        request.forgotten().forEach(session.positions::remove);
        return id;
    }

    /** One fetch from read to answer. */
    final class Round {

        private final FetchConnection connection;
        private final FetchRequest request;
        private final Consumer<FetchAnswer> reply;
        private final long startNanos = world.timeline.nanos();
        private List<FetchPosition> positions = List.of();
        private int sessionId;
        private ParkedFetch parked;
        private long newsSinceNanos = -1;

        Round(FetchConnection connection, FetchRequest request, Consumer<FetchAnswer> reply) {
            this.connection = connection;
            this.request = request;
            this.reply = reply;
        }

        void start() {
            sessionId = session(request);
            if (sessionId == 0) {
                reply.accept(new FetchAnswer(0, "FETCH_SESSION_ID_NOT_FOUND", List.of()));
                return;
            }
            positions = List.copyOf(sessions.get(sessionId).positions.values());
            read(true);
        }

        void hurry() {
            ParkedFetch waiting = parked;
            if (waiting != null) {
                parked = null;
                waiting.cancel();
                read(false);
            }
        }

        private void read(boolean isFirstLook) {
            List<Found> all = new ArrayList<>();
            for (FetchPosition position : positions) {
                all.add(look(request, position, isFirstLook));
            }
            if (newsSinceNanos < 0 && all.stream().anyMatch(this::isNews)) {
                newsSinceNanos = world.timeline.nanos();
            }
            boolean isEnough =
                    waitMs() <= 0
                            || connection.hasWaiting()
                            || all.stream()
                                    .anyMatch(
                                            one ->
                                                    one.isFinal()
                                                            || one.answer()
                                                                    .batches()
                                                                    .hasRemaining());
            if (isEnough || !park(all)) {
                all.forEach(this::tell);
                reply.accept(
                        new FetchAnswer(sessionId, "", all.stream().map(Found::answer).toList()));
            }
        }

        private long waitMs() {
            long now = world.timeline.nanos();
            long left = request.waitMaxMs() - TimeUnit.NANOSECONDS.toMillis(now - startNanos);
            return newsSinceNanos < 0
                    ? left
                    : Math.min(
                            left,
                            NEWS_WAIT_MS - TimeUnit.NANOSECONDS.toMillis(now - newsSinceNanos));
        }

        private boolean isNews(Found one) {
            Followers followers = one.isFinal() ? null : one.partition().followers();
            return followers != null
                    && followers.isNews(
                            request.brokerId(),
                            one.answer().highWatermark(),
                            one.answer().logStartOffset());
        }

        private void tell(Found one) {
            Followers followers =
                    one.answer().refusal() != Refusal.NONE ? null : one.partition().followers();
            if (followers != null) {
                followers.tell(
                        request.brokerId(),
                        one.answer().highWatermark(),
                        one.answer().logStartOffset());
            }
        }

        private boolean park(List<Found> all) {
            ParkedFetch waiting =
                    new ParkedFetch(1) {
                        @Override
                        protected void wake(ErrorCode reason) {
                            run.program.in(0, () -> woken(this));
                        }
                    };
            parked = waiting;
            for (Found one : all) {
                waiting.watchEnd(
                        one.partition(),
                        one.logEnd(),
                        one.answer().highWatermark(),
                        one.answer().logStartOffset());
            }
            boolean isParked = run.replicas.park(waiting, waitMs()) == ErrorCode.NONE;
            if (!isParked) {
                parked = null;
            }
            return isParked;
        }

        @SuppressWarnings("ReferenceEquality")
        private void woken(ParkedFetch by) {
            if (parked == by) {
                parked = null;
                read(false);
            }
        }
    }

    private Found look(FetchRequest request, FetchPosition position, boolean isFirstLook) {
        Partition partition =
                run.replicas.led(position.name().topic(), position.name().partition());
        String refusal = refusal(request, position, partition);
        if (!refusal.isEmpty()) {
            return refused(position, partition, Refusal.NOT_NOW, refusal, -1);
        }
        EpochEnd diverging = diverging(position, partition);
        if (isFirstLook
                && diverging.epoch() < 0
                && position.offset() >= partition.log().logStartOffset()
                && position.offset() <= partition.log().logEndOffset()) {
            partition.fetched(
                    new ReplicaFetch(
                            request.brokerId(),
                            request.brokerEpoch(),
                            position.leaderEpoch(),
                            position.offset(),
                            position.logStartOffset()));
        }
        boolean parts = diverging.epoch() >= 0;
        return switch (partition.readToEnd(
                position.offset(), parts ? 0 : world.plan.options().fetchBytes(), !parts)) {
            case ReadResult.InRange in -> found(position, partition, in, diverging);
            case ReadResult.OutOfRange out ->
                    parts
                            ? parted(
                                    position,
                                    partition,
                                    out.highWatermark(),
                                    out.logStartOffset(),
                                    diverging)
                            : refused(
                                    position,
                                    partition,
                                    Refusal.OUT_OF_RANGE,
                                    "out of range",
                                    out.logStartOffset());
            case ReadResult.Refused(ErrorCode code, String text) ->
                    refused(position, partition, Refusal.NOT_NOW, code + ": " + text, -1);
            case ReadResult.Failed failed ->
                    parts
                            ? parted(
                                    position,
                                    partition,
                                    failed.highWatermark(),
                                    failed.logStartOffset(),
                                    diverging)
                            : unreadable(
                                    position,
                                    partition,
                                    failed.text(),
                                    failed.highWatermark(),
                                    failed.logStartOffset());
        };
    }

    private Found found(
            FetchPosition position,
            Partition partition,
            ReadResult.InRange in,
            EpochEnd diverging) {
        try {
            return new Found(
                    new OfPartition(
                            key(position),
                            Refusal.NONE,
                            "",
                            in.highWatermark(),
                            in.logStartOffset(),
                            diverging.epoch(),
                            diverging.endOffset(),
                            bytes(in.slice())),
                    partition,
                    in.logEndOffset(),
                    diverging.epoch() >= 0);
        } catch (IOException e) {
            world.rot.met(run, world.partitions.indexOf(position.name()), e);
            return unreadable(
                    position, partition, "cannot be read", in.highWatermark(), in.logStartOffset());
        }
    }

    private String refusal(FetchRequest request, FetchPosition position, Partition partition) {
        if (partition == null || !partition.topicId().equals(position.topicId())) {
            return "does not lead";
        }
        if (partition.servedLeaderEpoch() != position.leaderEpoch()) {
            return "another leader epoch";
        }
        BrokerRegistration broker = run.zk.image().brokers().get(request.brokerId());
        Followers followers = partition.followers();
        boolean isFollower =
                broker != null
                        && broker.epoch() == request.brokerEpoch()
                        && followers != null
                        && followers.contains(request.brokerId());
        return isFollower ? "" : "not a follower that is known here";
    }

    private static EpochEnd diverging(FetchPosition position, Partition partition) {
        if (position.lastEpoch() < 0) {
            return EpochEnd.UNKNOWN;
        }
        EpochEnd end = partition.log().endOffsetFor(position.lastEpoch());
        return end.epoch() < position.lastEpoch() || end.endOffset() < position.offset()
                ? end
                : EpochEnd.UNKNOWN;
    }

    private static Found refused(
            FetchPosition position,
            Partition partition,
            Refusal refusal,
            String text,
            long logStart) {
        return last(
                partition,
                new OfPartition(key(position), refusal, text, -1, logStart, -1, -1, NOTHING));
    }

    private static Found parted(
            FetchPosition position,
            Partition partition,
            long highWatermark,
            long logStart,
            EpochEnd diverging) {
        return last(
                partition,
                new OfPartition(
                        key(position),
                        Refusal.NONE,
                        "",
                        highWatermark,
                        logStart,
                        diverging.epoch(),
                        diverging.endOffset(),
                        NOTHING));
    }

    /** What is committed is told all the same. */
    private static Found unreadable(
            FetchPosition position,
            Partition partition,
            String text,
            long highWatermark,
            long logStart) {
        return last(
                partition,
                new OfPartition(
                        key(position),
                        Refusal.NOT_NOW,
                        text,
                        highWatermark,
                        logStart,
                        -1,
                        -1,
                        NOTHING));
    }

    /** There is nothing to wait for. */
    private static Found last(Partition partition, OfPartition answer) {
        return new Found(answer, partition, -1, true);
    }

    private static FetchKey key(FetchPosition position) {
        return new FetchKey(position.topicId(), position.name().partition());
    }

    private static ByteBuffer bytes(LogSlice slice) throws IOException {
        if (slice == null) {
            return NOTHING;
        }
        try (slice) {
            return Records.bytes(slice);
        }
    }
}
