package io.headrace.gateway.wiring;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings below {@code headrace.gateway}.
 *
 * @param id of this gateway in the cluster; by default made of host and port
 * @param advertisedUrl where other services reach it; by default the address it listens on
 * @param clientUrl where clients reach this gateway and all others, for links in answers; by
 *     default the address through which each came
 * @param traceHeaders whether records get the {@code traceparent} of the request they came with
 */
@Validated
@ConfigurationProperties("headrace.gateway")
public record GatewayProperties(
        @Nullable String id,
        @Nullable String advertisedUrl,
        @DefaultValue("") @Pattern(regexp = "|https?://[^/?#]+[^?#]*") String clientUrl,
        @DefaultValue("true") boolean traceHeaders,
        @DefaultValue @Valid Tracing tracing,
        @DefaultValue @Valid Http http,
        @DefaultValue @Valid Produce produce,
        @DefaultValue @Valid Consume consume,
        @DefaultValue @Valid Instances instances,
        @DefaultValue @Valid Brokers brokers) {

    /**
     * Spans for a collector of OpenTelemetry.
     *
     * @param endpoint its URL for OTLP over HTTP, such as {@code http://collector:4318}; empty for
     *     none
     * @param ratio of the requests without a parent that are recorded, 0 to 1; a parent says for
     *     itself whether it is
     * @param sendEvery how long a span waits for others to be sent with
     */
    public record Tracing(
            @DefaultValue("") @Pattern(regexp = "|https?://.+") String endpoint,
            @DefaultValue("0.1") @DecimalMin("0") @DecimalMax("1") double ratio,
            @DefaultValue("2s") Duration sendEvery) {}

    /**
     * @param bodyBytesMax largest request body
     * @param inFlightBytesMax memory that requests in flight may hold; 0 for a quarter of the heap
     * @param requestTimeout in which a client must have sent its whole request
     */
    public record Http(
            @DefaultValue("16MB") DataSize bodyBytesMax,
            @DefaultValue("0B") DataSize inFlightBytesMax,
            @DefaultValue("60s") Duration requestTimeout) {}

    /**
     * @param acks when a request does not say: all, 1 or 0
     * @param compression of the batches that are made: none, gzip, snappy, lz4 or zstd
     * @param batchBytes up to which records of one partition share a batch
     * @param inFlightMax requests to one broker that are not answered yet
     * @param leaderWait how long a request waits for a broker that knows the topic
     * @param closeTimeout how long the end waits for records that are not acknowledged
     */
    public record Produce(
            @DefaultValue("100000") @Min(1) @Max(10_000_000) int recordCountMax,
            @DefaultValue("all") @Pattern(regexp = "all|1|0") String acks,
            @DefaultValue("none") @Pattern(regexp = "none|gzip|snappy|lz4|zstd") String compression,
            @DefaultValue("128KB") DataSize batchBytes,
            @DefaultValue("5") @Min(1) @Max(5) int inFlightMax,
            @DefaultValue("5s") Duration leaderWait,
            @DefaultValue("5s") Duration closeTimeout) {}

    /** See {@link io.headrace.gateway.consume.ConsumeLimits}. */
    public record Consume(
            @DefaultValue("1MB") DataSize pageBytes,
            @DefaultValue("4MB") DataSize pageBytesMax,
            @DefaultValue("256KB") DataSize streamPageBytes,
            @DefaultValue("60s") Duration waitMax,
            @DefaultValue("15s") Duration heartbeat,
            @DefaultValue("30s") Duration writeTimeout,
            @DefaultValue("10000") @Min(0) int streamsMax,
            @DefaultValue("128MB") DataSize decompressedBytesMax) {}

    /**
     * Consumer instances; see {@link io.headrace.gateway.instance.InstanceLimits}.
     *
     * @param max in this gateway
     * @param commitAsGiven whether a committed offset is the next to read; by default it is the
     *     last one read, as in the REST Proxy
     */
    public record Instances(
            @DefaultValue("4000") @Min(0) int max,
            @DefaultValue("8000") @Min(1) int callsMax,
            @DefaultValue("5m") Duration idleMax,
            @DefaultValue("1s") Duration keepEvery,
            @DefaultValue("10s") Duration joinWait,
            @DefaultValue("1MB") DataSize pageBytes,
            @DefaultValue("16MB") DataSize pageBytesMax,
            @DefaultValue("1MB") DataSize fetchBytesMax,
            @DefaultValue("5s") Duration commitEvery,
            @DefaultValue("5s") Duration closeWait,
            @DefaultValue("false") boolean commitAsGiven) {}

    /**
     * @param kafkaListener name of the brokers' Kafka listener that this gateway uses
     * @param appendTimeout from handing a record over to its acknowledgement
     * @param connectionsMax per broker
     * @param unknownTopicWait how long to look for a topic that the cluster image does not have
     *     (yet)
     */
    public record Brokers(
            @DefaultValue("PLAINTEXT") String kafkaListener,
            @DefaultValue("2s") Duration connectTimeout,
            @DefaultValue("30s") Duration appendTimeout,
            @DefaultValue("60s") Duration adminTimeout,
            @DefaultValue("1000") @Min(1) int connectionsMax,
            @DefaultValue("10000") @Min(1) int waitingMax,
            @DefaultValue("300ms") Duration unknownTopicWait) {}
}
