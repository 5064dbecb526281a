package io.headrace.gateway.http;

import io.headrace.gateway.json.JsonWriter;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.reactivestreams.Publisher;

/** Writes whole answers. */
public final class Reply {

    public static final String V2_JSON = "application/vnd.kafka.v2+json";
    public static final String JSON = "application/json";
    static final String PROBLEM_JSON = "application/problem+json";

    private Reply() {}

    /** An answer with a body; the array must not change until it was written. */
    public static Publisher<Void> body(Call call, int status, String type, byte[] bytes) {
        return body(call, status, type, bytes, bytes.length);
    }

    public static Publisher<Void> body(
            Call call, int status, String type, byte[] bytes, int length) {
        call.response().status(HttpResponseStatus.valueOf(status));
        call.response()
                .responseHeaders()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, length);
        if (call.isHead()) {
            return call.response().send();
        }
        return call.response().sendObject(Unpooled.wrappedBuffer(bytes, 0, length));
    }

    public static Publisher<Void> noContent(Call call) {
        call.response().status(HttpResponseStatus.NO_CONTENT);
        return call.response().send();
    }

    /** The media type for metadata: what was asked for, the v2 type by default. */
    public static String metadataType(Call call) {
        String best =
                Accepts.best(call.accept(), List.of(V2_JSON, JSON, "application/vnd.kafka+json"));
        if (best == null) {
            throw HttpFailure.notAcceptable(
                    "This answer comes as application/vnd.kafka.v2+json or application/json.");
        }
        return best;
    }

    /** The error body, as problem details if the client asks for them. */
    static Publisher<Void> failure(Call call, HttpFailure failure) {
        var headers = call.response().responseHeaders();
        if (failure.retryAfterSeconds() > 0) {
            headers.setInt(HttpHeaderNames.RETRY_AFTER, failure.retryAfterSeconds());
        }
        if (failure.isConnectionSpoiled()) {
            call.response().keepAlive(false);
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        boolean isProblem = Accepts.names(call.accept(), PROBLEM_JSON);
        byte[] body = isProblem ? problemBody(failure) : errorBody(failure);
        String type = isProblem ? PROBLEM_JSON : JSON;
        return body(call, failure.status(), type, body);
    }

    /** {@code {"error_code":…,"message":…}}. */
    public static byte[] errorBody(HttpFailure failure) {
        return new JsonWriter(128)
                .raw("{\"error_code\":")
                .number(failure.code())
                .raw(",\"message\":")
                .string(failure.text())
                .raw(failure.extraFields().getBytes(StandardCharsets.UTF_8))
                .raw('}')
                .toBytes();
    }

    private static byte[] problemBody(HttpFailure failure) {
        String title = HttpResponseStatus.valueOf(failure.status()).reasonPhrase();
        return new JsonWriter(192)
                .raw("{\"type\":\"about:blank\",\"title\":")
                .string(title)
                .raw(",\"status\":")
                .number(failure.status())
                .raw(",\"detail\":")
                .string(failure.text())
                .raw(",\"error_code\":")
                .number(failure.code())
                .raw(failure.extraFields().getBytes(StandardCharsets.UTF_8))
                .raw('}')
                .toBytes();
    }
}
