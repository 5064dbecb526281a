package io.headrace.broker.wiring;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of this broker.
 *
 * @param id of this broker in its cluster
 * @param dataDir where the logs lie
 * @param advertisedUrl base of the HTTP API as others reach it; by default the listening address
 * @param rack failure domain
 * @param diskReserve free space below which appends are refused
 * @param recoveryThreads logs that are recovered at the same time
 * @param flushThreads fsyncs that run at the same time
 * @param retentionCheck how often retention is applied
 * @param topicDefaults defaults of topic settings, by Kafka's names
 */
@Validated
@ConfigurationProperties("headrace.broker")
public record BrokerProperties(
        @DefaultValue("1") @Min(0) int id,
        @DefaultValue("data/broker") @NotNull Path dataDir,
        @Nullable String advertisedUrl,
        @Nullable String rack,
        @DefaultValue("256MB") @NotNull DataSize diskReserve,
        @DefaultValue("4") @Min(1) @Max(256) int recoveryThreads,
        @DefaultValue("4") @Min(1) @Max(256) int flushThreads,
        @DefaultValue("5m") @NotNull Duration retentionCheck,
        @DefaultValue @NotNull Map<String, String> topicDefaults,
        @DefaultValue @Valid @NotNull Compaction compaction,
        @DefaultValue @Valid @NotNull Http http,
        @DefaultValue @Valid @NotNull Replicas replicas) {

    /**
     * How compacted topics are cleaned.
     *
     * @param mapBytesMax memory for the keys of one round
     * @param backoff pause when no log is dirty enough
     */
    public record Compaction(
            @DefaultValue("64MB") @NotNull DataSize mapBytesMax,
            @DefaultValue("15s") @NotNull Duration backoff) {}

    /**
     * Limits of the HTTP API.
     *
     * @param requestBytesMax largest body of a produce request
     * @param bytesInFlightMax request bytes held at once over all connections
     * @param fetchBytesMax largest answer of one fetch
     * @param fetchBytesDefault answer size when none is asked for
     * @param fetchWaitMax longest long poll
     * @param ackTimeoutDefault wait for acknowledgement when none is asked for
     * @param ackTimeoutMax longest wait for acknowledgement
     * @param workers threads that load cold bytes and look up offsets
     * @param workersQueueMax requests that wait for these threads
     */
    public record Http(
            @DefaultValue("32MB") @NotNull DataSize requestBytesMax,
            @DefaultValue("128MB") @NotNull DataSize bytesInFlightMax,
            @DefaultValue("55MB") @NotNull DataSize fetchBytesMax,
            @DefaultValue("1MB") @NotNull DataSize fetchBytesDefault,
            @DefaultValue("60s") @NotNull Duration fetchWaitMax,
            @DefaultValue("30s") @NotNull Duration ackTimeoutDefault,
            @DefaultValue("120s") @NotNull Duration ackTimeoutMax,
            @DefaultValue("8") @Min(1) @Max(1024) int workers,
            @DefaultValue("4096") @Min(1) int workersQueueMax) {}

    /**
     * Bounds of waiting requests.
     *
     * @param queuedMax appends to one partition that wait for its writer
     * @param waitingMax appends to one partition that wait for their acknowledgement
     * @param parkedMax fetches that wait on this broker
     */
    public record Replicas(
            @DefaultValue("10000") @Min(1) int queuedMax,
            @DefaultValue("50000") @Min(1) int waitingMax,
            @DefaultValue("100000") @Min(1) int parkedMax) {}
}
