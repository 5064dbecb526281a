package io.headrace.admin.envelope;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.ObjectMapper;

/** Writes the error body where Spring MVC is not there yet: in filters. */
public final class V3ErrorWriter {

    private final ObjectMapper json;

    public V3ErrorWriter(ObjectMapper json) {
        this.json = json;
    }

    public void write(HttpServletRequest request, HttpServletResponse response, V3Exception e)
            throws IOException {
        ResponseEntity<Object> answer = V3Errors.body(e, request, HttpHeaders.EMPTY);
        response.setStatus(answer.getStatusCode().value());
        answer.getHeaders()
                .forEach(
                        (name, values) ->
                                List.copyOf(values)
                                        .forEach(value -> response.setHeader(name, value)));
        response.getOutputStream().write(json.writeValueAsBytes(answer.getBody()));
    }
}
