package io.headrace.broker.http;

import io.headrace.model.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one error body of the HTTP API: problem details with stable codes.
 *
 * <pre>
 * {"type":"about:blank","title":"Not Found","status":404,"detail":"...","code":"UNKNOWN_TOPIC_OR_PARTITION",
 *  "error_code":3,"retriable":true, ...}
 * </pre>
 *
 * @param code stable name: an {@link ErrorCode} or one of the HTTP names in this class
 * @param errorCode Kafka's number
 * @param members further members of the body
 * @param headers further headers of the answer
 *     <p>Source: RFC 9457.
 */
record Problem(
        int status,
        String code,
        int errorCode,
        boolean retriable,
        String detail,
        Map<String, Object> members,
        Map<String, String> headers) {

    static final String MEDIA_TYPE = "application/problem+json";

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    Problem {
        members = Map.copyOf(members);
        headers = Map.copyOf(headers);
    }

    static Problem of(ErrorCode code, String detail) {
        Map<String, String> headers =
                code.httpStatus() == 503 ? Map.of("Retry-After", "1") : Map.of();
        return new Problem(
                code.httpStatus(),
                code.name(),
                code.number(),
                code.isRetriable(),
                detail,
                Map.of(),
                headers);
    }

    static Problem invalid(String detail) {
        return of(ErrorCode.INVALID_REQUEST, detail);
    }

    static Problem notFound(String detail) {
        return http(404, "NOT_FOUND", detail);
    }

    static Problem methodNotAllowed(String method, String allowed) {
        return http(405, "METHOD_NOT_ALLOWED", method + " is not possible here, " + allowed + " is")
                .withHeader("Allow", allowed);
    }

    static Problem notAcceptable(String produced) {
        return http(406, "NOT_ACCEPTABLE", "the answer is " + produced + ", which Accept excludes");
    }

    static Problem unsupportedMediaType(String detail) {
        return http(415, "UNSUPPORTED_MEDIA_TYPE", detail);
    }

    /** An error that HTTP knows and the Kafka protocol does not. */
    static Problem http(int status, String code, String detail) {
        return new Problem(
                status,
                code,
                ErrorCode.INVALID_REQUEST.number(),
                false,
                detail,
                Map.of(),
                Map.of());
    }

    Problem with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(members);
        more.put(member, value);
        return new Problem(status, code, errorCode, retriable, detail, more, headers);
    }

    Problem withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(status, code, errorCode, retriable, detail, members, more);
    }

    byte[] json() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "about:blank");
        body.put("title", title(status));
        body.put("status", status);
        body.put("detail", detail);
        body.put("code", code);
        body.put("error_code", errorCode);
        body.put("retriable", retriable);
        body.putAll(members);
        return JSON.writeValueAsBytes(body);
    }

    private static String title(int status) {
        return io.netty.handler.codec.http.HttpResponseStatus.valueOf(status).reasonPhrase();
    }
}
