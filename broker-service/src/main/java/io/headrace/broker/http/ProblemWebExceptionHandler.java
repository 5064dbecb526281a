package io.headrace.broker.http;

import io.headrace.model.error.ErrorCode;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/** Gives the errors of WebFlux (unknown URL, actuator) the same body as those of our own routes. */
@Order(-2)
public final class ProblemWebExceptionHandler implements WebExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemWebExceptionHandler.class);

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.error(failure);
        }
        Problem problem = problem(failure);
        response.setRawStatusCode(problem.status());
        response.getHeaders().setContentType(MediaType.parseMediaType(Problem.MEDIA_TYPE));
        byte[] body = problem.json();
        response.getHeaders().setContentLength(body.length);
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }

    private static Problem problem(Throwable failure) {
        if (failure instanceof ResponseStatusException known) {
            HttpStatus status = HttpStatus.resolve(known.getStatusCode().value());
            if (status == HttpStatus.NOT_FOUND) {
                return RequestTarget.noSuchPath().problem();
            }
            String name = status == null ? "HTTP_ERROR" : status.name();
            String reason = known.getReason();
            return Problem.http(
                    known.getStatusCode().value(),
                    name,
                    reason == null ? name.toLowerCase(Locale.ROOT).replace('_', ' ') : reason);
        }
        LOG.atError().setCause(failure).log("A request failed for a reason that is ours");
        return Problem.of(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                "the broker failed to handle this request; its server log says why");
    }
}
