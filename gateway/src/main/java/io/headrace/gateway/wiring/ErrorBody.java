package io.headrace.gateway.wiring;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.web.error.ErrorAttributeOptions;
import org.springframework.boot.webflux.error.DefaultErrorAttributes;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.server.ServerRequest;

/** The error body also where Spring's dispatcher answers (actuator, OpenAPI). */
@Component
class ErrorBody extends DefaultErrorAttributes {

    @Override
    public Map<String, Object> getErrorAttributes(
            ServerRequest request, ErrorAttributeOptions options) {
        Map<String, Object> spring = super.getErrorAttributes(request, options);
        Object status = spring.getOrDefault("status", 500);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error_code", status);
        body.put("message", String.valueOf(spring.getOrDefault("error", "The request failed.")));
        body.put("status", status);
        return body;
    }
}
