package io.headrace.admin.wiring;

import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where the cluster is coordinated; the same keys as in the other services.
 *
 * @param connect {@code host:port,host:port/chroot}
 * @param sessionTimeout after which a dead process counts as gone
 * @param connectTimeout how long a start waits for ZooKeeper
 */
@Validated
@ConfigurationProperties("headrace.zookeeper")
public record ZooKeeperProperties(
        @NotBlank @DefaultValue("127.0.0.1:2181") String connect,
        @DefaultValue("10s") Duration sessionTimeout,
        @DefaultValue("15s") Duration connectTimeout) {}
