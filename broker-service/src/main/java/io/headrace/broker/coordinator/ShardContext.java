package io.headrace.broker.coordinator;

import io.headrace.model.error.ErrorCode;
import java.util.List;
import java.util.function.Consumer;

/** What a state machine may do; used on the shard's thread only. */
public interface ShardContext {

    /** Wall clock. */
    long nowMs();

    /** The task runs on the shard's thread, unless the shard is over by then. */
    ShardTimer.Pending schedule(long delayMs, Runnable task);

    /**
     * Appends the records as one batch: all or none.
     *
     * @param then runs on the shard's thread, after those of earlier appends: NONE when the records
     *     are committed, else why they are not in the log. When the shard ends first, it is called
     *     with NOT_COORDINATOR, before {@link ShardState#unloaded}; the records may be in the log
     *     then.
     */
    void append(List<CoordinatorRecord> records, Consumer<ErrorCode> then);
}
