package io.headrace.gateway.http;

import org.reactivestreams.Publisher;

/** Answers the calls of one route, on the connection's event loop, without blocking. */
@FunctionalInterface
public interface Endpoint {

    /**
     * @return completes when the answer was written; an error of it, or one thrown, becomes the
     *     error body
     */
    Publisher<Void> answer(Call call);
}
