package io.headrace.gateway.consume;

import io.headrace.gateway.http.Accepts;
import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.Target;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a read asks for, taken from query and headers.
 *
 * @param offset first wanted; -1 if {@code moment} says it
 * @param moment {@code earliest}, {@code latest}, or milliseconds since the epoch; null if {@code
 *     offset} says it
 * @param countMax most records of the whole answer
 * @param contentType of the answer
 */
record ReadRequest(
        long offset,
        @Nullable String moment,
        long timeoutMs,
        int bytesMax,
        long countMax,
        ValueFormat format,
        Framing framing,
        boolean isFollowing,
        String contentType) {

    static final String NDJSON = "application/x-ndjson";
    static final String SSE = "text/event-stream";
    private static final String JSON = "application/json";
    private static final String V2 = "application/vnd.kafka.v2+json";

    private static final Set<String> PARAMETERS =
            Set.of("offset", "timestamp", "timeout", "max_bytes", "count", "format", "follow");
    private static final List<String> OFFERS =
            List.of(
                    ValueFormat.JSON.v2Type(),
                    JSON,
                    V2,
                    ValueFormat.BINARY.v2Type(),
                    ValueFormat.TEXT.v2Type(),
                    NDJSON,
                    SSE);

    /**
     * @throws HttpFailure 400 or 406
     */
    static ReadRequest of(Call call, int partition, ConsumeLimits limits) {
        Target target = call.target();
        target.allowOnly(PARAMETERS);
        String type = Accepts.best(call.accept(), OFFERS);
        if (type == null) {
            throw HttpFailure.notAcceptable("Records come as " + String.join(", ", OFFERS) + ".");
        }
        Framing framing =
                switch (type) {
                    case SSE -> Framing.SSE;
                    case NDJSON -> Framing.NDJSON;
                    default -> Framing.ARRAY;
                };
        boolean isFollowing = framing == Framing.SSE || target.flag("follow");
        if (isFollowing && framing == Framing.ARRAY) {
            throw HttpFailure.notAcceptable(
                    "follow=true needs Accept: application/x-ndjson or text/event-stream.");
        }
        ValueFormat format = format(target.parameter("format"), type);
        String resume = framing == Framing.SSE ? call.header("Last-Event-ID") : null;
        long offset = resume == null ? -1 : EventId.parse(resume, partition) + 1;
        String moment = null;
        if (resume == null) {
            moment = start(target);
            if (moment.startsWith("=")) {
                offset = Long.parseLong(moment.substring(1));
                moment = null;
            }
        }
        long bytesMax = target.number("max_bytes", limits.pageBytes(), 1, Long.MAX_VALUE);
        return new ReadRequest(
                offset,
                moment,
                target.number("timeout", 1_000, 0, limits.waitMax().toMillis()),
                (int) Math.min(bytesMax, limits.pageBytesMax()),
                target.number("count", Long.MAX_VALUE, 1, Long.MAX_VALUE),
                format,
                framing,
                isFollowing,
                framing == Framing.ARRAY && !type.equals(JSON) ? format.v2Type() : type);
    }

    private static ValueFormat format(@Nullable String name, String type) {
        if (name == null) {
            for (ValueFormat format : ValueFormat.values()) {
                if (format.v2Type().equals(type)) {
                    return format;
                }
            }
            return ValueFormat.JSON;
        }
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "json" -> ValueFormat.JSON;
            case "binary" -> ValueFormat.BINARY;
            case "text" -> ValueFormat.TEXT;
            default -> throw HttpFailure.badRequest("'format' must be json, binary or text.");
        };
    }

    /** An equals sign and the offset, or a moment. */
    private static String start(Target target) {
        String offset = target.parameter("offset");
        String timestamp = target.parameter("timestamp");
        if (offset != null && timestamp != null) {
            throw HttpFailure.badRequest("Give either 'offset' or 'timestamp', not both.");
        }
        if (timestamp != null) {
            return Long.toString(milliseconds(timestamp));
        }
        if (offset == null || offset.equals("earliest")) {
            return "earliest";
        }
        if (offset.equals("latest")) {
            return "latest";
        }
        return "=" + Target.number("offset", offset, 0, Long.MAX_VALUE);
    }

    private static long milliseconds(String timestamp) {
        if (!timestamp.isEmpty() && timestamp.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Target.number("timestamp", timestamp, 0, Long.MAX_VALUE);
        }
        try {
            // A '+' of the zone arrives as a space where the sender did not escape it.
            Instant instant = OffsetDateTime.parse(timestamp.replace(' ', '+')).toInstant();
            return Math.max(0, instant.toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            throw HttpFailure.badRequest(
                    "'timestamp' must be milliseconds since 1970 or like 2026-01-31T12:00:00Z.");
        }
    }
}
