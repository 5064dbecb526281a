package io.headrace.gateway.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.gateway.route.Fetched;
import io.headrace.model.record.Compression;
import io.headrace.model.record.CorruptBatchException;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PageWriterTest {

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @Test
    void everyRecordOfAPageOfManyPiecesSaysItsOwnOffsetAndTimestamp() {
        ByteBuf batches =
                Unpooled.wrappedBuffer(
                        batch(7, 900, 1), batch(998, 2_500, 0), batch(9_999_999_998L, 5, 3));
        Page page = write(Framing.ARRAY, batches, 0);
        JsonNode records = JsonMapper.shared().readTree(text(page));
        assertThat(records.size()).isEqualTo(900 + 2_500 + 5).isEqualTo(page.count());
        int index = 0;
        for (long[] batch : new long[][] {{7, 900, 1}, {998, 2_500, 0}, {9_999_999_998L, 5, 3}}) {
            for (int i = 0; i < batch[1]; i++) {
                JsonNode record = records.get(index++);
                assertThat(record.path("offset").asLong()).isEqualTo(batch[0] + i);
                assertThat(record.path("timestamp").asLong()).isEqualTo(999_990 + i * batch[2]);
                assertThat(record.path("value").asInt()).isEqualTo(i);
                assertThat(record.path("key").isNull()).isTrue();
            }
        }
        assertThat(page.nextOffset()).isEqualTo(10_000_000_003L);
        page.release();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void aPageThatBeginsWithinABatchSaysTheRightOffsets() {
        Page page = write(Framing.NDJSON, Unpooled.wrappedBuffer(batch(95, 10, 0)), 99);
        List<String> lines = text(page).lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.getFirst()).contains("\"value\":4,\"partition\":3,\"offset\":99,");
        assertThat(lines.getLast()).contains("\"value\":9,\"partition\":3,\"offset\":104,");
        page.release();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void aBatchThatCannotBeReadLeavesNoMemoryBehind() {
        ByteBuffer damaged = batch(5_000, 10, 0);
        damaged.put(damaged.limit() - 3, (byte) 99);
        ByteBuf batches = Unpooled.wrappedBuffer(batch(0, 5_000, 0), damaged);
        assertThatThrownBy(() -> write(Framing.ARRAY, batches, 0))
                .isInstanceOf(CorruptBatchException.class);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private Page write(Framing framing, ByteBuf batches, long fromOffset) {
        RecordEncoder encoder = new RecordEncoder("t", 3, ValueFormat.JSON, null);
        return new PageWriter(encoder, 3, framing, 1 << 20, allocator)
                .write(new Fetched(batches, 0, -1), fromOffset, 1 << 20, Long.MAX_VALUE);
    }

    private static String text(Page page) {
        return page.bytes().toString(StandardCharsets.UTF_8);
    }

    private static ByteBuffer batch(long baseOffset, int count, long msApart) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1024);
        for (int i = 0; i < count; i++) {
            byte[] value = Integer.toString(i).getBytes(StandardCharsets.US_ASCII);
            builder.append(999_990 + i * msApart, null, ByteBuffer.wrap(value), List.of());
        }
        ByteBuffer batch = builder.build();
        RecordBatch.setBaseOffset(batch, batch.position(), baseOffset);
        return batch;
    }
}
