package io.headrace.admin.wiring;

import io.headrace.admin.controller.ControllerElection;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Registers this instance once its web server answers, then enters the election; deregisters before
 * the server stops.
 */
@Component
class RegistrationLifecycle implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(RegistrationLifecycle.class);
    private static final int PHASE = DEFAULT_PHASE - 512;
    private static final Duration REGISTER_WAIT = Duration.ofSeconds(15);
    private static final Duration SESSION_MARGIN = Duration.ofSeconds(2);

    private final CuratorFramework zooKeeper;
    private final ControllerElection election;
    private final AdminId adminId;
    private final AdminProperties properties;
    private final ServletWebServerApplicationContext context;
    private final Environment environment;
    private final PrivateDatabase privateDatabase;
    private volatile Optional<Registration> registration = Optional.empty();

    RegistrationLifecycle(
            CuratorFramework zooKeeper,
            ControllerElection election,
            AdminId adminId,
            AdminProperties properties,
            ZooKeeperProperties zooKeeperProperties,
            ServletWebServerApplicationContext context,
            Environment environment) {
        this.zooKeeper = zooKeeper;
        this.election = election;
        this.adminId = adminId;
        this.properties = properties;
        this.context = context;
        this.environment = environment;
        this.privateDatabase =
                new PrivateDatabase(
                        zooKeeper, zooKeeperProperties.sessionTimeout().plus(SESSION_MARGIN));
    }

    @Override
    public void start() {
        try {
            String url = properties.configuredUrl().orElseGet(this::boundUrl);
            registration = Optional.of(register(url));
            election.start();
            LOG.atInfo()
                    .addKeyValue("adminId", adminId.value())
                    .log("The admin-service answers at {}", url);
        } catch (Exception e) {
            throw new IllegalStateException("could not register the admin-service", e);
        }
    }

    private Registration register(String url) throws Exception {
        Registration registered =
                Registration.register(
                        zooKeeper,
                        ZkPaths.admin(adminId.value()),
                        new ServiceNode(url, version()),
                        REGISTER_WAIT);
        try {
            String database = environment.getProperty("spring.datasource.url", "");
            if (properties.sharedDatabaseOnly() && PrivateDatabase.isPrivate(database)) {
                privateDatabase.waitUntilFirst(adminId.value(), registered.epoch());
            }
            return registered;
        } catch (Exception e) {
            registered.close();
            throw e;
        }
    }

    @Override
    public void stop() {
        Optional<Registration> own = registration;
        registration = Optional.empty();
        if (own.isPresent()) {
            try {
                own.get().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public boolean isRunning() {
        return registration.isPresent();
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    private String boundUrl() {
        String address = environment.getProperty("server.address", "");
        String host =
                address.isEmpty() ? InetAddress.getLoopbackAddress().getHostAddress() : address;
        if (host.equals("0.0.0.0") || host.equals("::")) {
            host = hostName();
        }
        WebServer server =
                Objects.requireNonNull(context.getWebServer(), "the web server starts before");
        return "http://" + host + ":" + server.getPort();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (java.net.UnknownHostException e) {
            throw new UncheckedIOException(
                    "this machine does not know its own name; set headrace.admin.advertised-url",
                    e);
        }
    }

    private static String version() {
        return Optional.ofNullable(
                        RegistrationLifecycle.class.getPackage().getImplementationVersion())
                .orElse("dev");
    }
}
