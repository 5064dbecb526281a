package io.headrace.broker.wiring;

import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/** Hands leaderships over before anything else stops: clients are served all the while. */
final class HandOverLifecycle implements SmartLifecycle {

    private final Broker broker;
    private volatile boolean running;

    HandOverLifecycle(Broker broker) {
        this.broker = broker;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        broker.handOver();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 1;
    }
}
