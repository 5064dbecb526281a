package io.headrace.gateway.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request target, taken apart once: path segments and query, percent-decoded as strict UTF-8.
 *
 * <p>Bounds: {@link #SEGMENT_COUNT_MAX} segments, {@link #PARAMETER_COUNT_MAX} parameters. A path
 * with dot segments, a control character or malformed escapes is refused: there is one reading of a
 * path only, also behind a proxy.
 */
public final class Target {

    static final int SEGMENT_COUNT_MAX = 32;
    static final int PARAMETER_COUNT_MAX = 64;

    private final String path;
    private final List<String> segments;
    private final Map<String, String> query;

    private Target(String path, List<String> segments, Map<String, String> query) {
        this.path = path;
        this.segments = segments;
        this.query = query;
    }

    /**
     * @param uri origin form ({@code /a/b?c=d}) or absolute form
     * @throws HttpFailure 400
     */
    public static Target parse(String uri) {
        String origin = originForm(uri);
        int question = origin.indexOf('?');
        String path = question < 0 ? origin : origin.substring(0, question);
        Map<String, String> query =
                question < 0 ? Map.of() : parameters(origin.substring(question + 1));
        return new Target(path, split(path), query);
    }

    private static String originForm(String uri) {
        if (uri.startsWith("/")) {
            return uri;
        }
        int scheme = uri.indexOf("://");
        int slash = scheme < 0 ? -1 : uri.indexOf('/', scheme + 3);
        if (scheme < 0) {
            throw HttpFailure.badRequest("The request target must begin with '/'.");
        }
        return slash < 0 ? "/" : uri.substring(slash);
    }

    private static List<String> split(String path) {
        List<String> segments = new ArrayList<>(6);
        int from = 1;
        while (from < path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            String segment = decode(path.substring(from, to), "path");
            if (segment.equals(".") || segment.equals("..") || segment.indexOf('\0') >= 0) {
                throw HttpFailure.badRequest(
                        "The path must not contain '.' or '..' segments or control characters.");
            }
            segments.add(segment);
            if (segments.size() > SEGMENT_COUNT_MAX) {
                throw HttpFailure.badRequest("The path has too many segments.");
            }
            from = to + 1;
        }
        return segments;
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = HashMap.newHashMap(8);
        int from = 0;
        while (from < query.length()) {
            int and = query.indexOf('&', from);
            int to = and < 0 ? query.length() : and;
            if (to > from) {
                addParameter(parameters, query.substring(from, to));
            }
            from = to + 1;
        }
        return parameters;
    }

    private static void addParameter(Map<String, String> parameters, String pair) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals), "query");
        String value = equals < 0 ? "" : decode(pair.substring(equals + 1), "query");
        if (parameters.putIfAbsent(name, value) != null) {
            throw HttpFailure.badRequest("The query parameter '" + name + "' is given twice.");
        }
        if (parameters.size() > PARAMETER_COUNT_MAX) {
            throw HttpFailure.badRequest("There are too many query parameters.");
        }
    }

    private static String decode(String text, String part) {
        boolean isQuery = part.equals("query");
        if (text.indexOf('%') < 0 && (!isQuery || text.indexOf('+') < 0)) {
            return text;
        }
        byte[] bytes = new byte[text.length()];
        int size = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                boolean isWhole = i + 2 < text.length();
                int high = isWhole ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = isWhole ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw HttpFailure.badRequest("The " + part + " has a malformed escape.");
                }
                bytes[size++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                bytes[size++] = (byte) (isQuery && c == '+' ? ' ' : c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, size))
                    .toString();
        } catch (CharacterCodingException e) {
            throw HttpFailure.badRequest("The " + part + " is not valid UTF-8 when decoded.");
        }
    }

    /** The path as it was sent, without the query. */
    public String path() {
        return path;
    }

    public List<String> segments() {
        return segments;
    }

    public Map<String, String> query() {
        return query;
    }

    public @Nullable String parameter(String name) {
        return query.get(name);
    }

    /**
     * @param name of a parameter
     * @param fallback when it is absent
     * @param min inclusive
     * @param max inclusive
     */
    public long number(String name, long fallback, long min, long max) {
        String text = query.get(name);
        return text == null ? fallback : number(name, text, min, max);
    }

    /**
     * @throws HttpFailure 400 that names the parameter and its range
     */
    public static long number(String name, String text, long min, long max) {
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw HttpFailure.badRequest("'" + name + "' must be an integer.");
        }
        throw HttpFailure.badRequest("'" + name + "' must be between " + min + " and " + max + ".");
    }

    public boolean flag(String name) {
        String text = query.get(name);
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true") || text.isEmpty()) {
            return true;
        }
        throw HttpFailure.badRequest("'" + name + "' must be true or false.");
    }

    /**
     * Refuses parameters that the endpoint does not know, so that a typing error is not ignored.
     */
    public void allowOnly(Set<String> names) {
        for (String name : query.keySet()) {
            if (!names.contains(name)) {
                throw HttpFailure.badRequest(
                        "Unknown query parameter '"
                                + name
                                + "'; this endpoint takes "
                                + (names.isEmpty()
                                        ? "none"
                                        : String.join(", ", names.stream().sorted().toList()))
                                + ".");
            }
        }
    }
}
