package io.headrace.gateway.produce;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.HttpFailure;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a produce body is, by its Content-Type. */
enum ProduceFormat {
    BINARY(EmbeddedFormat.BINARY),
    JSON(EmbeddedFormat.JSON),
    TEXT(EmbeddedFormat.TEXT),
    NDJSON(null),
    PLAIN(null);

    private static final byte[] V2_BODY = "{\"records\"".getBytes(StandardCharsets.US_ASCII);
    private static final String KNOWN =
            "application/json, application/vnd.kafka.{json,binary,text}.v2+json, application/x-ndjson, "
                    + "application/octet-stream, text/plain";

    private final @Nullable EmbeddedFormat embedded;

    ProduceFormat(@Nullable EmbeddedFormat embedded) {
        this.embedded = embedded;
    }

    /**
     * @throws HttpFailure 415 for a type that is none of ours
     */
    static ProduceFormat of(Call call) {
        String type = call.contentType();
        ProduceFormat format = type == null ? PLAIN : ofType(type);
        if (format != PLAIN) {
            refuseOtherCharsets(call);
        }
        return format;
    }

    private static ProduceFormat ofType(String type) {
        return switch (type) {
            case "application/json", "application/vnd.kafka.json.v2+json" -> JSON;
            case "application/vnd.kafka.binary.v2+json",
                    "application/vnd.kafka.v2+json",
                    "application/vnd.kafka+json" ->
                    BINARY;
            case "application/vnd.kafka.text.v2+json" -> TEXT;
            case "application/x-ndjson", "application/ndjson", "application/jsonl" -> NDJSON;
            case "application/octet-stream", "text/plain", "application/x-www-form-urlencoded" ->
                    PLAIN;
            default ->
                    throw HttpFailure.unsupportedMediaType(
                            "Content-Type '"
                                    + type
                                    + "' is not supported; known are "
                                    + KNOWN
                                    + ".");
        };
    }

    private static void refuseOtherCharsets(Call call) {
        String header = call.header(HttpHeaderNames.CONTENT_TYPE);
        int at = header == null ? -1 : header.toLowerCase(Locale.ROOT).indexOf("charset=");
        if (header == null || at < 0) {
            return;
        }
        String charset = header.substring(at + 8).replace("\"", "").trim();
        if (!charset.toLowerCase(Locale.ROOT).startsWith("utf-8")) {
            throw HttpFailure.unsupportedMediaType("JSON must be sent as UTF-8.");
        }
    }

    /** Whether the HTTP status tells that all records failed; in the v2 convention it does not. */
    boolean isStatusTelling() {
        return embedded == null;
    }

    /** Cuts the body into records. */
    void read(Call call, byte[] bytes, int size, PostedRecords target) {
        EmbeddedFormat inside = embedded;
        if (inside != null) {
            new RecordsBody(bytes, size, inside, target).read();
        } else if (this == NDJSON) {
            new NdjsonBody(bytes, size, call.target().flag("keyed"), target).read();
        } else {
            refuseV2WithoutType(call, bytes, size);
            PlainBody.read(call, bytes, size, target);
        }
    }

    /** {@code curl -d '{"records":…}'} without a type: surely not meant as one plain record. */
    private static void refuseV2WithoutType(Call call, byte[] bytes, int size) {
        String type = call.contentType();
        boolean isDefault = type == null || type.equals("application/x-www-form-urlencoded");
        if (!isDefault || size < V2_BODY.length) {
            return;
        }
        for (int i = 0; i < V2_BODY.length; i++) {
            if (bytes[i] != V2_BODY[i]) {
                return;
            }
        }
        throw HttpFailure.unsupportedMediaType(
                "This looks like a JSON body with records; send it with -H 'Content-Type: application/json' "
                        + "(or 'application/octet-stream' if it is meant as one plain record).");
    }
}
