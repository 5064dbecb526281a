package io.headrace.admin.envelope;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;

/**
 * The error body for requests that never reach a servlet: a path with an illegal character, a
 * header too large. Tomcat creates it by name.
 */
public final class V3ErrorValve extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        try {
            response.setContentType("application/json");
            response.setCharacterEncoding("utf-8");
            response.getReporter()
                    .write(
                            "{\"error_code\":"
                                    + status
                                    + ",\"message\":\""
                                    + V3Errors.text(status, request).replace('"', '\'')
                                    + "\"}");
            response.finishResponse();
        } catch (IOException e) {
            container.getLogger().debug("The caller went away before the error was written", e);
        }
    }
}
