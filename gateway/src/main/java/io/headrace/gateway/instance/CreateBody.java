package io.headrace.gateway.instance;

import io.headrace.gateway.consume.ValueFormat;
import io.headrace.gateway.http.HttpFailure;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The body of a creation: the names that any implementation of the convention knows. */
record CreateBody(String name, InstanceSettings settings) {

    static final Set<String> FIELDS =
            Set.of(
                    "name",
                    "id",
                    "format",
                    "auto.offset.reset",
                    "auto.commit.enable",
                    "enable.auto.commit",
                    "fetch.min.bytes",
                    "responseMinBytes",
                    "consumer.request.timeout.ms",
                    "requestWaitMs",
                    "isolation.level");

    private static final int NAME_LENGTH_MAX = 249;
    private static final int FETCH_MIN_BYTES_MAX = 10_000_000;
    private static final long TIMEOUT_DEFAULT_MS = 1_000;

    static CreateBody of(ControlBody body, InstanceLimits limits) {
        String id = body.text("id");
        String name = id == null ? body.text("name") : id;
        InstanceSettings settings =
                new InstanceSettings(
                        format(body.text("format")),
                        oneOf(body, "auto.offset.reset", "latest", "earliest", "none"),
                        body.flag("auto.commit.enable", body.flag("enable.auto.commit", true)),
                        fetchMinBytes(body),
                        timeoutMs(body, limits),
                        oneOf(body, "isolation.level", "read_uncommitted", "read_committed"));
        return new CreateBody(
                name == null || name.isEmpty()
                        ? "rest-consumer-" + UUID.randomUUID()
                        : checkedName("The name of an instance", name),
                settings);
    }

    /** Names may have any character that a path can carry. */
    static String checkedName(String what, String name) {
        boolean isSound =
                !name.isEmpty()
                        && name.length() <= NAME_LENGTH_MAX
                        && !name.equals(".")
                        && !name.equals("..")
                        && name.chars().noneMatch(Character::isISOControl);
        if (!isSound) {
            throw HttpFailure.unprocessable(
                    what
                            + " has 1 to "
                            + NAME_LENGTH_MAX
                            + " characters, none of them a control character, and is not '.' or '..'.");
        }
        return name;
    }

    private static ValueFormat format(@Nullable String name) {
        return switch (name == null ? "binary" : name.toLowerCase(Locale.ROOT)) {
            case "binary" -> ValueFormat.BINARY;
            case "json" -> ValueFormat.JSON;
            case "text" -> ValueFormat.TEXT;
            case "avro", "jsonschema", "protobuf" ->
                    throw HttpFailure.unprocessable(
                            "The format '"
                                    + name
                                    + "' needs a schema registry, which is not supported; use binary, json or text.");
            default ->
                    throw HttpFailure.unprocessable(
                            "The format '" + name + "' is unknown; use binary, json or text.");
        };
    }

    private static String oneOf(ControlBody body, String field, String fallback, String... others) {
        String value = body.text(field);
        if (value == null) {
            return fallback;
        }
        String lower = value.toLowerCase(Locale.ROOT);
        if (lower.equals(fallback) || Set.of(others).contains(lower)) {
            return lower;
        }
        throw HttpFailure.of(
                422,
                42204,
                "'" + field + "' is " + fallback + " or " + String.join(" or ", others) + ".");
    }

    private static int fetchMinBytes(ControlBody body) {
        String field = body.has("responseMinBytes") ? "responseMinBytes" : "fetch.min.bytes";
        if (!body.has(field)) {
            return 1;
        }
        long bytes = body.number(field);
        if (bytes < -1 || bytes > FETCH_MIN_BYTES_MAX) {
            throw HttpFailure.of(
                    422, 40001, "'" + field + "' is -1 to " + FETCH_MIN_BYTES_MAX + ".");
        }
        return (int) bytes;
    }

    private static long timeoutMs(ControlBody body, InstanceLimits limits) {
        String field = body.has("requestWaitMs") ? "requestWaitMs" : "consumer.request.timeout.ms";
        if (!body.has(field)) {
            return TIMEOUT_DEFAULT_MS;
        }
        long timeoutMs = body.number(field);
        if (timeoutMs < 0) {
            throw HttpFailure.of(422, 40001, "'" + field + "' must not be negative.");
        }
        return Math.min(timeoutMs, limits.waitMax().toMillis());
    }
}
