package io.headrace.standalone;

import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.standalone.StandaloneOptions.Parts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What runs: ZooKeeper and the services. The services start at the same time, each on a thread of
 * its own, and stop one after the other: gateway, broker, admin, ZooKeeper.
 *
 * <p>Owner: {@link #startZooKeeper} and {@link #startServices} run on the main thread; {@link
 * #close} may run at any time on another one (the shutdown hook) and then waits for the services
 * that are just starting.
 */
final class Platform implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
    private static final Duration START_WAIT = Duration.ofMinutes(5);
    private static final Duration READY_WAIT = Duration.ofMinutes(5);
    private static final Duration STOP_WAIT_FOR_STARTING = Duration.ofSeconds(15);

    private final List<Thread> starting = new ArrayList<>();
    private final Map<String, ConfigurableApplicationContext> running = new ConcurrentHashMap<>();
    private @Nullable EmbeddedZooKeeper zooKeeper;
    private boolean closed;

    /** Starts ZooKeeper on the port it had last, or on a free one; answers its address. */
    synchronized String startZooKeeper(DataFolder data) throws StartFailure {
        if (closed) {
            throw interrupted();
        }
        int port = data.lastZooKeeperPort();
        if (port != 0 && !ListenPort.isFree(StandaloneOptions.LOOPBACK, port)) {
            port = 0;
        }
        try {
            zooKeeper = EmbeddedZooKeeper.start(data.zooKeeper(), port);
            String address = zooKeeper.connectString();
            data.rememberZooKeeperPort(
                    Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
            if (data.wasKilled()) {
                DeadSessions.remove(address);
            }
            return address;
        } catch (Exception e) {
            throw new StartFailure(
                    StartFailure.OTHER, "the embedded ZooKeeper did not start: " + e, e);
        }
    }

    /**
     * Starts the services side by side and waits until each is ready.
     *
     * @throws StartFailure of the first one that failed
     */
    void startServices(List<ServiceLaunch> launches, StandaloneOptions options)
            throws StartFailure {
        BlockingQueue<Optional<Throwable>> outcomes = new ArrayBlockingQueue<>(launches.size());
        synchronized (this) {
            if (closed) {
                throw interrupted();
            }
            for (ServiceLaunch launch : launches) {
                starting.add(
                        Thread.ofPlatform()
                                .name("start-" + launch.name())
                                .start(() -> outcomes.add(startAndAwaitReady(launch, options))));
            }
        }
        long deadlineNs = System.nanoTime() + START_WAIT.toNanos();
        for (int i = 0; i < launches.size(); i++) {
            Optional<Throwable> failure = next(outcomes, deadlineNs);
            if (failure.isPresent()) {
                throw StartFailures.explain(failure.get(), launches, options);
            }
        }
    }

    private static Optional<Throwable> next(
            BlockingQueue<Optional<Throwable>> outcomes, long deadlineNs) throws StartFailure {
        try {
            Optional<Throwable> outcome =
                    outcomes.poll(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (outcome == null) {
                throw new StartFailure(
                        StartFailure.OTHER,
                        "the services were not ready after " + START_WAIT.toSeconds() + " s");
            }
            return outcome;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted();
        }
    }

    private Optional<Throwable> startAndAwaitReady(
            ServiceLaunch launch, StandaloneOptions options) {
        try {
            running.put(launch.name(), launch.start());
            String probe =
                    launch.name().equals("gateway") && options.parts() == Parts.CONTROL
                            ? "liveness" // it waits for a broker, and so says itself
                            : "readiness";
            return Readiness.await(options.url(launch.port()), probe, READY_WAIT)
                    ? Optional.empty()
                    : Optional.of(
                            new IllegalStateException(
                                    launch.name() + " started but did not become ready"));
        } catch (Throwable e) {
            LOG.atInfo()
                    .setCause(e)
                    .addKeyValue("service", launch.name())
                    .log("service did not start");
            return Optional.of(e);
        }
    }

    /** Stops what runs; the second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        awaitStarting();
        for (String name : List.of("gateway", "broker", "admin")) {
            ConfigurableApplicationContext context = running.remove(name);
            if (context != null) {
                long startNs = System.nanoTime();
                context.close();
                LOG.atInfo()
                        .addKeyValue("service", name)
                        .addKeyValue("ms", (System.nanoTime() - startNs) / 1_000_000)
                        .log("stopped");
            }
        }
        if (zooKeeper != null) {
            try {
                zooKeeper.close();
            } catch (IOException e) {
                LOG.atError().setCause(e).log("ZooKeeper did not stop cleanly");
            }
        }
    }

    private void awaitStarting() {
        long deadlineNs = System.nanoTime() + STOP_WAIT_FOR_STARTING.toNanos();
        for (Thread thread : starting) {
            try {
                Duration left = Duration.ofNanos(deadlineNs - System.nanoTime());
                if (!thread.join(left)) {
                    LOG.atWarn()
                            .addKeyValue("thread", thread.getName())
                            .log("stopping although a service is still starting");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static StartFailure interrupted() {
        return new StartFailure(StartFailure.OTHER, "stopped while starting");
    }
}
