package io.headrace.gateway.instance;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.route.KafkaEndpoints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Makes the stock consumers, as small as they go: nothing is fetched ahead beyond the bound, nobody
 * reads their metrics. Offsets are committed by {@link Progress} only.
 */
public final class GroupConsumers {

    private final KafkaEndpoints brokers;
    private final InstanceLimits limits;
    private final LongSupplier nanoClock;
    private final AtomicLong count = new AtomicLong();

    public GroupConsumers(KafkaEndpoints brokers, InstanceLimits limits, LongSupplier nanoClock) {
        this.brokers = brokers;
        this.limits = limits;
        this.nanoClock = nanoClock;
    }

    /** Does not wait for a broker. */
    Membership open(InstanceKey key, InstanceSettings settings) {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap());
        config.put(ConsumerConfig.GROUP_ID_CONFIG, key.group());
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, key.name() + "-" + count.incrementAndGet());
        config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, settings.autoOffsetReset());
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, settings.isolationLevel());
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1_000);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, limits.fetchBytesMax());
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, limits.fetchBytesMax());
        config.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, -1);
        config.put(ConsumerConfig.SEND_BUFFER_CONFIG, -1);
        config.put(ConsumerConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG, 60_000);
        config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
        config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 15_000);
        config.put(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        config.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        return new Membership(
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                settings,
                limits,
                limits.closeWait(),
                nanoClock);
    }

    private List<String> bootstrap() {
        List<String> live = brokers.live();
        if (live.isEmpty()) {
            throw HttpFailure.unavailable(50302, "No broker with a Kafka listener is registered.");
        }
        return live;
    }
}
