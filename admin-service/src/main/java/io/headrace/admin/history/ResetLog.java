package io.headrace.admin.history;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.error.ErrorCode;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.domain.Limit;
import org.springframework.transaction.TransactionException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;

/**
 * Every change of committed offsets, with what was before, so that it can be undone.
 *
 * <p>A row is written before the change ({@code PENDING}) and finished after it: if the process
 * ends in between, what was before is known all the same. A change never waits for the database
 * longer than a connection may take, and goes on without it.
 */
public final class ResetLog {

    private static final Logger LOG = LoggerFactory.getLogger(ResetLog.class);
    private static final String PENDING = "PENDING";
    private static final int MOVES_LENGTH_MAX = 1_000_000;
    private static final TypeReference<List<OffsetMove>> MOVES = new TypeReference<>() {};

    private final ResetRepository rows;
    private final ObjectMapper json;
    private final Clock clock;

    public ResetLog(ResetRepository rows, ObjectMapper json, Clock clock) {
        this.rows = rows;
        this.json = json;
        this.clock = clock;
    }

    /**
     * @return the id; empty if the database does not answer
     */
    public Optional<Long> begin(NewReset reset) {
        String moves = json.writeValueAsString(reset.moves());
        if (moves.length() > MOVES_LENGTH_MAX) {
            throw V3Exception.badRequest(
                    "this concerns too many partitions at once; do it topic by topic");
        }
        try {
            return Optional.of(rows.save(new ResetRow(clock.millis(), reset, PENDING, moves)).id());
        } catch (DataAccessException | TransactionException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("groupId", reset.group())
                    .log("A change of offsets is not in the history; the audit log will have it");
            return Optional.empty();
        }
    }

    /**
     * @param outcome {@code OK} or a stable code
     * @return whether it is written; else it stays {@code PENDING}
     */
    public boolean finish(long id, String outcome) {
        try {
            return rows.finish(id, outcome) == 1;
        } catch (DataAccessException | TransactionException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("resetId", id)
                    .log("The outcome of a change of offsets stays PENDING in the history");
            return false;
        }
    }

    /** A reset of this group. */
    public PastReset get(String group, long id) {
        return available(() -> rows.findByIdAndGroupKey(id, GroupKey.of(group)))
                .map(this::past)
                .orElseThrow(
                        () ->
                                V3Exception.notFound(
                                        "the history of group '" + group + "' has no reset " + id));
    }

    /** Newest first. */
    public List<PastReset> page(String group, long beforeId, int size) {
        return available(
                        () ->
                                rows.findByGroupKeyAndIdLessThanOrderByIdDesc(
                                        GroupKey.of(group), beforeId, Limit.of(size)))
                .stream()
                .map(this::past)
                .toList();
    }

    void expire(long beforeMs) {
        var _ = rows.deleteOlder(beforeMs);
    }

    private PastReset past(ResetRow row) {
        return new PastReset(
                row.id(),
                row.atMs(),
                row.principal(),
                row.remoteAddress(),
                row.action(),
                row.request(),
                row.outcome(),
                Optional.ofNullable(row.undoOf()),
                json.readValue(row.moves(), MOVES));
    }

    static <T> T available(Supplier<T> work) {
        try {
            return work.get();
        } catch (DataAccessException | TransactionException e) {
            throw V3Exception.of(
                    ErrorCode.OVERLOADED,
                    "the history's database does not answer; groups are not affected, try again later");
        }
    }
}
