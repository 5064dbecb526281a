package io.headrace.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.BatchRules;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.record.RecordHeader;
import io.headrace.model.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Golden bytes: what Kafka's code writes we read, and what we write Kafka's code reads. */
class KafkaGoldenBatchTest {

    private static final String PROGRAM = "src/test/resources/kafka/GoldenBatches.java";
    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final int SIZE_MAX = 1 << 24;

    @TempDir Path directory;

    @Test
    void every_batch_that_kafka_writes_reads_the_same_here() throws IOException {
        KafkaPeer.run(PROGRAM, TIMEOUT, "write", directory.toString());
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.toString().endsWith(".batch")).sorted().toList();
        }
        assertThat(files).hasSize(11);
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            String expected = Files.readString(directory.resolve(name.replace(".batch", ".txt")));
            assertThat(dump(bytes).lines().toList()).as(name).isEqualTo(expected.lines().toList());
            assertThat(BatchCheck.framing(bytes, 0, bytes.limit()))
                    .as(name)
                    .isInstanceOf(BatchCheck.Sound.class);
            if (name.contains("CreateTime")) {
                assertThat(check(bytes)).as(name).isInstanceOf(BatchCheck.Sound.class);
            }
        }
    }

    @Test
    void every_batch_that_we_write_reads_the_same_in_kafka() throws IOException {
        Map<Path, String> expected = new LinkedHashMap<>();
        for (Compression codec : Compression.values()) {
            ByteBuffer batch = write(codec);
            assertThat(check(batch)).isInstanceOf(BatchCheck.Sound.class);
            RecordBatch.setBaseOffset(batch, 0, 1L << 40);
            RecordBatch.setLeaderEpoch(batch, 0, 5);
            expected.put(save(codec.configName(), batch), dump(batch));
            RecordBatch.stampLogAppendTime(batch, 0, 1_900_000_000_000L);
            expected.put(save(codec.configName() + "-append-time", batch), dump(batch));
        }
        List<String> args = new ArrayList<>(List.of("dump"));
        expected.keySet().forEach(file -> args.add(file.toString()));
        KafkaPeer.run(PROGRAM, TIMEOUT, args.toArray(String[]::new));
        for (Map.Entry<Path, String> each : expected.entrySet()) {
            String seen =
                    Files.readString(Path.of(each.getKey().toString().replace(".batch", ".txt")));
            assertThat(seen.lines().toList())
                    .as("%s", each.getKey())
                    .isEqualTo(each.getValue().lines().toList());
        }
    }

    private static BatchCheck.Outcome check(ByteBuffer batch) {
        return BatchCheck.fromClient(
                batch, 0, batch.limit(), BatchRules.ofSize(SIZE_MAX, SIZE_MAX));
    }

    private Path save(String name, ByteBuffer batch) throws IOException {
        byte[] bytes = new byte[batch.limit()];
        batch.get(0, bytes);
        return Files.write(directory.resolve(name + ".batch"), bytes);
    }

    private static ByteBuffer write(Compression codec) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 256);
        builder.producer(4711, (short) 2, Integer.MAX_VALUE - 10, true);
        builder.append(1_700_000_000_000L, bytes("key"), bytes("value"), List.of());
        builder.append(1_600_000_000_000L, null, bytes("no key"), List.of());
        builder.append(1_700_000_000_000L, bytes("tombstone"), (byte[]) null, List.of());
        List<RecordHeader> headers =
                List.of(
                        new RecordHeader("name", bytes("v")),
                        new RecordHeader("ü", null),
                        new RecordHeader("", new byte[0]));
        builder.append(1_700_000_000_000L, bytes("headers"), bytes("x"), headers);
        for (int index = 0; index < 500; index++) {
            builder.append(1_700_000_000_000L + index, null, new byte[index * 5], List.of());
        }
        return builder.build();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The same text that GoldenBatches prints. */
    private static String dump(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder();
        RecordReader reader = new RecordReader(SIZE_MAX);
        int position = 0;
        while (position < bytes.limit()) {
            int size = RecordBatch.sizeInBytes(bytes, position);
            batchLine(text, bytes, position);
            reader.wrap(bytes, position, position + size);
            while (reader.next()) {
                text.append(reader.offset()).append(' ').append(reader.timestampMs());
                text.append(' ').append(hex(reader.key())).append(' ').append(hex(reader.value()));
                for (RecordHeader header : reader.headers()) {
                    text.append(' ').append(hex(bytes(header.key())));
                    text.append('=').append(hex(header.value()));
                }
                text.append('\n');
            }
            position += size;
        }
        return text.toString();
    }

    private static void batchLine(StringBuilder text, ByteBuffer bytes, int at) {
        boolean isAppendTime = RecordBatch.isLogAppendTime(bytes, at);
        List<Object> fields =
                List.of(
                        "batch",
                        RecordBatch.baseOffset(bytes, at),
                        RecordBatch.lastOffset(bytes, at),
                        RecordBatch.sizeInBytes(bytes, at),
                        RecordBatch.leaderEpoch(bytes, at),
                        Compression.ofId(RecordBatch.codecId(bytes, at)).configName(),
                        isAppendTime ? "LogAppendTime" : "CreateTime",
                        RecordBatch.maxTimestamp(bytes, at),
                        RecordBatch.producerId(bytes, at),
                        RecordBatch.producerEpoch(bytes, at),
                        RecordBatch.baseSequence(bytes, at),
                        RecordBatch.lastSequence(bytes, at),
                        RecordBatch.recordCount(bytes, at));
        text.append(String.join(" ", fields.stream().map(String::valueOf).toList())).append('\n');
    }

    private static String hex(byte @Nullable [] bytes) {
        return bytes == null ? "null" : "'" + HexFormat.of().formatHex(bytes) + "'";
    }
}
