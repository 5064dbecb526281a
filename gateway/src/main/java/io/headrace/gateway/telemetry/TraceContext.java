package io.headrace.gateway.telemetry;

import io.headrace.model.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where in a distributed trace a request or a record was made.
 *
 * <pre>
 *   00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
 *   version   trace id (32)                span id (16)    flags: bit 0 says that it is recorded
 * </pre>
 *
 * <p>Bounds: 55 characters; a {@code tracestate} of at most {@value #STATE_LENGTH_MAX}, else none.
 * Source: W3C Trace Context, level 1. Of a later version than 00 the first 55 characters are
 * understood, and passed on as version 00, as it asks for.
 */
public final class TraceContext {

    public static final String TRACEPARENT = "traceparent";
    public static final String TRACESTATE = "tracestate";

    /** Characters of a {@code traceparent}. */
    public static final int LENGTH = 55;

    private static final int STATE_LENGTH_MAX = 512;
    private static final int TRACE_ID = 3;
    private static final int SPAN_ID = 36;
    private static final int FLAGS = 53;

    private final String traceparent;
    private final String tracestate;
    private final List<RecordHeader> headers;

    private TraceContext(String traceparent, String tracestate) {
        this.traceparent = traceparent;
        this.tracestate = tracestate;
        RecordHeader parent = header(TRACEPARENT, traceparent);
        this.headers =
                tracestate.isEmpty()
                        ? List.of(parent)
                        : List.of(parent, header(TRACESTATE, tracestate));
    }

    /**
     * @param traceparent as it was received
     * @param tracestate as it was received, lines joined by commas; empty for none
     * @return null if {@code traceparent} is not what the standard says
     */
    public static @Nullable TraceContext parse(String traceparent, String tracestate) {
        if (!isWellFormed(traceparent)) {
            return null;
        }
        String own = traceparent;
        if (!traceparent.startsWith("00")) {
            boolean isSampled = (Character.digit(traceparent.charAt(FLAGS + 1), 16) & 1) == 1;
            own = "00" + traceparent.substring(2, FLAGS) + (isSampled ? "01" : "00");
        }
        return new TraceContext(own, isCarried(tracestate) ? tracestate : "");
    }

    private static boolean isWellFormed(String text) {
        if (text.length() < LENGTH || text.startsWith("ff")) {
            return false;
        }
        boolean isFirstVersion = text.startsWith("00");
        if (text.length() > LENGTH && (isFirstVersion || text.charAt(LENGTH) != '-')) {
            return false;
        }
        return isHex(text, 0, TRACE_ID - 1)
                && text.charAt(TRACE_ID - 1) == '-'
                && isId(text, TRACE_ID, SPAN_ID - 1)
                && text.charAt(SPAN_ID - 1) == '-'
                && isId(text, SPAN_ID, FLAGS - 1)
                && text.charAt(FLAGS - 1) == '-'
                && isHex(text, FLAGS, LENGTH);
    }

    private static boolean isId(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return isHex(text, from, to);
            }
        }
        return false;
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isCarried(String tracestate) {
        return tracestate.length() <= STATE_LENGTH_MAX
                && tracestate.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'));
    }

    private static RecordHeader header(String key, String value) {
        return new RecordHeader(key, value.getBytes(StandardCharsets.US_ASCII));
    }

    /** What a record made here carries. */
    public List<RecordHeader> headers() {
        return headers;
    }

    public String traceId() {
        return traceparent.substring(TRACE_ID, SPAN_ID - 1);
    }

    public String spanId() {
        return traceparent.substring(SPAN_ID, FLAGS - 1);
    }

    /** Flags as they stand on the wire, two digits. */
    public String flags() {
        return traceparent.substring(FLAGS);
    }

    /** Empty if there is none. */
    public String tracestate() {
        return tracestate;
    }

    @Override
    public String toString() {
        return traceparent;
    }
}
