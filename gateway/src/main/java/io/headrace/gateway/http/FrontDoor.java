package io.headrace.gateway.http;

import io.headrace.gateway.telemetry.GatewayMetrics;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Takes every request that is not Spring's: finds the endpoint, counts, and turns every failure
 * into the error body.
 */
public final class FrontDoor
        implements BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {

    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);
    private static final Target NO_TARGET = Target.parse("/");

    /** Paths that Spring's dispatcher serves on the same port. */
    private static final List<String> SPRING =
            List.of("/actuator", "/openapi", "/webjars", "/swagger-ui", "/livez", "/readyz");

    private final Routes routes;
    private final GatewayMetrics metrics;

    public FrontDoor(Routes routes, GatewayMetrics metrics) {
        this.routes = routes;
        this.metrics = metrics;
    }

    /** Whether this request is for the gateway's own endpoints. */
    public static boolean isOurs(HttpServerRequest request) {
        String uri = request.uri();
        for (String prefix : SPRING) {
            if (uri.startsWith(prefix)
                    && (uri.length() == prefix.length()
                            || "/?-".indexOf(uri.charAt(prefix.length())) >= 0)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Publisher<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        long startNanos = System.nanoTime();
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        Call call = new Call(request, response, NO_TARGET, isHead);
        String name = "none";
        Publisher<Void> answer;
        try {
            call = new Call(request, response, Target.parse(request.uri()), isHead);
            Routes.Route route = routes.find(call.target().segments());
            if (route == null) {
                throw HttpFailure.of(404, 404, "There is nothing at this path.");
            }
            name = route.name();
            answer = endpoint(route, call).answer(call);
        } catch (RuntimeException e) {
            answer = failed(call, e);
        }
        return finish(call, name, startNanos, answer);
    }

    private Publisher<Void> finish(
            Call call, String name, long startNanos, Publisher<Void> answer) {
        return Mono.from(answer)
                .onErrorResume(e -> Mono.from(failed(call, e)))
                .doFinally(
                        signal ->
                                metrics.request(
                                        name,
                                        call.response().status().code(),
                                        System.nanoTime() - startNanos));
    }

    private static Endpoint endpoint(Routes.Route route, Call call) {
        String method = call.isHead() ? "GET" : call.request().method().name();
        Endpoint endpoint = route.methods().get(method);
        if (endpoint == null) {
            endpoint = route.methods().get("*");
        }
        if (endpoint != null) {
            return endpoint;
        }
        call.response().header(HttpHeaderNames.ALLOW, route.allowed());
        if (method.equals("OPTIONS")) {
            return Reply::noContent;
        }
        throw HttpFailure.of(
                405,
                405,
                "Method " + method + " is not allowed here; use " + route.allowed() + ".");
    }

    private Publisher<Void> failed(Call call, Throwable error) {
        if (isClientGone(call, error)) {
            return Mono.error(error);
        }
        HttpFailure failure = error instanceof HttpFailure known ? known : unexpected(call, error);
        metrics.error(failure.code());
        if (call.response().hasSentHeaders()) {
            return Mono.error(error);
        }
        return Reply.failure(call, hasUnreadBody(call) ? failure.closing() : failure);
    }

    /** The client closed the connection, or does not read what it asked for. */
    private static boolean isClientGone(Call call, Throwable error) {
        return error instanceof AbortedException
                || AbortedException.isConnectionReset(error)
                || (error instanceof TimeoutException && call.response().hasSentHeaders());
    }

    /** Whether the rest of a large body would have to be read before the connection can be used. */
    private static boolean hasUnreadBody(Call call) {
        String length = call.header(HttpHeaderNames.CONTENT_LENGTH);
        return length != null && length.length() > 7;
    }

    private static HttpFailure unexpected(Call call, @Nullable Throwable error) {
        LOG.atError()
                .setCause(error)
                .addKeyValue("path", call.target().path())
                .log("A request failed unexpectedly");
        return HttpFailure.of(500, 500, "The gateway failed; its server log says more.");
    }
}
