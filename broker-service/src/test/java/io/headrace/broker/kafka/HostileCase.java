package io.headrace.broker.kafka;

import com.github.luben.zstd.ZstdOutputStream;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * One line of the corpus in {@code src/test/resources/hostile}: a name, what must come of it, and
 * the bytes, written as words.
 *
 * <pre>
 * name | outcome | words
 *
 * outcome   closed                    the connection ends without an answer
 *           waits                     it is not answered; it is gone when its connection is
 *           NONE or another error     the answer of this API, version: "METADATA 1 INVALID_TOPIC_EXCEPTION"
 * words     raw                       first word: no length goes before; else the frame's length does
 *           i8:1 i16:1 i32:1 i64:1    big-endian integers
 *           uv:300                    unsigned varint
 *           hex:00ff  text:abc        bytes as they are
 *           str:abc                   int16 length, then the text; str: alone is empty, null is i16:-1
 *           fill:1000:ff              that many times this byte
 *           times:1000:i32:7          that many times this word
 *           h1:3:1                    header 1: API key, version, correlation id 7, client "test"
 *           h2:3:9                    header 2: the same, and no tagged field
 *           batch:none[:field=n…]     int32 length, then a batch of two records of this codec; the
 *                                     fields are set and the checksum is right again, unless "crc=n"
 *           packed:zstd:28b5      int32 length, then a batch of this codec with these compressed bytes
 *           bomb:gzip:1000000         the same with one value of so many zeros, at most 2 GB
 * </pre>
 */
record HostileCase(String name, String outcome, List<String> words) {

    private static final String RAW = "raw";
    private static final int HELD_BYTES_MAX = 200_000_000;

    static List<HostileCase> all(Path folder) throws IOException {
        List<HostileCase> cases = new ArrayList<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                for (String line : Files.readAllLines(file)) {
                    if (!line.isBlank() && !line.startsWith("#")) {
                        cases.add(parse(file.getFileName() + ": ", line));
                    }
                }
            }
        }
        return cases;
    }

    private static HostileCase parse(String prefix, String line) {
        String[] parts = line.split("\\|", 3);
        return new HostileCase(
                prefix + parts[0].strip(),
                parts[1].strip(),
                List.of(parts[2].strip().split(" +", -1)));
    }

    /** Whether it has to be made to know how large it is, which takes a while. */
    boolean isLarge() {
        return words.stream().anyMatch(word -> word.startsWith("bomb:") || word.length() > 100)
                || words.stream().anyMatch(word -> word.matches("(fill|times):\\d{6,}:.*"));
    }

    /** Made anew each time: some are as large as a request may be. */
    byte[] bytes() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String word : words) {
            if (!word.equals(RAW)) {
                write(new DataOutputStream(body), word);
            }
        }
        byte[] bytes = body.toByteArray();
        return words.getFirst().equals(RAW)
                ? bytes
                : ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
    }

    private static void write(DataOutputStream out, String word) throws IOException {
        String kind = word.substring(0, word.indexOf(':'));
        String value = word.substring(word.indexOf(':') + 1);
        switch (kind) {
            case "i8" -> out.writeByte(Integer.parseInt(value));
            case "i16" -> out.writeShort(Integer.parseInt(value));
            case "i32" -> out.writeInt(Integer.parseInt(value));
            case "i64" -> out.writeLong(Long.parseLong(value));
            case "uv" -> writeUnsignedVarint(out, Long.parseLong(value));
            case "hex" -> out.write(HexFormat.of().parseHex(value));
            case "text" -> out.write(text(value));
            case "str" -> {
                out.writeShort(text(value).length);
                out.write(text(value));
            }
            case "fill" -> fill(out, value.split(":", -1));
            case "times" -> {
                String[] split = value.split(":", 2);
                for (int i = 0; i < Integer.parseInt(split[0]); i++) {
                    write(out, split[1]);
                }
            }
            case "h1", "h2" -> header(out, kind, value.split(":", -1));
            case "batch" -> sized(out, batch(value.split(":", -1)));
            case "packed" -> sized(out, packed(value.split(":", -1)));
            case "bomb" -> sized(out, bomb(value.split(":", -1)));
            default -> throw new IllegalArgumentException("no word begins with " + kind);
        }
    }

    private static byte[] text(String value) {
        return value.replace('_', ' ').getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void writeUnsignedVarint(DataOutputStream out, long value) throws IOException {
        long rest = value;
        while (rest > 0x7f) {
            out.writeByte((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    private static void fill(DataOutputStream out, String[] countAndByte) throws IOException {
        byte[] bytes = new byte[Integer.parseInt(countAndByte[0])];
        java.util.Arrays.fill(bytes, (byte) Integer.parseInt(countAndByte[1], 16));
        out.write(bytes);
    }

    private static void header(DataOutputStream out, String kind, String[] keyAndVersion)
            throws IOException {
        out.writeShort(Integer.parseInt(keyAndVersion[0]));
        out.writeShort(Integer.parseInt(keyAndVersion[1]));
        out.writeInt(7);
        write(out, "str:test");
        if (kind.equals("h2")) {
            out.writeByte(0);
        }
    }

    private static void sized(DataOutputStream out, ByteBuffer bytes) throws IOException {
        out.writeInt(bytes.remaining());
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        out.write(copy);
    }

    private static ByteBuffer batch(String[] parts) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec(parts[0]), 1024);
        for (String key : List.of("a", "b")) {
            builder.append(
                    System.currentTimeMillis(),
                    key.getBytes(StandardCharsets.UTF_8),
                    "value".getBytes(StandardCharsets.UTF_8),
                    List.of());
        }
        ByteBuffer built = builder.build();
        ByteBuffer batch = ByteBuffer.allocate(built.remaining()).put(built).flip();
        boolean isCrcKept = false;
        for (int i = 1; i < parts.length; i++) {
            String[] field = parts[i].split("=", -1);
            isCrcKept |= field[0].equals("crc") || field[0].equals("length");
            set(batch, field[0], Long.parseLong(field[1]));
        }
        if (!isCrcKept) {
            RecordBatch.stampCrc(batch, 0);
        }
        return batch;
    }

    private static void set(ByteBuffer batch, String field, long value) {
        switch (field) {
            case "length" -> batch.putInt(RecordBatch.LENGTH_AT, (int) value);
            case "magic" -> batch.put(RecordBatch.MAGIC_AT, (byte) value);
            case "crc" -> batch.putInt(RecordBatch.CRC_AT, (int) value);
            case "attributes" -> batch.putShort(RecordBatch.ATTRIBUTES_AT, (short) value);
            case "delta" -> batch.putInt(RecordBatch.LAST_OFFSET_DELTA_AT, (int) value);
            case "time" -> batch.putLong(RecordBatch.BASE_TIMESTAMP_AT, value);
            case "producer" -> batch.putLong(RecordBatch.PRODUCER_ID_AT, value);
            case "epoch" -> batch.putShort(RecordBatch.PRODUCER_EPOCH_AT, (short) value);
            case "sequence" -> batch.putInt(RecordBatch.BASE_SEQUENCE_AT, (int) value);
            case "count" -> batch.putInt(RecordBatch.RECORD_COUNT_AT, (int) value);
            default -> batch.put(Integer.parseInt(field), (byte) value); // at this place, one byte
        }
    }

    private static ByteBuffer packed(String[] codecAndBytes) {
        return packed(codecAndBytes[0], HexFormat.of().parseHex(codecAndBytes[1]));
    }

    private static ByteBuffer packed(String codec, byte... bytes) {
        ByteBuffer batch = ByteBuffer.allocate(RecordBatch.HEADER_SIZE + bytes.length);
        batch.put(batch(new String[] {codec}).limit(RecordBatch.HEADER_SIZE));
        batch.put(bytes).flip();
        batch.putInt(RecordBatch.LENGTH_AT, batch.limit() - RecordBatch.SIZE_PREFIX);
        RecordBatch.stampCrc(batch, 0);
        return batch;
    }

    private static ByteBuffer bomb(String[] codecAndSize) throws IOException {
        int size = Integer.parseInt(codecAndSize[1]);
        if (size > HELD_BYTES_MAX) {
            return largeBomb(codecAndSize[0], size);
        }
        byte[] zeros = new byte[size];
        RecordBatchBuilder builder =
                new RecordBatchBuilder(codec(codecAndSize[0]), zeros.length + 1024);
        builder.append(System.currentTimeMillis(), (byte[]) null, zeros, List.of());
        return builder.build();
    }

    /** Never held inflated. */
    private static ByteBuffer largeBomb(String codec, int size) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(compressing(codec, packed))) {
            ByteBuffer start = ByteBuffer.allocate(40);
            start.put((byte) 0); // attributes
            ByteUtils.writeVarlong(0, start); // time
            ByteUtils.writeVarint(0, start); // offset
            ByteUtils.writeVarint(-1, start); // no key
            ByteUtils.writeVarint(size, start);
            ByteBuffer length = ByteBuffer.allocate(10);
            ByteUtils.writeVarint(start.position() + size + 1, length);
            out.write(length.array(), 0, length.position());
            out.write(start.array(), 0, start.position());
            byte[] zeros = new byte[1 << 20];
            for (int left = size; left > 0; left -= zeros.length) {
                out.write(zeros, 0, Math.min(left, zeros.length));
            }
            out.writeByte(0); // no headers
        }
        return packed(codec, packed.toByteArray());
    }

    private static OutputStream compressing(String codec, OutputStream to) throws IOException {
        return switch (codec) {
            case "gzip" -> new GZIPOutputStream(to, 1 << 16);
            case "zstd" -> new ZstdOutputStream(to);
            default -> throw new IllegalArgumentException("no large bombs of " + codec);
        };
    }

    private static Compression codec(String name) {
        for (Compression codec : Compression.values()) {
            if (codec.configName().equals(name)) {
                return codec;
            }
        }
        throw new IllegalArgumentException("no codec " + name);
    }

    @Override
    public String toString() {
        return name;
    }
}
