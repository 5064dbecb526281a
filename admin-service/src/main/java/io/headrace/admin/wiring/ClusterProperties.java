package io.headrace.admin.wiring;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Which cluster this is; the same keys as in the other services.
 *
 * @param id expected cluster id; without it, whatever ZooKeeper holds is taken
 */
@ConfigurationProperties("headrace.cluster")
public record ClusterProperties(@Nullable String id) {

    Optional<String> expectedId() {
        return Optional.ofNullable(id).filter(text -> !text.isBlank());
    }
}
