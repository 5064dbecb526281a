package io.headrace.gateway.route;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.Endpoint;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.ServiceRegistration;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.netty.http.client.HttpClient;

/**
 * Passes {@code /v3/**} and {@code /kafka/v3/**} on to a live admin-service, the controller if
 * there is one. What Headrace's services tell each other in headers is no client's to say: an
 * admin-service would take the client's address, which it audits, from there.
 */
public final class AdminProxy implements Endpoint {

    private static final String OURS = "Headrace-";

    private final Supplier<ClusterImage> cluster;
    private final HttpClient client;

    /**
     * @param client with its pool, connect and response timeouts; redirects off
     */
    public AdminProxy(Supplier<ClusterImage> cluster, HttpClient client) {
        this.cluster = cluster;
        this.client = client.disableRetry(true);
    }

    @Override
    public Publisher<Void> answer(Call call) {
        ServiceRegistration admin =
                chosen(cluster.get())
                        .orElseThrow(
                                () ->
                                        HttpFailure.unavailable(
                                                50302,
                                                "No admin-service is registered at the moment; records still flow, topics cannot be changed."));
        return Relay.pass(call, client, admin.url(), AdminProxy::dropOurs, response -> {})
                .onErrorMap(
                        error -> !call.response().hasSentHeaders(),
                        error ->
                                error instanceof HttpFailure
                                        ? error
                                        : HttpFailure.unavailable(
                                                50302,
                                                "The admin-service does not answer ("
                                                        + error.getClass().getSimpleName()
                                                        + ")."))
                .then();
    }

    private static void dropOurs(HttpHeaders headers) {
        for (String name : headers.names()) {
            if (name.regionMatches(true, 0, OURS, 0, OURS.length())) {
                headers.remove(name);
            }
        }
    }

    private static Optional<ServiceRegistration> chosen(ClusterImage image) {
        Map<String, ServiceRegistration> admins = image.admins();
        return image.controllerId()
                .map(admins::get)
                .or(
                        () ->
                                admins.values().stream()
                                        .min(Comparator.comparing(ServiceRegistration::id)));
    }
}
