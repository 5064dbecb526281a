package io.headrace.admin.history;

import io.headrace.admin.history.SampleStore.Sample;
import io.headrace.admin.kafka.Committed;
import io.headrace.admin.kafka.LagSource;
import io.headrace.model.topic.TopicPartition;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Asks at an interval how far every group is, and keeps what changed.
 *
 * <p>Owner: the thread {@code lag-sampler} (or the test that calls {@link #round}) owns all state.
 * Only the controller samples, so that several admin-services do not do it twice.
 *
 * <p>Bounds: {@link HistoryLimits#partitionsPerRound} partitions per round and {@link
 * HistoryLimits#seriesMax} in memory. Errors: a round that fails is counted and given up; the next
 * one starts with nothing assumed about the database.
 */
public final class LagSampler implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LagSampler.class);
    private static final long CLOSE_WAIT_MS = 5_000;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int GROUPS_PER_CALL = 50;

    private final LagSource source;
    private final SampleStore store;
    private final ResetLog resets;
    private final IntSupplier controllerEpoch;
    private final Consumer<List<Observed>> listener;
    private final HistoryLimits limits;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicLong failureCount = new AtomicLong();
    private final Thread thread;

    /** What is known of the series that were seen last. */
    private final Map<SeriesKey, Known> known = new HashMap<>();

    /** What was seen since the first group was last looked at. */
    private final Set<SeriesKey> seen = new HashSet<>();

    /** Under which this has written last; 0 for none. */
    private int epoch;

    /** The group behind which the next round begins; empty at the begin. */
    private String cursor = "";

    private record Known(Observed observed, long id, Observed stored, long storedAtMs) {}

    /**
     * @param controllerEpoch of the own term; 0 while another instance is the controller
     * @param listener is told after each round what is known of all groups
     */
    public LagSampler(
            LagSource source,
            SampleStore store,
            ResetLog resets,
            IntSupplier controllerEpoch,
            Consumer<List<Observed>> listener,
            HistoryLimits limits,
            Clock clock) {
        this.source = source;
        this.store = store;
        this.resets = resets;
        this.controllerEpoch = controllerEpoch;
        this.listener = listener;
        this.limits = limits;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name("lag-sampler").unstarted(this::run);
    }

    /** Starts sampling, one interval from now, unless the interval is zero. */
    public void start() {
        if (limits.interval().isPositive()) {
            thread.start();
        }
    }

    /** Rounds that were given up. */
    public long failureCount() {
        return failureCount.get();
    }

    private void run() {
        try {
            long interval = limits.interval().toNanos();
            long dueNanos = System.nanoTime() + interval;
            while (!closing.await(Math.min(interval, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
                takeOffice();
                if (System.nanoTime() - dueNanos >= 0) {
                    guardedRound();
                    dueNanos = System.nanoTime() + interval;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the one before has not written by now, it never will. */
    private void takeOffice() {
        int now = controllerEpoch.getAsInt();
        if (now <= epoch) {
            return;
        }
        try {
            store.takeOffice(now);
            epoch = now;
        } catch (DataAccessException | TransactionException | OldTermException e) {
            LOG.atDebug().setCause(e).log("The controller has not taken office in the database");
        }
    }

    private void guardedRound() {
        try {
            round();
        } catch (OldTermException e) {
            forget();
            LOG.atWarn().log("Nothing was sampled: {}", e.getMessage());
        } catch (RuntimeException e) {
            failureCount.incrementAndGet();
            LOG.atWarn().setCause(e).log("The offsets of groups could not be sampled");
        }
    }

    private void forget() {
        known.clear();
        seen.clear();
        cursor = "";
        listener.accept(List.of());
    }

    /** One look at all groups, or at as many as a round may look at. */
    void round() {
        // One for the whole round: it must not go on in the name of a later term.
        epoch = controllerEpoch.getAsInt();
        if (epoch == 0) {
            forget();
            return;
        }
        long nowMs = clock.millis();
        List<String> rest =
                source.groups().stream().filter(group -> group.compareTo(cursor) > 0).toList();
        cursor = "";
        int left = limits.partitionsPerRound();
        for (int i = 0; i < rest.size(); i += GROUPS_PER_CALL) {
            if (closing.getCount() == 0) {
                return;
            }
            List<String> page = rest.subList(i, Math.min(rest.size(), i + GROUPS_PER_CALL));
            Map<String, Map<TopicPartition, Committed>> fitting = fitting(page, left);
            left -= observe(fitting, nowMs);
            if (fitting.size() < page.size() || left <= 0) {
                cursor = List.copyOf(fitting.keySet()).getLast();
                break;
            }
        }
        if (cursor.isEmpty()) {
            forgetAllBut(seen, nowMs);
            seen.clear();
        }
        listener.accept(known.values().stream().map(Known::observed).toList());
        expire(nowMs);
    }

    /** As many groups of the page, in order, as may still be looked at; one at least. */
    private Map<String, Map<TopicPartition, Committed>> fitting(List<String> page, int left) {
        Map<String, Map<TopicPartition, Committed>> fitting = new LinkedHashMap<>();
        Map<String, Map<TopicPartition, Committed>> all = source.committed(page);
        int count = 0;
        for (String group : page) {
            Map<TopicPartition, Committed> offsets = all.getOrDefault(group, Map.of());
            if (!fitting.isEmpty() && count + offsets.size() > left) {
                break;
            }
            count += offsets.size();
            fitting.put(group, offsets);
        }
        return fitting;
    }

    /**
     * @return how many partitions were looked at
     */
    private int observe(Map<String, Map<TopicPartition, Committed>> groups, long nowMs) {
        Set<TopicPartition> partitions = new HashSet<>();
        groups.values().forEach(offsets -> partitions.addAll(offsets.keySet()));
        Map<TopicPartition, Long> ends = source.latestOfLed(partitions);
        Map<SeriesKey, Observed> page = new LinkedHashMap<>();
        int count = 0;
        for (Map.Entry<String, Map<TopicPartition, Committed>> group : groups.entrySet()) {
            String key = GroupKey.of(group.getKey());
            for (Map.Entry<TopicPartition, Committed> offset : group.getValue().entrySet()) {
                SeriesKey series = new SeriesKey(key, offset.getKey());
                Long end = ends.get(offset.getKey());
                seen.add(series);
                count++;
                if (end != null && (known.containsKey(series) || hasRoom(page))) {
                    page.put(
                            series,
                            new Observed(
                                    group.getKey(),
                                    offset.getKey(),
                                    offset.getValue().offset(),
                                    end));
                }
            }
        }
        keep(page, nowMs);
        return count;
    }

    private boolean hasRoom(Map<SeriesKey, Observed> page) {
        return known.size() + page.size() < limits.seriesMax();
    }

    private void keep(Map<SeriesKey, Observed> page, long nowMs) {
        Map<SeriesKey, Observed> changed = new LinkedHashMap<>();
        page.forEach(
                (key, observed) -> {
                    Known before = known.get(key);
                    if (before == null
                            || !before.stored().equals(observed)
                            || nowMs - before.storedAtMs() >= limits.keyframe().toMillis()) {
                        changed.put(key, observed);
                    } else {
                        known.put(
                                key,
                                new Known(
                                        observed,
                                        before.id(),
                                        before.stored(),
                                        before.storedAtMs()));
                    }
                });
        if (changed.isEmpty()) {
            return;
        }
        try {
            Map<SeriesKey, Long> ids = ids(changed.keySet());
            List<Sample> rows = new ArrayList<>();
            changed.forEach(
                    (key, observed) ->
                            rows.add(
                                    new Sample(
                                            ids.getOrDefault(key, 0L),
                                            nowMs,
                                            observed.committed(),
                                            observed.logEnd())));
            store.add(epoch, rows);
            changed.forEach(
                    (key, observed) ->
                            known.put(
                                    key,
                                    new Known(
                                            observed, ids.getOrDefault(key, 0L), observed, nowMs)));
        } catch (DataAccessException | TransactionException e) {
            // Known without an id: metrics go on, and the next round tries to store it.
            notStored(e);
            changed.forEach(
                    (key, observed) ->
                            known.put(key, new Known(observed, 0, observed, Long.MIN_VALUE / 2)));
        }
    }

    private Map<SeriesKey, Long> ids(Set<SeriesKey> keys) {
        Map<SeriesKey, Long> ids = new HashMap<>();
        Set<SeriesKey> unknown = new HashSet<>();
        for (SeriesKey key : keys) {
            Known before = known.get(key);
            if (before == null || before.id() == 0) {
                unknown.add(key);
            } else {
                ids.put(key, before.id());
            }
        }
        if (!unknown.isEmpty()) {
            ids.putAll(store.ids(epoch, unknown));
        }
        return ids;
    }

    /** What is no longer committed ends here. */
    private void forgetAllBut(Set<SeriesKey> seen, long nowMs) {
        List<Sample> ends = new ArrayList<>();
        known.forEach(
                (key, gone) -> {
                    if (!seen.contains(key) && gone.id() != 0) {
                        ends.add(new Sample(gone.id(), nowMs, SampleStore.GONE, SampleStore.GONE));
                    }
                });
        known.keySet().retainAll(seen);
        try {
            store.add(epoch, ends);
        } catch (DataAccessException | TransactionException e) {
            notStored(e);
        }
    }

    private void expire(long nowMs) {
        try {
            store.expire(epoch, nowMs - limits.retention().toMillis());
            store.inTerm(epoch, () -> resets.expire(nowMs - limits.resetRetention().toMillis()));
        } catch (DataAccessException | TransactionException e) {
            notStored(e);
        }
    }

    private void notStored(RuntimeException e) {
        failureCount.incrementAndGet();
        LOG.atWarn()
                .setCause(e)
                .log("The history of offsets has a gap: the database does not answer");
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(CLOSE_WAIT_MS);
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
