package io.headrace.admin.history;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.history.SampleStore.Sample;
import io.headrace.admin.history.SampleStore.Series;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lag over time, from the samples.
 *
 * <p>A point says what the newest sample at or before its time says, if that is young enough to
 * speak for it. Bounds: {@value #POINT_COUNT_MAX} points per answer.
 */
public final class LagHistory {

    static final int POINT_COUNT_MAX = 20_000;

    private final SampleStore store;
    private final HistoryLimits limits;

    public LagHistory(SampleStore store, HistoryLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    /**
     * What to show.
     *
     * @param fromMs time of the first point
     * @param toMs no point is later
     */
    record Query(
            String group,
            Optional<String> topic,
            Optional<Integer> partition,
            long fromMs,
            long toMs,
            long stepMs) {

        long pointCount() {
            return (toMs - fromMs) / stepMs + 1;
        }
    }

    /** One point of one partition. */
    record Point(long atMs, long committed, long logEnd) {
        long lag() {
            return Math.max(0, logEnd - committed);
        }
    }

    /** The points of one partition, by time; where nothing is known there is none. */
    record Line(TopicPartition partition, List<Point> points) {}

    /** By topic and partition; a partition without points is left out. */
    List<Line> lines(Query query) {
        return ResetLog.available(() -> read(query));
    }

    private List<Line> read(Query query) {
        List<Series> series =
                store.series(GroupKey.of(query.group()), query.topic(), query.partition());
        if (series.size() * query.pointCount() > POINT_COUNT_MAX) {
            throw V3Exception.badRequest(
                    "this would be "
                            + series.size() * query.pointCount()
                            + " points of "
                            + series.size()
                            + " partitions, and at most "
                            + POINT_COUNT_MAX
                            + " are given; ask for a longer step, a shorter time or one partition");
        }
        List<Long> ids = series.stream().map(Series::id).toList();
        long validityMs = limits.validity().toMillis();
        Map<Long, List<Sample>> samples = new HashMap<>();
        List<Sample> all =
                new ArrayList<>(
                        store.newest(ids, query.fromMs() - validityMs, query.fromMs(), validityMs));
        all.addAll(store.newest(ids, query.fromMs(), query.toMs(), query.stepMs()));
        all.forEach(s -> samples.computeIfAbsent(s.seriesId(), id -> new ArrayList<>()).add(s));
        return series.stream()
                .map(
                        s ->
                                new Line(
                                        s.key().partition(),
                                        points(query, samples.getOrDefault(s.id(), List.of()))))
                .filter(line -> !line.points().isEmpty())
                .toList();
    }

    private List<Point> points(Query query, List<Sample> samples) {
        List<Point> points = new ArrayList<>();
        @Nullable Sample newest = null;
        int next = 0;
        for (long at = query.fromMs(); at <= query.toMs(); at += query.stepMs()) {
            while (next < samples.size() && samples.get(next).atMs() <= at) {
                newest = samples.get(next++);
            }
            if (newest != null
                    && newest.committed() != SampleStore.GONE
                    && at - newest.atMs() <= limits.validity().toMillis()) {
                points.add(new Point(at, newest.committed(), newest.logEnd()));
            }
        }
        return points;
    }
}
