package io.headrace.broker.wiring;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/** Opens storage before HTTP listens, and closes it after HTTP has stopped. */
final class StorageLifecycle implements SmartLifecycle {

    static final int PHASE = WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1024;

    private final Broker broker;
    private volatile boolean running;

    StorageLifecycle(Broker broker) {
        this.broker = broker;
    }

    @Override
    public void start() {
        boolean opened = false;
        try {
            broker.open();
            opened = true;
            running = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the broker started", e);
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    @Override
    public void stop() {
        running = false;
        close();
    }

    private void close() {
        try {
            broker.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
