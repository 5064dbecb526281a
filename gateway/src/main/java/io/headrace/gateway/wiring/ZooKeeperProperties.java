package io.headrace.gateway.wiring;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings below {@code headrace.zookeeper}, the same in every service.
 *
 * @param connect {@code host:port,host:port/chroot}
 */
@ConfigurationProperties("headrace.zookeeper")
public record ZooKeeperProperties(
        @DefaultValue("127.0.0.1:2181") String connect,
        @DefaultValue("18s") Duration sessionTimeout,
        @DefaultValue("15s") Duration connectTimeout) {}
