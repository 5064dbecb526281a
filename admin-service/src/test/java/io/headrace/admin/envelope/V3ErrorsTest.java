package io.headrace.admin.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.ExceptionHandlerMethodResolver;

class V3ErrorsTest {

    private static Exception exception(String kind) {
        return switch (kind) {
            case "a caller that left" -> new AsyncRequestNotUsableException("broken pipe");
            case "a refusal" -> V3Exception.badRequest("no");
            default -> new IllegalStateException("a bug");
        };
    }

    @ParameterizedTest
    @CsvSource({"a caller that left, gone", "a refusal, refused", "a bug, anythingElse"})
    void whoTakesWhat(String kind, String method) {
        var resolver = new ExceptionHandlerMethodResolver(V3Errors.class);
        assertThat(resolver.resolveMethod(exception(kind))).isNotNull();
        assertThat(resolver.resolveMethod(exception(kind)).getName()).isEqualTo(method);
    }
}
