package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Exception;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Body of {@code POST …/offsets:reset}.
 *
 * @param to {@code earliest}, {@code latest}, {@code offset}, {@code timestamp}, {@code shift_by}
 *     or {@code duration}; the last four need the field of that name
 * @param timestamp ISO-8601 text or milliseconds
 * @param duration ISO-8601: so long before now
 * @param topics absent means: everything that the group has committed
 */
record ResetRequest(
        @Nullable String to,
        @Nullable Long offset,
        @Nullable JsonNode timestamp,
        @JsonProperty("shift_by") @Nullable Long shiftBy,
        @Nullable String duration,
        @Nullable List<OffsetScope.@Nullable TopicPart> topics,
        @JsonProperty("validate_only") @Nullable Boolean validateOnly) {

    OffsetTarget target(long nowMs) {
        if (to == null) {
            throw V3Exception.invalidPayload("'to' is missing");
        }
        for (String field : givenFields()) {
            if (!field.equals(to)) {
                throw V3Exception.badRequest("'" + field + "' does not go with 'to': '" + to + "'");
            }
        }
        return switch (to) {
            case "earliest" -> new OffsetTarget.Earliest();
            case "latest" -> new OffsetTarget.Latest();
            case "offset" -> new OffsetTarget.To(notNegative("offset", needed("offset", offset)));
            case "shift_by" -> new OffsetTarget.ShiftBy(needed("shift_by", shiftBy));
            case "timestamp" ->
                    new OffsetTarget.AtTime(timestampMs(needed("timestamp", timestamp)));
            case "duration" -> new OffsetTarget.AtTime(before(nowMs, needed("duration", duration)));
            default ->
                    throw V3Exception.badRequest(
                            "'to' must be earliest, latest, offset, timestamp, shift_by or duration");
        };
    }

    private List<String> givenFields() {
        List<String> given = new ArrayList<>();
        if (offset != null) {
            given.add("offset");
        }
        if (timestamp != null && !timestamp.isNull() && !timestamp.isMissingNode()) {
            given.add("timestamp");
        }
        if (shiftBy != null) {
            given.add("shift_by");
        }
        if (duration != null) {
            given.add("duration");
        }
        return given;
    }

    private static <T> T needed(String name, @Nullable T value) {
        if (value == null || (value instanceof JsonNode node && node.isNull())) {
            throw V3Exception.invalidPayload("'" + name + "' is missing");
        }
        return value;
    }

    static long notNegative(String name, long value) {
        if (value < 0) {
            throw V3Exception.badRequest("'" + name + "' must not be negative");
        }
        return value;
    }

    private static long timestampMs(JsonNode value) {
        try {
            if (value.isIntegralNumber() && value.canConvertToLong()) {
                return notNegative("timestamp", value.longValue());
            }
            if (value.isString()) {
                return notNegative("timestamp", Instant.parse(value.stringValue()).toEpochMilli());
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw notATime();
        }
        throw notATime();
    }

    private static V3Exception notATime() {
        return V3Exception.badRequest(
                "'timestamp' must be a time like 2026-01-31T12:00:00Z or milliseconds");
    }

    private static long before(long nowMs, String duration) {
        try {
            long ms = Duration.parse(duration).toMillis();
            if (ms >= 0) {
                return Math.max(0, nowMs - ms);
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw notADuration();
        }
        throw notADuration();
    }

    private static V3Exception notADuration() {
        return V3Exception.badRequest("'duration' must be a time span like PT1H30M or P7D");
    }
}
