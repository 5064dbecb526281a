package io.headrace.admin.history;

import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The samples in the database: batches in, one row per step out.
 *
 * <p>Plain JDBC, unlike other rooms: rows have no identity, come by the thousand and are deleted by
 * time. Every write names the controller epoch it is made in, and locks the row of {@code
 * controller_term} until it is committed: a controller that stood still while another one took
 * office changes nothing any more. Errors: Spring's {@code DataAccessException} and {@code
 * TransactionException}; {@link OldTermException}.
 */
public final class SampleStore {

    /** Stands for: from here on nothing is committed. */
    static final long GONE = -1;

    private static final int BATCH_COUNT = 500;
    private static final int SLICE_COUNT_MAX = 24;
    private static final long SLICE_MS = 3_600_000;
    private static final String NEWEST_PER_STEP =
            """
            select s.series_id, s.at_ms, s.committed, s.log_end
            from offset_sample s
            join (select series_id, max(at_ms) as newest from offset_sample
                  where series_id in (:ids) and at_ms > :from and at_ms <= :to
                  group by series_id, (at_ms - :from - 1) / :step) n
              on n.series_id = s.series_id and n.newest = s.at_ms
            order by s.series_id, s.at_ms
            """;

    private final NamedParameterJdbcTemplate named;
    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;

    public SampleStore(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.named = new NamedParameterJdbcTemplate(jdbc);
        this.transaction = new TransactionTemplate(transactions);
    }

    /** A row. */
    record Sample(long seriesId, long atMs, long committed, long logEnd) {}

    /** A series with its id. */
    record Series(long id, SeriesKey key) {}

    /** Refuses the writes of earlier controllers from now on. */
    void takeOffice(int epoch) {
        inTerm(epoch, () -> {});
    }

    /**
     * Runs the work in one transaction.
     *
     * @param epoch controller epoch of the writer
     * @throws OldTermException if a later one has written; nothing is changed then
     */
    void inTerm(int epoch, Runnable work) {
        transaction.executeWithoutResult(
                status -> {
                    Integer newest =
                            jdbc.queryForObject(
                                    "select epoch from controller_term where id = 1 for update",
                                    Integer.class);
                    if (newest == null || newest > epoch) {
                        throw new OldTermException(epoch, newest == null ? -1 : newest);
                    }
                    if (newest < epoch) {
                        var _ =
                                jdbc.update(
                                        "update controller_term set epoch = ? where id = 1", epoch);
                    }
                    work.run();
                });
    }

    /** The ids of these series; those that are new get one. */
    Map<SeriesKey, Long> ids(int epoch, Set<SeriesKey> keys) {
        Set<String> groupKeys = new HashSet<>();
        keys.forEach(key -> groupKeys.add(key.groupKey()));
        Map<SeriesKey, Long> known = known(groupKeys);
        List<Object[]> missing = new ArrayList<>();
        for (SeriesKey key : keys) {
            if (!known.containsKey(key)) {
                missing.add(
                        new Object[] {
                            key.groupKey(), key.partition().topic(), key.partition().partition()
                        });
            }
        }
        if (missing.isEmpty()) {
            return known;
        }
        insert(
                epoch,
                "insert into offset_series (group_key, topic, partition_id) values (?, ?, ?)",
                missing);
        return known(groupKeys);
    }

    private Map<SeriesKey, Long> known(Collection<String> groupKeys) {
        Map<SeriesKey, Long> ids = new HashMap<>();
        for (Series series : series(groupKeys)) {
            ids.put(series.key(), series.id());
        }
        return ids;
    }

    private List<Series> series(Collection<String> groupKeys) {
        return groupKeys.isEmpty()
                ? List.of()
                : named.query(
                        "select id, group_key, topic, partition_id from offset_series"
                                + " where group_key in (:keys) order by topic, partition_id",
                        Map.of("keys", groupKeys),
                        (row, n) ->
                                new Series(
                                        row.getLong(1),
                                        new SeriesKey(
                                                row.getString(2),
                                                new TopicPartition(
                                                        row.getString(3), row.getInt(4)))));
    }

    /** Of one group, by topic and partition. */
    List<Series> series(String groupKey, Optional<String> topic, Optional<Integer> partition) {
        return series(List.of(groupKey)).stream()
                .filter(s -> topic.map(s.key().partition().topic()::equals).orElse(true))
                .filter(s -> partition.map(p -> s.key().partition().partition() == p).orElse(true))
                .toList();
    }

    void add(int epoch, List<Sample> samples) {
        insert(
                epoch,
                "insert into offset_sample (series_id, at_ms, committed, log_end)"
                        + " values (?, ?, ?, ?)",
                samples.stream()
                        .map(s -> new Object[] {s.seriesId(), s.atMs(), s.committed(), s.logEnd()})
                        .toList());
    }

    private void insert(int epoch, String sql, List<Object[]> rows) {
        inTerm(
                epoch,
                () -> {
                    for (int i = 0; i < rows.size(); i += BATCH_COUNT) {
                        var _ =
                                jdbc.batchUpdate(
                                        sql,
                                        rows.subList(i, Math.min(rows.size(), i + BATCH_COUNT)));
                    }
                });
    }

    /**
     * The newest sample of each series in each step.
     *
     * @param fromMs exclusive
     * @param toMs inclusive
     */
    List<Sample> newest(Collection<Long> seriesIds, long fromMs, long toMs, long stepMs) {
        if (seriesIds.isEmpty() || toMs <= fromMs) {
            return List.of();
        }
        return named.query(
                NEWEST_PER_STEP,
                new MapSqlParameterSource()
                        .addValue("ids", seriesIds)
                        .addValue("from", fromMs)
                        .addValue("to", toMs)
                        .addValue("step", stepMs),
                (row, n) ->
                        new Sample(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
    }

    /**
     * Deletes samples from before a time, an hour's worth per statement and a bounded number of
     * them, then series that have none left.
     */
    void expire(int epoch, long beforeMs) {
        boolean isAnyGone = false;
        for (int slice = 0; slice < SLICE_COUNT_MAX; slice++) {
            Long oldest = jdbc.queryForObject("select min(at_ms) from offset_sample", Long.class);
            if (oldest == null || oldest >= beforeMs) {
                break;
            }
            delete(
                    epoch,
                    "delete from offset_sample where at_ms < ?",
                    Math.min(beforeMs, oldest + SLICE_MS));
            isAnyGone = true;
        }
        if (isAnyGone) {
            delete(
                    epoch,
                    "delete from offset_series where not exists"
                            + " (select 1 from offset_sample where series_id = offset_series.id)");
        }
    }

    private void delete(int epoch, String sql, Object... arguments) {
        inTerm(
                epoch,
                () -> {
                    var _ = jdbc.update(sql, arguments);
                });
    }
}
