package io.headrace.standalone;

import io.headrace.admin.AdminApplication;
import io.headrace.broker.BrokerApplication;
import io.headrace.gateway.GatewayApplication;
import io.headrace.standalone.StandaloneOptions.Parts;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/**
 * Runs the whole platform in this JVM, or one part of it, until it is told to stop.
 *
 * <p>The console gets one line of progress, the ready block, and at the end one line; everything
 * else goes to the server log. SIGTERM and Ctrl-C stop it in order. A start that fails prints one
 * sentence and exits with the code of its {@link StartFailure}.
 */
public final class Standalone {

    private static final long NANOS_PER_MS = 1_000_000;

    private final StandaloneOptions options;
    private final PrintStream out;
    private final Platform platform = new Platform();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean announced;
    private volatile String zooKeeper = "";

    Standalone(StandaloneOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws InterruptedException {
        try {
            Standalone standalone =
                    new Standalone(StandaloneOptions.parse(List.of(args)), System.out);
            standalone.start();
            standalone.stopped.await();
        } catch (StartFailure e) {
            System.err.println("headrace: " + e.sentence());
            System.exit(e.exitCode());
        }
    }

    /** Returns when everything is ready; from then on the shutdown hook stops it. */
    void start() throws StartFailure {
        DataFolder data = DataFolder.open(options.data());
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(data)));
        checkPorts();
        ServerLog.open(data.logs(), options.config());
        out.println("headrace: starting with the data in " + data.root());
        announced = true;
        start(data);
    }

    private void start(DataFolder data) throws StartFailure {
        try {
            RunFile runFile = new RunFile(data, options);
            runFile.writeStarting();
            Optional<String> given = options.zooKeeper();
            zooKeeper = given.isPresent() ? given.get() : platform.startZooKeeper(data);
            platform.startServices(launches(data, zooKeeper), options);
            boolean isBroker = options.parts() == Parts.BROKER;
            String clusterId =
                    isBroker ? "" : ReadyBlock.clusterId(options.url(options.gatewayPort()));
            double seconds = Duration.between(processStart(), Instant.now()).toMillis() / 1000.0;
            runFile.writeReady(zooKeeper, clusterId, seconds);
            out.print(
                    isBroker
                            ? ReadyBlock.ofBroker(options, seconds)
                            : ReadyBlock.text(options, data, clusterId, seconds));
            out.flush();
            LoggerFactory.getLogger(Standalone.class)
                    .atInfo()
                    .addKeyValue("seconds", seconds)
                    .log("ready");
        } catch (IOException e) {
            throw StartFailures.explain(e, List.of(), options);
        }
    }

    /** Address of the ZooKeeper in use, after the start. */
    String zooKeeper() {
        return zooKeeper;
    }

    /** Stops what runs; the rest is the shutdown hook's. */
    void close() {
        platform.close();
    }

    private void stop(DataFolder data) {
        long startNs = System.nanoTime();
        platform.close();
        try {
            data.close();
        } catch (IOException e) {
            System.err.println("headrace: could not release " + data.root() + ": " + e);
        }
        if (announced) {
            long ms = (System.nanoTime() - startNs) / NANOS_PER_MS;
            out.println("headrace: stopped in " + ms + " ms");
            out.flush();
        }
        ServerLog.close();
        stopped.countDown();
    }

    private void checkPorts() throws StartFailure {
        if (options.parts() != Parts.BROKER) {
            ListenPort.check("gateway", "--port", options.listen(), options.gatewayPort());
            ListenPort.check("admin", "--admin-port", options.listen(), options.adminPort());
        }
        if (options.parts() != Parts.CONTROL) {
            ListenPort.check("broker", "--broker-port", options.listen(), options.brokerPort());
            ListenPort.check("kafka", "--kafka-port", options.listen(), options.kafkaPort());
        }
    }

    private List<ServiceLaunch> launches(DataFolder data, String zooKeeper) {
        ServiceArguments arguments = new ServiceArguments(options, data, zooKeeper);
        ServiceLaunch admin =
                new ServiceLaunch(
                        "admin",
                        AdminApplication::run,
                        options.adminPort(),
                        "--admin-port",
                        arguments.admin());
        ServiceLaunch broker =
                new ServiceLaunch(
                        "broker",
                        BrokerApplication::run,
                        options.brokerPort(),
                        "--broker-port",
                        arguments.broker());
        ServiceLaunch gateway =
                new ServiceLaunch(
                        "gateway",
                        GatewayApplication::run,
                        options.gatewayPort(),
                        "--port",
                        arguments.gateway());
        return switch (options.parts()) {
            case ALL -> List.of(admin, broker, gateway);
            case CONTROL -> List.of(admin, gateway);
            case BROKER -> List.of(broker);
        };
    }

    private static Instant processStart() {
        return ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    }
}
