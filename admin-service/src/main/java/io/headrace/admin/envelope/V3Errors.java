package io.headrace.admin.envelope;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.model.error.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/**
 * One error body for every fault that Spring MVC sees, whoever found it.
 *
 * <p>{@code {"error_code":40403,"message":"…"}}, or problem details when the caller's Accept names
 * {@code application/problem+json}. The text never holds a stack trace or a class name.
 */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
public class V3Errors {

    private static final Logger LOG = LoggerFactory.getLogger(V3Errors.class);

    /** The error body of the v3 API. */
    public record Body(@JsonProperty("error_code") int errorCode, String message) {}

    @ExceptionHandler
    ResponseEntity<Object> refused(V3Exception e, HttpServletRequest request) {
        return body(e, request, HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> unreadable(
            HttpMessageNotReadableException e, HttpServletRequest request) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof BodyTooLargeException tooLarge) {
                return body(tooLarge.asRefusal(), request, HttpHeaders.EMPTY);
            }
        }
        String message = "the request body is missing or is not readable";
        if (e.getCause() instanceof UnrecognizedPropertyException unknown) {
            message = "the field '" + shortened(unknown.getPropertyName()) + "' is not known here";
        } else if (e.getCause() instanceof StreamReadException malformed) {
            message = "the request body is not JSON: " + firstLine(malformed.getOriginalMessage());
        } else if (e.getCause() instanceof JacksonException mismatch) {
            message = "the request body does not fit" + where(mismatch);
        }
        return body(V3Exception.badRequest(message), request, HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> mismatch(
            MethodArgumentTypeMismatchException e, HttpServletRequest request) {
        return body(
                V3Exception.badRequest(
                        "'" + e.getName() + "' has a value of the wrong kind in the URL"),
                request,
                HttpHeaders.EMPTY);
    }

    @ExceptionHandler
    ResponseEntity<Object> missing(
            MissingServletRequestParameterException e, HttpServletRequest request) {
        return body(
                V3Exception.badRequest(
                        "the query parameter '" + e.getParameterName() + "' is missing"),
                request,
                HttpHeaders.EMPTY);
    }

    /** Where a resource has nothing better to say about it. */
    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<Object> databaseAway(Exception e, HttpServletRequest request) {
        LOG.atWarn().setCause(e).log("A request failed for want of the database");
        return body(
                V3Exception.of(
                        ErrorCode.OVERLOADED,
                        "the database does not answer; topics and records are not affected, try again later"),
                request,
                HttpHeaders.EMPTY);
    }

    /** Whoever asked has gone while the answer was written: there is nobody to tell. */
    @ExceptionHandler
    void gone(AsyncRequestNotUsableException e, HttpServletResponse response) {
        LOG.atDebug().setCause(e).log("A caller left before it was answered");
    }

    @ExceptionHandler
    ResponseEntity<Object> anythingElse(Exception e, HttpServletRequest request) {
        if (e instanceof ErrorResponse known) {
            HttpStatusCode status = known.getStatusCode();
            String message = text(status.value(), request);
            return body(V3Exception.ofStatus(status.value(), message), request, known.getHeaders());
        }
        LOG.atError()
                .setCause(e)
                .log("A request failed: {} {}", request.getMethod(), "(path not logged)");
        return body(
                V3Exception.ofStatus(500, "internal error; the server log has the details"),
                request,
                HttpHeaders.EMPTY);
    }

    /** The answer to a fault, in the form that the caller accepts. */
    public static ResponseEntity<Object> body(
            V3Exception e, HttpServletRequest request, HttpHeaders headers) {
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(e.status());
        headers.forEach(
                (name, values) -> {
                    if (name.equalsIgnoreCase(HttpHeaders.ALLOW)
                            || name.toLowerCase(Locale.ROOT).startsWith("accept")) {
                        answer.header(name, values.toArray(String[]::new));
                    }
                });
        e.retryAfterSeconds()
                .ifPresent(s -> answer.header(HttpHeaders.RETRY_AFTER, Integer.toString(s)));
        if (acceptsProblems(request)) {
            return answer.contentType(MediaType.APPLICATION_PROBLEM_JSON).body(problem(e));
        }
        return answer.contentType(MediaType.APPLICATION_JSON)
                .body(new Body(e.errorCode(), e.message()));
    }

    /** What to say where only the status is known. */
    public static String text(int status, HttpServletRequest request) {
        return switch (status) {
            case 400 -> "the request is malformed";
            case 404 -> "HTTP 404 Not Found";
            case 405 -> "the method " + shortened(request.getMethod()) + " is not allowed here";
            case 406 -> "the answer is application/json; the Accept header excludes it";
            case 413 -> "the request body is too large";
            case 415 -> "the request body must be application/json";
            default ->
                    "HTTP "
                            + status
                            + " "
                            + Optional.ofNullable(HttpStatus.resolve(status))
                                    .map(HttpStatus::getReasonPhrase)
                                    .orElse("");
        };
    }

    private static boolean acceptsProblems(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    }

    private static ProblemDetail problem(V3Exception e) {
        ProblemDetail problem =
                ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(e.status()), e.message());
        problem.setType(URI.create("about:blank"));
        problem.setProperty("code", e.code());
        problem.setProperty("error_code", e.errorCode());
        problem.setProperty("retriable", e.isRetriable());
        return problem;
    }

    private static String where(JacksonException e) {
        String path = e.getPathReference();
        int field = path.lastIndexOf("[\"");
        int end = path.indexOf("\"]", Math.max(field, 0));
        return field >= 0 && end > field
                ? ": '"
                        + shortened(path.substring(field + 2, end))
                        + "' has a value of the wrong kind"
                : ": a value is of the wrong kind";
    }

    private static String firstLine(String text) {
        return shortened(text.lines().findFirst().orElse(""));
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
