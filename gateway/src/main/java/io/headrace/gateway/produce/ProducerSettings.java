package io.headrace.gateway.produce;

import io.headrace.model.cluster.GatewayClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How the stock producers are set; see decision 15.
 *
 * @param compression none, gzip, snappy, lz4 or zstd
 * @param batchBytes up to which records of one partition share a batch
 * @param inFlightMax requests to one broker that are not answered yet
 * @param memoryBytes that records which are not acknowledged may take
 * @param requestBytesMax largest request, and so the largest record
 * @param timeout from handing a record over to its acknowledgement
 */
public record ProducerSettings(
        String compression,
        int batchBytes,
        int inFlightMax,
        long memoryBytes,
        int requestBytesMax,
        Duration timeout) {

    private static final int METADATA_AGE_MS = 60_000;

    ProducerSettings inFlight(int max) {
        return new ProducerSettings(
                compression, batchBytes, max, memoryBytes, requestBytesMax, timeout);
    }

    Producer<byte[], byte[]> make(String acks, List<String> bootstrap) {
        return new KafkaProducer<>(
                config(acks, bootstrap), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * With acks=all the producer is idempotent: what it repeats is stored once, in order. With less
     * it cannot be, and a repeat may be stored twice; only one request at a time keeps the order.
     */
    private Map<String, Object> config(String acks, List<String> bootstrap) {
        boolean isIdempotent = acks.equals("all");
        int timeoutMs = (int) Math.min(timeout.toMillis(), Integer.MAX_VALUE / 2);
        Map<String, Object> config = new HashMap<>();
        config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        config.put(ProducerConfig.CLIENT_ID_CONFIG, GatewayClients.clientId("acks-" + acks));
        config.put(ProducerConfig.ACKS_CONFIG, acks);
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, isIdempotent);
        config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, inFlightMax);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, batchBytes);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, requestBytesMax);
        config.put(
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                Math.max(memoryBytes, 2L * Math.max(requestBytesMax, batchBytes)));
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, timeoutMs);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, timeoutMs / 2));
        config.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 20);
        config.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 500);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, 20);
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
        config.put(ProducerConfig.METADATA_MAX_AGE_CONFIG, METADATA_AGE_MS);
        config.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, List.of());
        config.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        return config;
    }
}
