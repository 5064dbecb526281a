package io.headrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeadersBatchesTest {

    private static final int EPOCH = 5;

    /** Offset and leader epoch of a batch of one record. */
    private record Head(long offset, int leaderEpoch) {}

    private static Head at(long offset) {
        return new Head(offset, EPOCH);
    }

    private static ByteBuffer batches(Head... heads) {
        ByteBuffer all = ByteBuffer.allocate(heads.length * 200);
        for (Head head : heads) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 200);
            builder.append(1, (byte[]) null, new byte[9], List.of());
            ByteBuffer batch = builder.build();
            RecordBatch.setBaseOffset(batch, batch.position(), head.offset());
            RecordBatch.setLeaderEpoch(batch, batch.position(), head.leaderEpoch());
            all.put(batch);
        }
        return all.flip();
    }

    private static List<Long> believed(ByteBuffer batches) {
        ByteBuffer left = new LeadersBatches(batches).believable(EPOCH);
        List<Long> offsets = new ArrayList<>();
        for (int at = left.position(); at < left.limit(); ) {
            offsets.add(RecordBatch.baseOffset(left, at));
            at += RecordBatch.sizeInBytes(left, at);
        }
        return offsets;
    }

    @Test
    void whatFollowsIsBelieved() {
        assertThat(believed(batches(at(7), at(8), at(9)))).containsExactly(7L, 8L, 9L);
        assertThat(believed(batches(new Head(7, 1), new Head(8, 3), at(9)))).hasSize(3);
        assertThat(believed(ByteBuffer.allocate(0))).isEmpty();
    }

    @Test
    void nothingIsOfANewerLeaderEpochThanItsLeader() {
        assertThat(believed(batches(at(7), new Head(8, EPOCH + 1), at(9)))).containsExactly(7L);
        assertThat(believed(batches(new Head(7, 1 << 30), at(8)))).isEmpty();
    }

    @Test
    void aBatchBehindAGapIsTakenAsTheFirstOrWithOneThatFollows() {
        assertThat(believed(batches(at(7), at(9)))).containsExactly(7L);
        assertThat(believed(batches(at(9)))).containsExactly(9L);
        assertThat(believed(batches(at(7), at(9), at(10)))).containsExactly(7L, 9L, 10L);
    }

    @Test
    void whatIsNotWholeIsLeftToOthers() {
        ByteBuffer torn = batches(at(7), at(8));
        torn.limit(torn.limit() - 3);
        assertThat(new LeadersBatches(torn).believable(EPOCH).limit()).isEqualTo(torn.limit());
        ByteBuffer garbage = ByteBuffer.allocate(100);
        assertThat(new LeadersBatches(garbage).believable(EPOCH).remaining()).isEqualTo(100);
    }
}
