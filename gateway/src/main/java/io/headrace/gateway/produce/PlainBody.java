package io.headrace.gateway.produce;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.Target;
import io.headrace.model.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A body that is the record: {@code curl --data-binary @file}. The key comes from {@code ?key=},
 * the timestamp from {@code ?timestamp=}, headers from {@code Headrace-Header-NAME: value}. With
 * {@code ?lines=true} each line is a record of its own (without its line feed), all with that key.
 */
final class PlainBody {

    static final String HEADER_PREFIX = "headrace-header-";

    private final PostedRecords target;
    private final byte @Nullable [] key;
    private final long timestampMs;
    private final List<RecordHeader> headers;

    private PlainBody(
            PostedRecords target,
            byte @Nullable [] key,
            long timestampMs,
            List<RecordHeader> headers) {
        this.target = target;
        this.key = key;
        this.timestampMs = timestampMs;
        this.headers = headers;
    }

    static void read(Call call, byte[] bytes, int size, PostedRecords target) {
        Target from = call.target();
        String keyText = from.parameter("key");
        byte[] key = keyText == null ? null : keyText.getBytes(StandardCharsets.UTF_8);
        long timestampMs = from.number("timestamp", PostedRecords.NO_TIMESTAMP, 0, Long.MAX_VALUE);
        PlainBody body = new PlainBody(target, key, timestampMs, headers(call));
        if (from.flag("lines")) {
            body.lines(bytes, size);
        } else {
            body.record(bytes, 0, size);
        }
    }

    private static List<RecordHeader> headers(Call call) {
        List<RecordHeader> headers = List.of();
        for (Map.Entry<String, String> header : call.request().requestHeaders()) {
            String name = header.getKey();
            if (name.regionMatches(true, 0, HEADER_PREFIX, 0, HEADER_PREFIX.length())) {
                if (headers.isEmpty()) {
                    headers = new ArrayList<>(4);
                }
                headers.add(
                        new RecordHeader(
                                name.substring(HEADER_PREFIX.length()),
                                header.getValue().getBytes(StandardCharsets.UTF_8)));
            }
        }
        return headers;
    }

    private void lines(byte[] bytes, int size) {
        int from = 0;
        for (int i = 0; i <= size; i++) {
            if (i == size ? from < size : bytes[i] == '\n') {
                int end = i > from && bytes[i - 1] == '\r' ? i - 1 : i;
                record(bytes, from, end);
                from = i + 1;
            }
        }
        if (target.count() == 0) {
            throw HttpFailure.unprocessable("The body must hold at least one line.");
        }
    }

    private void record(byte[] bytes, int from, int to) {
        target.key(key);
        target.value(Arrays.copyOfRange(bytes, from, to));
        target.timestamp(timestampMs);
        for (RecordHeader header : headers) {
            target.header(header);
        }
        target.add();
    }
}
