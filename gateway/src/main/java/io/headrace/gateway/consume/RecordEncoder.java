package io.headrace.gateway.consume;

import io.headrace.gateway.json.JsonScanner;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.telemetry.TraceContext;
import io.headrace.gateway.telemetry.Tracing;
import io.headrace.model.record.RecordHeader;
import io.headrace.model.record.RecordReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one record as JSON: {@code
 * {"topic":"t","key":…,"value":…,"partition":0,"offset":7,"timestamp":…,"headers":[{"key","value"}]}};
 * headers only if there are any, with values in base64.
 *
 * <p>A key or value that does not fit the format never stops the reader: it comes as a string of
 * its text, or of base64 where it is not UTF-8, and {@code key_encoding} or {@code value_encoding}
 * says {@code text} or {@code base64}. Without that field the record is what the format says.
 */
public final class RecordEncoder {

    private static final byte[] NULL = JsonWriter.constant("null");
    private static final byte[] VALUE = JsonWriter.constant(",\"value\":");
    private static final byte[] TEXT_KEY = JsonWriter.constant(",\"key_encoding\":\"text\"");
    private static final byte[] BASE64_KEY = JsonWriter.constant(",\"key_encoding\":\"base64\"");
    private static final byte[] TEXT_VALUE = JsonWriter.constant(",\"value_encoding\":\"text\"");
    private static final byte[] BASE64_VALUE =
            JsonWriter.constant(",\"value_encoding\":\"base64\"");

    private enum Encoding {
        AS_ASKED,
        TEXT,
        BASE64
    }

    private final ValueFormat format;
    private final byte[] head;
    private final byte[] keylessHead;
    private final RecordPlace place;
    private final Tracing.@Nullable Span span;
    private final JsonScanner scanner = new JsonScanner(NULL, 0, 0);

    /**
     * @param span that is told where the records were made; null if nobody records it
     */
    public RecordEncoder(
            String topic, int partition, ValueFormat format, Tracing.@Nullable Span span) {
        this.format = format;
        this.span = span;
        this.head = new JsonWriter(64).raw("{\"topic\":").string(topic).raw(",\"key\":").toBytes();
        this.keylessHead = new JsonWriter(64).raw(head).raw(NULL).raw(VALUE).toBytes();
        this.place = new RecordPlace(partition);
    }

    void write(JsonWriter json, RecordReader record) {
        byte[] bytes = record.bytes().array();
        Encoding key = Encoding.AS_ASKED;
        if (record.keyLength() < 0) {
            json.raw(keylessHead);
        } else {
            json.raw(head);
            key = field(json, bytes, record.keyAt(), record.keyLength());
            json.raw(VALUE);
        }
        Encoding value = field(json, bytes, record.valueAt(), record.valueLength());
        tail(json, record.offset(), record.timestampMs(), key, value);
        if (record.headerCount() > 0) {
            headers(json, record.headers());
        }
        json.raw('}');
    }

    /**
     * Writes a record that is in pieces already.
     *
     * @param key may be changed, like {@code value}: whitespace is squeezed out of JSON in place
     */
    public void write(
            JsonWriter json,
            long offset,
            long timestampMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {
        Encoding keyEncoding = Encoding.AS_ASKED;
        if (key == null) {
            json.raw(keylessHead);
        } else {
            json.raw(head);
            keyEncoding = field(json, key, 0, key.length);
            json.raw(VALUE);
        }
        Encoding valueEncoding =
                value == null ? field(json, NULL, 0, -1) : field(json, value, 0, value.length);
        tail(json, offset, timestampMs, keyEncoding, valueEncoding);
        if (!headers.isEmpty()) {
            headers(json, headers);
        }
        json.raw('}');
    }

    private void tail(
            JsonWriter json, long offset, long timestampMs, Encoding key, Encoding value) {
        place.write(json, offset, timestampMs);
        if (key != Encoding.AS_ASKED) {
            json.raw(key == Encoding.TEXT ? TEXT_KEY : BASE64_KEY);
        }
        if (value != Encoding.AS_ASKED) {
            json.raw(value == Encoding.TEXT ? TEXT_VALUE : BASE64_VALUE);
        }
    }

    private Encoding field(JsonWriter json, byte[] bytes, int at, int length) {
        if (length < 0) {
            json.raw(NULL);
            return Encoding.AS_ASKED;
        }
        switch (format) {
            case JSON -> {
                scanner.reset(bytes, at, at + length);
                if (scanner.wholeValue()) {
                    json.raw(bytes, scanner.sliceStart(), scanner.sliceLength());
                    return Encoding.AS_ASKED;
                }
            }
            case BINARY -> {
                json.base64(bytes, at, length);
                return Encoding.AS_ASKED;
            }
            case TEXT -> {
                if (JsonWriter.isUtf8(bytes, at, length)) {
                    json.string(bytes, at, length);
                    return Encoding.AS_ASKED;
                }
            }
        }
        if (format == ValueFormat.JSON && JsonWriter.isUtf8(bytes, at, length)) {
            json.string(bytes, at, length);
            return Encoding.TEXT;
        }
        json.base64(bytes, at, length);
        return Encoding.BASE64;
    }

    private void headers(JsonWriter json, List<RecordHeader> headers) {
        json.raw(",\"headers\":[");
        for (int i = 0; i < headers.size(); i++) {
            RecordHeader header = headers.get(i);
            byte[] value = header.value();
            String key = header.key();
            if (span != null && value != null && key.equals(TraceContext.TRACEPARENT)) {
                span.link(value);
            }
            json.raw(i == 0 ? "{\"key\":" : ",{\"key\":").string(key).raw(VALUE);
            if (value == null) {
                json.raw(NULL);
            } else {
                json.base64(value, 0, value.length);
            }
            json.raw('}');
        }
        json.raw(']');
    }
}
