package io.headrace.gateway.instance;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * Runs what blocks, each call on a virtual thread.
 *
 * <p>Bounds: so many at a time; more are refused with 503.
 */
final class InstanceCalls {

    private final Semaphore places;
    private final int callsMax;

    InstanceCalls(int callsMax) {
        this.callsMax = callsMax;
        this.places = new Semaphore(callsMax);
    }

    <T> Mono<T> run(Supplier<T> work) {
        return Mono.create(
                sink -> {
                    if (!places.tryAcquire()) {
                        sink.error(
                                InstanceFailures.poolExhausted(
                                        "The gateway serves as many calls of consumer instances as it may ("
                                                + callsMax
                                                + "); try again."));
                        return;
                    }
                    Thread.ofVirtual()
                            .name("instance-call")
                            .start(
                                    () -> {
                                        try {
                                            sink.success(work.get());
                                        } catch (RuntimeException e) {
                                            sink.error(InstanceFailures.toHttp(e));
                                        } finally {
                                            places.release();
                                        }
                                    });
                });
    }
}
