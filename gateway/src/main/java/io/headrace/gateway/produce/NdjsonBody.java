package io.headrace.gateway.produce;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.json.JsonException;
import io.headrace.gateway.json.JsonScanner;
import java.util.Arrays;

/**
 * One JSON value per line: each is a record's value, or with {@code keyed} a whole record object of
 * the v2 body. Blank lines are passed over; the last line needs no line feed.
 *
 * <p>Errors: {@link HttpFailure} 400 or 422 that names the line, counted from 1.
 */
final class NdjsonBody {

    private final byte[] bytes;
    private final int size;
    private final boolean isKeyed;
    private final PostedRecords target;
    private final JsonScanner scanner;
    private final RecordsBody records;

    NdjsonBody(byte[] bytes, int size, boolean isKeyed, PostedRecords target) {
        this.bytes = bytes;
        this.size = size;
        this.isKeyed = isKeyed;
        this.target = target;
        this.scanner = new JsonScanner(bytes, 0, size);
        this.records = new RecordsBody(bytes, size, EmbeddedFormat.JSON, target);
    }

    void read() {
        int from = 0;
        for (int line = 1; from < size; line++) {
            int to = lineEnd(from);
            try {
                line(from, to);
            } catch (JsonException e) {
                throw HttpFailure.badRequest("Line " + line + ": " + e.getMessage() + ".");
            } catch (HttpFailure e) {
                throw HttpFailure.of(e.status(), e.code(), "Line " + line + ": " + e.text());
            }
            from = to + 1;
        }
        if (target.count() == 0) {
            throw HttpFailure.unprocessable("The body must hold at least one line.");
        }
    }

    private void line(int from, int to) {
        scanner.reset(from, to);
        if (scanner.peek() == -1) {
            return;
        }
        if (isKeyed) {
            records.reset(from, to);
            records.record();
            records.expectEnd();
            return;
        }
        if (!scanner.acceptNull()) {
            scanner.value();
            int start = scanner.sliceStart();
            target.value(Arrays.copyOfRange(bytes, start, start + scanner.sliceLength()));
        }
        scanner.expectEnd();
        target.add();
    }

    private int lineEnd(int from) {
        for (int i = from; i < size; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return size;
    }
}
