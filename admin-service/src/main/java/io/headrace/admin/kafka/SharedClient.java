package io.headrace.admin.kafka;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The one client of Kafka, made when it is first needed from the live brokers' addresses.
 *
 * <p>Owner: {@code lock} guards the making; whoever finds a client that fits takes no lock.
 */
final class SharedClient implements AutoCloseable {

    private static final String USUAL_LISTENER = "PLAINTEXT";

    private record Made(Set<String> addresses, Admin admin) {}

    private final Supplier<ClusterImage> images;
    private final KafkaAdmin.Settings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Made made;
    private volatile boolean isClosed;

    SharedClient(Supplier<ClusterImage> images, KafkaAdmin.Settings settings) {
        this.images = images;
        this.settings = settings;
    }

    /**
     * @throws V3Exception retriable, while no broker with a Kafka listener lives
     */
    Admin get() {
        Set<String> live = addresses(images.get(), settings.listener());
        if (live.isEmpty()) {
            throw V3Exception.of(
                    ErrorCode.COORDINATOR_NOT_AVAILABLE,
                    "no broker with a Kafka listener is alive; try again later");
        }
        Made known = made;
        return known != null && fits(known, live) ? known.admin() : make(live);
    }

    private Admin make(Set<String> live) {
        lock.lock();
        try {
            Made old = made;
            if (old != null && fits(old, live)) {
                return old.admin();
            }
            if (isClosed) {
                throw V3Exception.of(ErrorCode.SHUTTING_DOWN, "the admin-service is stopping");
            }
            Admin admin = Admin.create(config(live));
            made = new Made(live, admin);
            if (old != null) {
                Thread.ofVirtual()
                        .name("close-kafka-client")
                        .start(() -> old.admin().close(Duration.ZERO));
            }
            return admin;
        } catch (KafkaException e) {
            throw V3Exception.of(
                    ErrorCode.COORDINATOR_NOT_AVAILABLE,
                    "the addresses that the brokers announce cannot be used: " + live);
        } finally {
            lock.unlock();
        }
    }

    private static boolean fits(Made made, Set<String> live) {
        return !Collections.disjoint(made.addresses(), live);
    }

    private Map<String, Object> config(Set<String> live) {
        int timeoutMs = Math.toIntExact(settings.timeout().toMillis());
        Map<String, Object> config = new HashMap<>();
        config.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", live));
        config.put(AdminClientConfig.CLIENT_ID_CONFIG, settings.clientId());
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMs);
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMs);
        config.put(AdminClientConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        config.put(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        return config;
    }

    /** One address of each live broker: of the named listener, or of the usual one. */
    static Set<String> addresses(ClusterImage image, Optional<String> listener) {
        Set<String> addresses = new TreeSet<>();
        for (BrokerRegistration broker : image.brokers().values()) {
            TreeMap<String, String> endpoints = new TreeMap<>(broker.endpoints());
            if (listener.isPresent()) {
                endpoints.keySet().retainAll(Set.of(listener.get()));
            }
            if (!endpoints.isEmpty()) {
                addresses.add(
                        endpoints.getOrDefault(USUAL_LISTENER, endpoints.firstEntry().getValue()));
            }
        }
        return addresses;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            Made old = made;
            made = null;
            if (old != null) {
                old.admin().close(Duration.ZERO);
            }
        } finally {
            lock.unlock();
        }
    }
}
