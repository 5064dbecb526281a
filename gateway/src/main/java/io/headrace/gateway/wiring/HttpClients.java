package io.headrace.gateway.wiring;

import io.netty.channel.ChannelOption;
import java.time.Duration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.stereotype.Component;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/**
 * The pooled HTTP clients to brokers, admin-services and other gateways; closed with the context.
 */
@Component
final class HttpClients implements AutoCloseable {

    /** Less than any server's idle timeout, so that a pooled connection is not found closed. */
    private static final Duration IDLE_MAX = Duration.ofSeconds(20);

    private final ConnectionProvider brokerPool;
    private final ConnectionProvider adminPool;
    private final ConnectionProvider gatewayPool;
    private final HttpClient brokers;
    private final HttpClient admins;
    private final HttpClient gateways;

    HttpClients(GatewayProperties properties, ReactorResourceFactory resources) {
        GatewayProperties.Brokers settings = properties.brokers();
        brokerPool = pool("headrace-brokers", settings.connectionsMax(), settings);
        adminPool = pool("headrace-admins", 64, settings);
        gatewayPool = pool("headrace-gateways", settings.connectionsMax(), settings);
        LoopResources loops = resources.getLoopResources();
        brokers = client(brokerPool, loops, settings);
        admins = client(adminPool, loops, settings).responseTimeout(settings.adminTimeout());
        gateways = client(gatewayPool, loops, settings);
    }

    private static ConnectionProvider pool(
            String name, int connectionsMax, GatewayProperties.Brokers settings) {
        return ConnectionProvider.builder(name)
                .maxConnections(connectionsMax)
                .pendingAcquireMaxCount(settings.waitingMax())
                .pendingAcquireTimeout(settings.connectTimeout().multipliedBy(2))
                .maxIdleTime(IDLE_MAX)
                .lifo()
                .evictInBackground(IDLE_MAX)
                .build();
    }

    private static HttpClient client(
            ConnectionProvider pool, LoopResources loops, GatewayProperties.Brokers settings) {
        return HttpClient.create(pool)
                .runOn(loops)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        (int) settings.connectTimeout().toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .followRedirect(false);
    }

    HttpClient brokers() {
        return brokers;
    }

    HttpClient admins() {
        return admins;
    }

    HttpClient gateways() {
        return gateways;
    }

    @Override
    public void close() {
        brokerPool.dispose();
        adminPool.dispose();
        gatewayPool.dispose();
    }
}
