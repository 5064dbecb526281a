package io.headrace.broker.wiring;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Registers the broker once HTTP and the Kafka listeners listen; when the stop begins, answers all
 * who wait while HTTP finishes what it has.
 */
final class ServingLifecycle implements SmartLifecycle {

    /**
     * Where others reach this broker.
     *
     * @param advertisedUrl null to make one of host and port
     */
    record Address(@Nullable String advertisedUrl, String listenHost) {}

    private final Broker broker;
    private final WebServerApplicationContext context;
    private final Address address;
    private final KafkaListeners kafka;
    private final Runnable refreshSeries;
    private final Duration refreshEvery;
    private final ScheduledExecutorService timer;
    private volatile @Nullable Future<?> refreshing;
    private volatile boolean running;

    ServingLifecycle(
            Broker broker,
            WebServerApplicationContext context,
            Address address,
            KafkaListeners kafka,
            Runnable refreshSeries,
            Duration refreshEvery,
            ScheduledExecutorService timer) {
        this.broker = broker;
        this.context = context;
        this.address = address;
        this.kafka = kafka;
        this.refreshSeries = refreshSeries;
        this.refreshEvery = refreshEvery;
        this.timer = timer;
    }

    @Override
    public void start() {
        try {
            broker.join(httpUrl(), kafka.open(), version());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the broker registered", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the broker could not register", e);
        }
        refreshing =
                timer.scheduleWithFixedDelay(
                        refreshSeries, 0, refreshEvery.toMillis(), TimeUnit.MILLISECONDS);
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        Future<?> refresh = refreshing;
        if (refresh != null) {
            refresh.cancel(false);
        }
        kafka.finish();
        broker.quiesce();
        kafka.close();
    }

    private String httpUrl() {
        String advertised = address.advertisedUrl();
        if (advertised != null && !advertised.isBlank()) {
            return advertised.endsWith("/")
                    ? advertised.substring(0, advertised.length() - 1)
                    : advertised;
        }
        var server = context.getWebServer();
        if (server == null) {
            throw new IllegalStateException("HTTP does not listen yet");
        }
        return "http://" + address.listenHost() + ":" + server.getPort();
    }

    private static String version() {
        String version = ServingLifecycle.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
    }
}
