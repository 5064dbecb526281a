package io.headrace.gateway.wiring;

import io.headrace.gateway.http.Stopping;
import io.headrace.gateway.instance.InstanceDirectory;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Registers when the server listens. When the process stops: deregisters, lets waiting reads and
 * streams end, and only then lets the server finish what is in flight and close.
 */
@Component
class GatewayLifecycle implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayLifecycle.class);
    private static final Duration REGISTRATION_WAIT = Duration.ofSeconds(15);

    private final CuratorFramework zooKeeper;
    private final GatewayProperties properties;
    private final Environment environment;
    private final Stopping stopping;
    private final InstanceDirectory instances;
    private volatile @Nullable Registration registration;
    private volatile boolean isRunning;

    GatewayLifecycle(
            CuratorFramework zooKeeper,
            GatewayProperties properties,
            Environment environment,
            Stopping stopping,
            InstanceDirectory instances) {
        this.zooKeeper = zooKeeper;
        this.properties = properties;
        this.environment = environment;
        this.stopping = stopping;
        this.instances = instances;
    }

    @EventListener
    void listening(WebServerInitializedEvent event) throws Exception {
        if (event.getApplicationContext().getServerNamespace() != null) {
            return;
        }
        WebServer server = event.getWebServer();
        String url = url(server.getPort());
        String id = properties.id();
        if (id == null || id.isBlank()) {
            id = hostName() + "-" + server.getPort();
        }
        instances.openAs(id, url);
        ZkPayloads.ServiceNode node = new ZkPayloads.ServiceNode(url, Version.ofGateway());
        registration =
                Registration.register(zooKeeper, ZkPaths.gateway(id), node, REGISTRATION_WAIT);
        LOG.atInfo().addKeyValue("gatewayId", id).addKeyValue("url", url).log("Gateway is open");
    }

    private String url(int port) {
        String advertised = properties.advertisedUrl();
        if (advertised != null && !advertised.isBlank()) {
            return advertised.endsWith("/")
                    ? advertised.substring(0, advertised.length() - 1)
                    : advertised;
        }
        String address = environment.getProperty("server.address", "");
        String host = address.isEmpty() || address.equals("0.0.0.0") ? hostName() : address;
        return "http://" + host + ":" + port;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    @Override
    public void start() {
        isRunning = true;
    }

    @Override
    public void stop() {
        isRunning = false;
        Registration registered = registration;
        if (registered != null) {
            try {
                registered.close();
            } catch (IOException e) {
                throw new UncheckedIOException("could not deregister", e);
            }
        }
        stopping.begin();
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    /** The first to stop: before the web server stops to accept. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
