package io.headrace.gateway.route;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.Endpoint;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.ServiceRegistration;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.HttpClient;

/**
 * Passes {@code /v3/**} and {@code /kafka/v3/**} on to a live admin-service, the controller if
 * there is one. What Headrace's services tell each other in headers is no client's to say: an
 * admin-service would take the client's address, which it audits, from there.
 *
 * <p>Any admin-service takes any request. One that was killed is registered until its session ends,
 * so the next is asked when this one takes no connection; a read without a body also when the
 * connection breaks before the answer begins. Nothing else is repeated.
 *
 * <p>Bounds: {@link #TRIES_MAX} admin-services, each with the client's timeouts.
 *
 * <p>Errors: 503, 50302 where nothing was done; 504, {@link HttpFailure#UNKNOWN_OUTCOME} for a
 * change that an admin-service had and did not answer.
 */
public final class AdminProxy implements Endpoint {

    private static final int TRIES_MAX = 3;

    private static final String OURS = "Headrace-";

    private final Supplier<ClusterImage> cluster;
    private final HttpClient client;

    private enum Progress {
        /** No byte of the request was written. */
        CONNECTING,
        SENT,
        ANSWERED
    }

    /** How far one try came; the event loop of that connection says so. */
    private static final class Try {
        private volatile Progress progress = Progress.CONNECTING;
    }

    /**
     * @param client with its pool, connect and response timeouts; redirects off
     */
    public AdminProxy(Supplier<ClusterImage> cluster, HttpClient client) {
        this.cluster = cluster;
        this.client = client.disableRetry(true);
    }

    @Override
    public Publisher<Void> answer(Call call) {
        Iterator<ServiceRegistration> admins = inOrder(cluster.get()).iterator();
        if (!admins.hasNext()) {
            throw HttpFailure.unavailable(
                    50302,
                    "No admin-service is registered at the moment; records still flow, topics cannot be changed.");
        }
        return ask(call, admins);
    }

    private Mono<Void> ask(Call call, Iterator<ServiceRegistration> admins) {
        Try one = new Try();
        HttpClient watched =
                client.doOnRequest((request, connection) -> one.progress = Progress.SENT);
        return Relay.pass(
                        call,
                        watched,
                        admins.next().url(),
                        AdminProxy::dropOurs,
                        response -> one.progress = Progress.ANSWERED)
                .then()
                .onErrorResume(
                        error -> !call.response().hasSentHeaders(),
                        error ->
                                admins.hasNext() && mayAskAnother(call, one.progress, error)
                                        ? ask(call, admins)
                                        : Mono.error(failure(call, one.progress, error)));
    }

    private static boolean mayAskAnother(Call call, Progress progress, Throwable error) {
        return switch (progress) {
            case CONNECTING -> true;
            case SENT -> isRead(call) && !Relay.hasBody(call) && isBroken(error);
            case ANSWERED -> false;
        };
    }

    /** Not one that is slow: then the client has waited long enough. */
    private static boolean isBroken(Throwable error) {
        return error instanceof IOException || error instanceof AbortedException;
    }

    private static boolean isRead(Call call) {
        return call.isHead() || call.request().method().equals(HttpMethod.GET);
    }

    private static HttpFailure failure(Call call, Progress progress, Throwable error) {
        if (error instanceof HttpFailure known) {
            return known;
        }
        String reason = " (" + error.getClass().getSimpleName() + ")";
        return progress == Progress.CONNECTING || isRead(call)
                ? HttpFailure.unavailable(50302, "The admin-service does not answer" + reason + ".")
                : HttpFailure.of(
                        504,
                        HttpFailure.UNKNOWN_OUTCOME,
                        "The admin-service had the request and did not answer"
                                + reason
                                + "; look whether the change was made before trying again.");
    }

    private static void dropOurs(HttpHeaders headers) {
        for (String name : headers.names()) {
            if (name.regionMatches(true, 0, OURS, 0, OURS.length())) {
                headers.remove(name);
            }
        }
    }

    /** The controller first. */
    private static List<ServiceRegistration> inOrder(ClusterImage image) {
        String controller = image.controllerId().orElse("");
        return image.admins().values().stream()
                .sorted(
                        Comparator.comparing(
                                        (ServiceRegistration it) -> !it.id().equals(controller))
                                .thenComparing(ServiceRegistration::id))
                .limit(TRIES_MAX)
                .toList();
    }
}
