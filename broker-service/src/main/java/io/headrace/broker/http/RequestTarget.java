package io.headrace.broker.http;

import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicName;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request URL names: {@code /v1/topics/{topic}/partitions/{p}[/{resource}[/{item}]]?query}.
 *
 * <p>Only the topic may be percent-encoded; it is checked against the name rules after decoding, so
 * that {@code ..}, {@code a%2Fb} and the like go no further.
 *
 * @param resource what follows the partition; empty for the partition itself
 * @param item what follows the resource; empty when nothing does
 * @param query undecoded, without the question mark; empty when there is none
 */
record RequestTarget(String topic, int partition, String resource, String item, String query) {

    private static final String PREFIX = "/v1/topics/";
    private static final String PARTITIONS = "partitions";

    /**
     * @param uri as on the request line
     * @throws ProblemException 404 for a path of another shape, 400 for bad names and numbers
     */
    static RequestTarget parse(String uri) {
        int start = pathStart(uri);
        int end = uri.indexOf('?', start);
        String query = end < 0 ? "" : uri.substring(end + 1);
        String path = uri.substring(start, end < 0 ? uri.length() : end);
        if (!path.startsWith(PREFIX)) {
            throw noSuchPath();
        }
        String[] parts = path.substring(PREFIX.length()).split("/", -1);
        if (parts.length < 3 || parts.length > 5 || !parts[1].equals(PARTITIONS)) {
            throw noSuchPath();
        }
        return new RequestTarget(
                topic(parts[0]),
                partition(parts[2]),
                parts.length > 3 ? parts[3] : "",
                parts.length > 4 ? parts[4] : "",
                query);
    }

    static ProblemException noSuchPath() {
        return new ProblemException(
                Problem.notFound(
                        "there is nothing at this path; the broker's API is"
                                + " /v1/topics/{topic}/partitions/{partition}/batches, .../offsets and"
                                + " .../segments/{base offset}"));
    }

    /** Value of a query parameter, decoded; null when it is absent. */
    @Nullable String parameter(String name) {
        int at = 0;
        while (at < query.length()) {
            int next = query.indexOf('&', at);
            int end = next < 0 ? query.length() : next;
            if (query.startsWith(name, at)
                    && at + name.length() < end
                    && query.charAt(at + name.length()) == '=') {
                return decoded(query.substring(at + name.length() + 1, end));
            }
            at = end + 1;
        }
        return null;
    }

    /**
     * @throws ProblemException 400 when the value is not a whole number from min to max
     */
    long number(String name, long otherwise, long min, long max) {
        String text = parameter(name);
        if (text == null) {
            return otherwise;
        }
        return wholeNumber("parameter " + name, text, min, max);
    }

    static long wholeNumber(String what, String text, long min, long max) {
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw notANumber(what, min, max);
        }
        throw notANumber(what, min, max);
    }

    private static ProblemException notANumber(String what, long min, long max) {
        return new ProblemException(
                Problem.invalid(what + " must be a whole number from " + min + " to " + max));
    }

    private static int pathStart(String uri) {
        if (uri.startsWith("/")) {
            return 0;
        }
        int authority = uri.indexOf("://");
        int slash = authority < 0 ? -1 : uri.indexOf('/', authority + 3);
        if (slash < 0) {
            throw noSuchPath();
        }
        return slash;
    }

    private static String topic(String text) {
        String name = decoded(text);
        Optional<String> problem = TopicName.problem(name);
        if (problem.isPresent()) {
            throw new ProblemException(
                    Problem.of(ErrorCode.INVALID_TOPIC_EXCEPTION, problem.get()));
        }
        return name;
    }

    private static int partition(String text) {
        return (int) wholeNumber("the partition", text, 0, Integer.MAX_VALUE);
    }

    private static String decoded(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.invalid("the URL holds a percent sign that encodes nothing"));
        }
    }
}
