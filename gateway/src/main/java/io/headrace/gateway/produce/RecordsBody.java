package io.headrace.gateway.produce;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.json.JsonException;
import io.headrace.gateway.json.JsonScanner;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.model.record.RecordHeader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The v2 body: {@code {"records":[{"key":…,"value":…,"partition":…,"timestamp":…,"headers":[…]}]}}.
 *
 * <p>Field names that are not known are refused, by name; so are fields given twice. A missing key
 * or value is the same as null. Errors: {@link JsonException} (the JSON or base64 is wrong), {@link
 * HttpFailure} 422 (the shape is).
 */
final class RecordsBody {

    private static final byte[] KEY = JsonWriter.constant("key");
    private static final byte[] VALUE = JsonWriter.constant("value");
    private static final byte[] PARTITION = JsonWriter.constant("partition");
    private static final byte[] TIMESTAMP = JsonWriter.constant("timestamp");
    private static final byte[] HEADERS = JsonWriter.constant("headers");
    private static final byte[] RECORDS = JsonWriter.constant("records");
    private static final int HEADER_COUNT_MAX = 1_000;

    private final byte[] bytes;
    private final JsonScanner scanner;
    private final EmbeddedFormat format;
    private final PostedRecords target;

    RecordsBody(byte[] bytes, int size, EmbeddedFormat format, PostedRecords target) {
        this.bytes = bytes;
        this.scanner = new JsonScanner(bytes, 0, size);
        this.format = format;
        this.target = target;
    }

    /** Reads a whole v2 body. */
    void read() {
        boolean hasRecords = false;
        scanner.expect('{');
        boolean isMore = !scanner.accept('}');
        while (isMore) {
            scanner.string();
            if (sliceIs(RECORDS) && !hasRecords) {
                hasRecords = true;
                scanner.expect(':');
                records();
            } else {
                schemaField();
            }
            isMore = isMore('}');
        }
        scanner.expectEnd();
        if (!hasRecords || target.count() == 0) {
            throw HttpFailure.unprocessable("'records' must hold at least one record.");
        }
    }

    private void records() {
        scanner.expect('[');
        boolean isMore = !scanner.accept(']');
        while (isMore) {
            record();
            isMore = isMore(']');
        }
    }

    /** Fields that other servers know; accepted as null only, since there are no schemas here. */
    private void schemaField() {
        String name = scanner.sliceText();
        switch (name) {
            case "key_schema", "value_schema", "key_schema_id", "value_schema_id" -> {
                scanner.expect(':');
                if (!scanner.acceptNull()) {
                    throw HttpFailure.unprocessable(
                            "'" + name + "' is not supported: there is no schema registry here.");
                }
            }
            case "records" ->
                    throw HttpFailure.unprocessable("The field 'records' is given twice.");
            default ->
                    throw HttpFailure.unprocessable(
                            "Unrecognized field '"
                                    + shortened(name)
                                    + "'; the body's only field is 'records'.");
        }
    }

    /** Reads one record object and hands it on. */
    void record() {
        scanner.expect('{');
        int seen = 0;
        boolean isMore = !scanner.accept('}');
        while (isMore) {
            scanner.string();
            int field = field();
            if ((seen & field) != 0) {
                throw HttpFailure.unprocessable(
                        "The field '" + scanner.sliceText() + "' is given twice in one record.");
            }
            seen |= field;
            scanner.expect(':');
            fieldValue(field);
            isMore = isMore('}');
        }
        target.add();
    }

    private int field() {
        if (sliceIs(VALUE)) {
            return 1;
        }
        if (sliceIs(KEY)) {
            return 2;
        }
        if (sliceIs(PARTITION)) {
            return 4;
        }
        if (sliceIs(HEADERS)) {
            return 8;
        }
        if (sliceIs(TIMESTAMP)) {
            return 16;
        }
        throw HttpFailure.unprocessable(
                "Unrecognized field '"
                        + shortened(scanner.sliceText())
                        + "' in a record; known are key, value, partition, timestamp, headers.");
    }

    private void fieldValue(int field) {
        if (scanner.acceptNull()) {
            return;
        }
        switch (field) {
            case 1 -> {
                embedded();
                target.value(slice());
            }
            case 2 -> {
                embedded();
                target.key(slice());
            }
            case 4 -> target.partition(partition());
            case 8 -> headers();
            default -> target.timestamp(timestamp());
        }
    }

    private void embedded() {
        switch (format) {
            case BINARY -> scanner.base64();
            case JSON -> scanner.value();
            case TEXT -> scanner.string();
        }
    }

    private int partition() {
        long partition = scanner.integer();
        if (partition < 0 || partition > Integer.MAX_VALUE) {
            throw HttpFailure.unprocessable("'partition' must not be negative or huge.");
        }
        return (int) partition;
    }

    private long timestamp() {
        long timestampMs = scanner.integer();
        if (timestampMs < 0) {
            throw HttpFailure.unprocessable(
                    "'timestamp' is milliseconds since 1970 and must not be negative.");
        }
        return timestampMs;
    }

    private void headers() {
        scanner.expect('[');
        boolean isMore = !scanner.accept(']');
        while (isMore) {
            if (target.header(header()) > HEADER_COUNT_MAX) {
                throw HttpFailure.unprocessable(
                        "A record has at most " + HEADER_COUNT_MAX + " headers.");
            }
            isMore = isMore(']');
        }
    }

    private RecordHeader header() {
        String key = null;
        byte[] value = null;
        scanner.expect('{');
        boolean isMore = !scanner.accept('}');
        while (isMore) {
            scanner.string();
            boolean isKey = sliceIs(KEY);
            if (!isKey && !sliceIs(VALUE)) {
                throw HttpFailure.unprocessable(
                        "Unrecognized field '"
                                + shortened(scanner.sliceText())
                                + "' in a header; known are key, value.");
            }
            scanner.expect(':');
            if (isKey) {
                scanner.string();
                key = scanner.sliceText();
            } else {
                value = headerValue();
            }
            isMore = isMore('}');
        }
        if (key == null) {
            throw HttpFailure.unprocessable("A header needs a 'key'.");
        }
        return new RecordHeader(key, value);
    }

    private byte @Nullable [] headerValue() {
        if (scanner.acceptNull()) {
            return null;
        }
        scanner.base64();
        return slice();
    }

    private byte[] slice() {
        int from = scanner.sliceStart();
        return Arrays.copyOfRange(bytes, from, from + scanner.sliceLength());
    }

    private boolean isMore(char close) {
        if (scanner.accept(',')) {
            return true;
        }
        scanner.expect(close);
        return false;
    }

    private boolean sliceIs(byte[] name) {
        int from = scanner.sliceStart();
        return Arrays.equals(bytes, from, from + scanner.sliceLength(), name, 0, name.length);
    }

    private static String shortened(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64) + "…";
    }

    /** Points the scanner at another part of the body; for one record per line. */
    void reset(int from, int to) {
        scanner.reset(from, to);
    }

    /** Fails unless nothing follows on this part. */
    void expectEnd() {
        scanner.expectEnd();
    }
}
