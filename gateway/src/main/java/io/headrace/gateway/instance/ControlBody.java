package io.headrace.gateway.instance;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.RequestBody;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON object that a call brings, read strictly: no unknown fields, no field twice. Numbers and
 * flags may also come as strings, as some clients send them.
 *
 * <p>Errors: 400 for what is not such an object, 422 for what it lacks.
 */
final class ControlBody {

    static final int BYTES_MAX = 1 << 20;
    private static final int ENTRIES_MAX = 10_000;

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final JsonNode object;

    private ControlBody(JsonNode object) {
        this.object = object;
    }

    /** An absent body and {@code null} are an empty object. */
    static ControlBody of(RequestBody body, Set<String> names) {
        JsonNode node = JSON.createObjectNode();
        if (body.size() > 0) {
            try {
                node = JSON.readTree(body.bytes(), 0, body.size());
            } catch (JacksonException e) {
                throw HttpFailure.badRequest("The body is not JSON: " + e.getOriginalMessage());
            }
        }
        if (node.isNull() || node.isMissingNode()) {
            node = JSON.createObjectNode();
        }
        return of(node, "The body", names);
    }

    private static ControlBody of(JsonNode node, String where, Set<String> names) {
        if (!node.isObject()) {
            throw HttpFailure.badRequest(where + " must be a JSON object.");
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!names.contains(field.getKey())) {
                throw HttpFailure.badRequest(
                        where
                                + " has an unknown field '"
                                + field.getKey()
                                + "'; it takes "
                                + String.join(", ", names.stream().sorted().toList())
                                + ".");
            }
        }
        return new ControlBody(node);
    }

    boolean has(String name) {
        return field(name) != null;
    }

    private @Nullable JsonNode field(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    private JsonNode required(String name) {
        JsonNode node = field(name);
        if (node == null) {
            throw HttpFailure.unprocessable("The field '" + name + "' is missing.");
        }
        return node;
    }

    @Nullable String text(String name) {
        JsonNode node = field(name);
        if (node == null) {
            return null;
        }
        if (!node.isString()) {
            throw wrongType(name, "a string");
        }
        return node.asString();
    }

    boolean flag(String name, boolean fallback) {
        JsonNode node = field(name);
        if (node == null) {
            return fallback;
        }
        String text = node.isString() || node.isBoolean() ? node.asString() : "";
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrongType(name, "true or false");
        };
    }

    long number(String name) {
        JsonNode node = required(name);
        if (node.isIntegralNumber() || node.isString()) {
            try {
                return new BigInteger(node.asString()).longValueExact();
            } catch (NumberFormatException | ArithmeticException e) {
                throw wrongType(name, "a 64-bit integer");
            }
        }
        throw wrongType(name, "a 64-bit integer");
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode each : array(name)) {
            if (!each.isString()) {
                throw wrongType(name, "an array of strings");
            }
            texts.add(each.asString());
        }
        return texts;
    }

    /** The objects of an array. */
    List<ControlBody> entries(String name, Set<String> names) {
        List<ControlBody> entries = new ArrayList<>();
        for (JsonNode each : array(name)) {
            entries.add(of(each, "An entry of '" + name + "'", names));
        }
        return entries;
    }

    private JsonNode array(String name) {
        JsonNode node = required(name);
        if (!node.isArray()) {
            throw wrongType(name, "an array");
        }
        if (node.size() > ENTRIES_MAX) {
            throw HttpFailure.unprocessable(
                    "'" + name + "' has more than " + ENTRIES_MAX + " entries.");
        }
        return node;
    }

    /** The partition that this object names. */
    TopicPartition partition() {
        String topic = text("topic");
        if (topic == null || topic.isEmpty()) {
            throw HttpFailure.unprocessable("The field 'topic' is missing.");
        }
        long partition = number("partition");
        if (partition < 0 || partition > Integer.MAX_VALUE) {
            throw HttpFailure.unprocessable("'partition' must be a partition's number.");
        }
        return new TopicPartition(topic, (int) partition);
    }

    private static HttpFailure wrongType(String name, String wanted) {
        return HttpFailure.badRequest("'" + name + "' must be " + wanted + ".");
    }
}
