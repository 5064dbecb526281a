package io.headrace.gateway.instance;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.route.Relay;
import io.headrace.model.coordination.ZkPayloads.ConsumerNode;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Passes calls on to the gateway that holds the instance. A call is passed on once: one that comes
 * from a gateway ({@link #FORWARDED_BY}) and finds no instance is answered 404.
 */
final class InstanceProxy {

    static final String FORWARDED_BY = "Headrace-Forwarded-By";

    /** Number of the page that the answer holds, between gateways. */
    static final String PAGE = "Headrace-Page";

    private static final Duration SPARE = Duration.ofSeconds(10);

    private final InstanceDirectory directory;
    private final HttpClient client;
    private final InstanceCalls calls;

    /**
     * @param client with its pool and connect timeout
     */
    InstanceProxy(
            InstanceDirectory directory,
            HttpClient client,
            InstanceCalls calls,
            InstanceLimits limits) {
        this.directory = directory;
        this.calls = calls;
        // The longest wait for the slot, and then the longest read.
        Duration longest =
                ConsumerInstance.SLOT_WAIT.plus(limits.joinWait()).plus(limits.waitMax());
        this.client = client.disableRetry(true).responseTimeout(longest.plus(SPARE));
    }

    static boolean isForwarded(Call call) {
        return call.header(FORWARDED_BY) != null;
    }

    Publisher<Void> pass(Call call, InstanceKey key) {
        if (isForwarded(call)) {
            throw InstanceFailures.unknownInstance(key);
        }
        return directory
                .seenElsewhere(key)
                .map(Mono::just)
                .orElseGet(() -> call.onOwnLoop(calls.run(() -> find(key))))
                .flatMap(owner -> pass(call, owner));
    }

    private ConsumerNode find(InstanceKey key) {
        return directory
                .foundElsewhere(key)
                .orElseThrow(() -> InstanceFailures.unknownInstance(key));
    }

    private Mono<Void> pass(Call call, ConsumerNode owner) {
        String url = owner.url() + call.target().path();
        RemotePage page = new RemotePage(client, url, directory.gatewayId());
        ConnectionWatch watch = ConnectionWatch.of(call, page);
        return Relay.pass(
                        call,
                        client,
                        owner.url(),
                        headers -> headers.set(FORWARDED_BY, directory.gatewayId()),
                        response -> page.found(number(response)))
                .onErrorMap(
                        error -> !call.response().hasSentHeaders(),
                        error -> error instanceof HttpFailure ? error : silent(owner, error))
                .then()
                .doFinally(signal -> watch.end(signal == SignalType.ON_COMPLETE));
    }

    private static long number(HttpClientResponse response) {
        String page = response.responseHeaders().get(PAGE);
        response.responseHeaders().remove(PAGE);
        return page == null ? RemotePage.NONE : Long.parseLong(page);
    }

    private static HttpFailure silent(ConsumerNode owner, Throwable error) {
        return HttpFailure.unavailable(
                50302,
                "The gateway that holds the instance ("
                        + owner.gatewayId()
                        + ") does not answer ("
                        + error.getClass().getSimpleName()
                        + "); if it is gone, its instances go with it in a moment.");
    }
}
