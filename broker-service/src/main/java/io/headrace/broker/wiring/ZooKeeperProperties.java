package io.headrace.broker.wiring;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How to reach ZooKeeper.
 *
 * @param connect {@code host:port,host:port/chroot}
 * @param sessionTimeout after which a dead broker counts as gone
 * @param connectTimeout longest wait for ZooKeeper at start
 * @param clusterWait longest wait for an admin-service to create the cluster
 */
@Validated
@ConfigurationProperties("headrace.zookeeper")
public record ZooKeeperProperties(
        @DefaultValue("127.0.0.1:2181") @NotBlank String connect,
        @DefaultValue("10s") @NotNull Duration sessionTimeout,
        @DefaultValue("15s") @NotNull Duration connectTimeout,
        @DefaultValue("60s") @NotNull Duration clusterWait) {}
