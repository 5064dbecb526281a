package io.headrace.broker.coordinator;

import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Partitions in memory; a test decides when what was appended is committed. */
public final class MemoryShardLog implements ShardLog {

    private static final class Log {
        final List<ByteBuffer> batches = new ArrayList<>();
        final List<Long> ends = new ArrayList<>();
        final List<Consumer<Written>> waiting = new ArrayList<>();
        long end;
        int committedCount;
    }

    private final Map<Integer, Log> logs = new HashMap<>();

    /** Whether an append is committed at once. */
    public boolean commitsAtOnce = true;

    /** What the next append gets instead of being written. */
    public @Nullable Written refusal;

    /** What the next reads get, while it is set. */
    public ReadStep.@Nullable Failed unreadable;

    public int batchBytesMax = 1 << 20;

    private Log log(int partition) {
        return logs.computeIfAbsent(partition, p -> new Log());
    }

    @Override
    public long start(int partition) {
        return 0;
    }

    @Override
    public ReadStep read(int partition, long offset) {
        if (unreadable != null) {
            return unreadable;
        }
        Log log = log(partition);
        for (int i = 0; i < log.batches.size(); i++) {
            if (log.ends.get(i) > offset) {
                return i < log.committedCount
                        ? new ReadStep.Batches(log.batches.get(i).duplicate(), log.ends.get(i))
                        : new ReadStep.NotCommitted();
            }
        }
        return new ReadStep.End();
    }

    @Override
    public int batchBytesMax(int partition) {
        return batchBytesMax;
    }

    @Override
    public void append(int partition, int leaderEpoch, ByteBuffer batch, Consumer<Written> then) {
        if (refusal != null) {
            Written given = refusal;
            refusal = null;
            then.accept(given);
            return;
        }
        Log log = log(partition);
        ByteBuffer copy = ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
        RecordBatch.setBaseOffset(copy, 0, log.end);
        log.end += RecordBatch.recordCount(copy, 0);
        log.batches.add(copy);
        log.ends.add(log.end);
        log.waiting.add(then);
        if (commitsAtOnce) {
            commit(partition);
        }
    }

    /** The high watermark reaches the end. */
    public void commit(int partition) {
        Log log = log(partition);
        while (log.committedCount < log.batches.size()) {
            log.waiting.get(log.committedCount++).accept(new Written.Committed());
        }
    }

    /** The outcomes of two appends come in the wrong order, as on two threads. */
    public void commitBackwards(int partition) {
        Log log = log(partition);
        int from = log.committedCount;
        log.committedCount = log.batches.size();
        for (int i = log.batches.size() - 1; i >= from; i--) {
            log.waiting.get(i).accept(new Written.Committed());
        }
    }

    public void fail(int partition, Written outcome) {
        Log log = log(partition);
        log.waiting.get(log.committedCount).accept(outcome);
    }

    /** How many records were appended. */
    public long end(int partition) {
        return log(partition).end;
    }

    public int batchCount(int partition) {
        return log(partition).batches.size();
    }

    public static Written.NotDone notDone(ErrorCode code) {
        return new Written.NotDone(code, "as the test wants it");
    }

    public static Written.Unknown unknown(ErrorCode code) {
        return new Written.Unknown(code, "as the test wants it");
    }
}
