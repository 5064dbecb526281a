package io.headrace.gateway.produce;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.Target;
import io.headrace.model.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A body that is the record: {@code curl --data-binary @file}. The key comes from {@code ?key=},
 * the timestamp from {@code ?timestamp=}, headers from {@code Headrace-Header-NAME: value}. With
 * {@code ?lines=true} each line is a record of its own (without its line feed), all with that key.
 */
final class PlainBody {

    static final String HEADER_PREFIX = "headrace-header-";

    private PlainBody() {}

    static void read(Call call, byte[] bytes, int size, ProduceBatches target) {
        Target from = call.target();
        String key = from.parameter("key");
        byte[] all = bytes;
        Draft draft = new Draft();
        draft.clear();
        if (key != null) {
            byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
            all = new byte[size + keyBytes.length];
            System.arraycopy(bytes, 0, all, 0, size);
            System.arraycopy(keyBytes, 0, all, size, keyBytes.length);
            draft.keyAt = size;
            draft.keyLength = keyBytes.length;
        }
        draft.timestampMs = from.number("timestamp", Draft.NO_TIMESTAMP, 0, Long.MAX_VALUE);
        for (Map.Entry<String, String> header : call.request().requestHeaders()) {
            String name = header.getKey();
            if (name.regionMatches(true, 0, HEADER_PREFIX, 0, HEADER_PREFIX.length())) {
                draft.addHeader(
                        new RecordHeader(
                                name.substring(HEADER_PREFIX.length()),
                                header.getValue().getBytes(StandardCharsets.UTF_8)));
            }
        }
        target.cutFrom(all);
        if (from.flag("lines")) {
            lines(all, size, draft, target);
        } else {
            draft.valueLength = size;
            target.add(draft);
        }
    }

    private static void lines(byte[] bytes, int size, Draft draft, ProduceBatches target) {
        int from = 0;
        for (int i = 0; i <= size; i++) {
            if (i == size ? from < size : bytes[i] == '\n') {
                int end = i > from && bytes[i - 1] == '\r' ? i - 1 : i;
                draft.valueAt = from;
                draft.valueLength = end - from;
                target.add(draft);
                from = i + 1;
            }
        }
        if (target.recordCount() == 0) {
            throw HttpFailure.unprocessable("The body must hold at least one line.");
        }
    }
}
