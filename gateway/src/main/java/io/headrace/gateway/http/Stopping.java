package io.headrace.gateway.http;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Says that the process stops: waiting reads answer at once, streams say goodbye, no stream begins.
 */
public final class Stopping {

    private final Sinks.Empty<Void> signal = Sinks.empty();
    private volatile boolean hasBegun;

    public void begin() {
        hasBegun = true;
        signal.tryEmitEmpty();
    }

    public boolean hasBegun() {
        return hasBegun;
    }

    /** Completes when the process begins to stop. */
    public Mono<Void> signal() {
        return signal.asMono();
    }
}
