import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Runs on Apache Kafka's class path: {@code write DIR} writes batches with Kafka's builder, {@code
 * dump FILE.batch…} reads batches with Kafka's reader and writes what is in them to FILE.txt.
 */
public final class GoldenBatches {

    private static final HexFormat HEX = HexFormat.of();
    private static final Header[] NO_HEADERS = {};

    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "write" -> writeAll(Path.of(args[1]));
            case "dump" -> {
                for (int file = 1; file < args.length; file++) {
                    dumpBeside(Path.of(args[file]));
                }
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void writeAll(Path directory) throws IOException {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            Compression compression = Compression.of(codec).build();
            for (TimestampType type :
                    List.of(TimestampType.CREATE_TIME, TimestampType.LOG_APPEND_TIME)) {
                MemoryRecordsBuilder builder =
                        MemoryRecords.builder(
                                ByteBuffer.allocate(1 << 20),
                                RecordBatch.MAGIC_VALUE_V2,
                                compression,
                                type,
                                4_000_000_000L,
                                1_800_000_000_123L,
                                77L,
                                (short) 3,
                                900,
                                false,
                                12);
                appendAll(builder);
                write(directory, codec + "-" + type.name, builder.build().buffer());
            }
        }
        ByteBuffer empty = ByteBuffer.allocate(61);
        DefaultRecordBatch.writeEmptyHeader(
                empty,
                RecordBatch.MAGIC_VALUE_V2,
                77L,
                (short) 3,
                900,
                5000L,
                5009L,
                12,
                TimestampType.CREATE_TIME,
                1_700_000_000_000L,
                false,
                false);
        empty.flip();
        write(directory, "empty", empty);
    }

    private static void appendAll(MemoryRecordsBuilder builder) {
        builder.append(1_700_000_000_000L, bytes("key"), bytes("value"), NO_HEADERS);
        builder.append(1_700_000_000_500L, (byte[]) null, bytes("no key"), NO_HEADERS);
        builder.append(1_699_999_999_000L, bytes("tombstone"), (byte[]) null, NO_HEADERS);
        builder.append(1_700_000_000_001L, new byte[0], new byte[0], NO_HEADERS);
        Header[] headers = {
            new RecordHeader("name", bytes("v")),
            new RecordHeader("ü", (byte[]) null),
            new RecordHeader("", new byte[0])
        };
        builder.append(1_700_000_000_002L, bytes("headers"), bytes("x"), headers);
        for (int index = 0; index < 300; index++) {
            byte[] value = new byte[index * 3];
            for (int at = 0; at < value.length; at++) {
                value[at] = (byte) (at * index % 11);
            }
            builder.append(1_700_000_001_000L + index, bytes("k" + index), value, NO_HEADERS);
        }
        builder.append(1_700_000_002_000L, bytes("large"), new byte[150_000], NO_HEADERS);
    }

    private static void write(Path directory, String name, ByteBuffer bytes) throws IOException {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        Path file = directory.resolve(name + ".batch");
        Files.write(file, copy);
        dumpBeside(file);
    }

    private static void dumpBeside(Path batch) throws IOException {
        String text = batch.toString().replace(".batch", ".txt");
        try (PrintStream out = new PrintStream(text, StandardCharsets.UTF_8)) {
            dump(batch, out);
        }
    }

    private static void dump(Path file, PrintStream out) throws IOException {
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(file)));
        for (MutableRecordBatch batch : records.batches()) {
            batch.ensureValid();
            out.println(
                    "batch "
                            + batch.baseOffset()
                            + " "
                            + batch.lastOffset()
                            + " "
                            + batch.sizeInBytes()
                            + " "
                            + batch.partitionLeaderEpoch()
                            + " "
                            + batch.compressionType().name
                            + " "
                            + batch.timestampType().name
                            + " "
                            + batch.maxTimestamp()
                            + " "
                            + batch.producerId()
                            + " "
                            + batch.producerEpoch()
                            + " "
                            + batch.baseSequence()
                            + " "
                            + batch.lastSequence()
                            + " "
                            + batch.countOrNull());
            for (Record record : batch) {
                record.ensureValid();
                out.println(line(record));
            }
        }
    }

    private static String line(Record record) {
        StringBuilder line = new StringBuilder();
        line.append(record.offset()).append(' ').append(record.timestamp());
        line.append(' ').append(hex(record.key())).append(' ').append(hex(record.value()));
        for (Header header : record.headers()) {
            line.append(' ').append(hex(ByteBuffer.wrap(bytes(header.key()))));
            byte[] value = header.value();
            line.append('=').append(hex(value == null ? null : ByteBuffer.wrap(value)));
        }
        return line.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(ByteBuffer bytes) {
        if (bytes == null) {
            return "null";
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return "'" + HEX.formatHex(copy) + "'";
    }
}
