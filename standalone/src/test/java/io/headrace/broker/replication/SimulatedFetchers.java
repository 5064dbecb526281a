package io.headrace.broker.replication;

import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.replica.FollowOutcome;
import io.headrace.broker.replica.Follower;
import io.headrace.broker.replica.FollowingListener;
import io.headrace.simulation.Bug;
import io.headrace.simulation.Program;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The real {@link LeaderFetches} per leader, run by events as {@link Fetcher} runs it. */
public final class SimulatedFetchers implements FollowingListener {

    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Makes connections to leaders. */
    public interface Wire {
        Connection open(int leaderId);
    }

    /** Carries requests to a leader and, perhaps, answers back, both in order. */
    public interface Connection {
        void send(FetchRequest request, Consumer<FetchAnswer> reply);
    }

    private record Following(Follower follower, int leaderId) {}

    private final int brokerId;
    private final LongSupplier brokerEpoch;
    private final FetchSettings settings;
    private final Program program;
    private final Wire wire;
    private final Bug bug;
    private final FetchCounters counters = new FetchCounters();
    private final Map<Integer, Loop> loops = new TreeMap<>();
    private final Map<FetchKey, Following> following = new HashMap<>();

    public SimulatedFetchers(
            int brokerId,
            LongSupplier brokerEpoch,
            FetchSettings settings,
            Program program,
            Wire wire,
            Bug bug) {
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
        this.settings = settings;
        this.program = program;
        this.wire = wire;
        this.bug = bug;
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public void follows(Follower follower, int leaderId) {
        FetchKey key = new FetchKey(follower.topicId(), follower.name().partition());
        Following before = following.get(key);
        if (before != null && before.follower() == follower && before.leaderId() == leaderId) {
            return;
        }
        if (bug == Bug.TRUNCATE_TO_HIGH_WATERMARK) {
            follower.truncateTo(follower.highWatermark());
        }
        following.put(key, new Following(follower, leaderId));
        if (before != null && before.leaderId() != leaderId) {
            leave(key, before.leaderId());
        }
        loops.computeIfAbsent(leaderId, Loop::new).follow(follower);
    }

    @Override
    public void followsNoMore(LocalReplica replica) {
        FetchKey key = new FetchKey(replica.topicId(), replica.partition().partition());
        Following before = following.remove(key);
        if (before != null) {
            leave(key, before.leaderId());
        }
    }

    private void leave(FetchKey key, int leaderId) {
        Loop loop = loops.get(leaderId);
        if (loop != null) {
            loop.fetches.leave(key);
        }
    }

    /** What a fetcher's thread does. */
    private final class Loop {

        private final int leaderId;
        private final LeaderFetches fetches =
                new LeaderFetches(settings, counters, CopyLimit.NONE, this::forced);
        private final ArrayDeque<FetchRequest> open = new ArrayDeque<>();
        private @Nullable Connection connection;
        private boolean isPlanned;
        private long plannedNanos;
        private int plans;
        private int failures;

        Loop(int leaderId) {
            this.leaderId = leaderId;
        }

        void follow(Follower follower) {
            fetches.follow(follower);
            plan(GATHER_NANOS);
        }

        private void forced(FollowedPartition partition, FollowOutcome outcome) {
            program.in(
                    0,
                    () -> {
                        fetches.forced(partition, outcome, program.timeline().nanos());
                        plan(open.isEmpty() ? 0 : GATHER_NANOS);
                    });
        }

        /** Asks then, or at the earlier time that is planned already. */
        private void plan(long nanos) {
            long at = program.timeline().nanos() + nanos;
            if (isPlanned && plannedNanos - at <= 0) {
                return;
            }
            isPlanned = true;
            plannedNanos = at;
            int plan = ++plans;
            program.in(
                    nanos,
                    () -> {
                        if (plan == plans) {
                            isPlanned = false;
                            ask();
                        }
                    });
        }

        private void ask() {
            long now = program.timeline().nanos();
            Optional<FetchRequest> next = fetches.next(brokerId, brokerEpoch.getAsLong(), now);
            if (next.isPresent()) {
                send(next.get());
            } else if (open.isEmpty() && !fetches.isEmpty()) {
                plan(Math.max(1, fetches.pauseNanos(now)));
            }
        }

        private void send(FetchRequest request) {
            Connection used = connection;
            if (used == null) {
                used = wire.open(leaderId);
                connection = used;
            }
            open.add(request);
            long timeout = settings.waitMax().plus(settings.readTimeout()).toNanos();
            program.in(timeout, () -> lost(request));
            used.send(request, answer -> program.in(0, () -> answered(request, answer)));
        }

        @SuppressWarnings("ReferenceEquality")
        private void answered(FetchRequest request, FetchAnswer answer) {
            if (open.peek() != request) {
                return;
            }
            open.remove();
            failures = 0;
            fetches.answered(request, answer, program.timeline().nanos());
            plan(open.isEmpty() ? 0 : GATHER_NANOS);
        }

        @SuppressWarnings("ReferenceEquality")
        private void lost(FetchRequest request) {
            if (open.stream().noneMatch(each -> each == request)) {
                return;
            }
            open.clear();
            connection = null;
            failures++;
            fetches.disconnected();
            plan(settings.backoffNanos(failures));
        }
    }
}
