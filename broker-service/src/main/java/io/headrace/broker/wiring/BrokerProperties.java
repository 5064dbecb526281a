package io.headrace.broker.wiring;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.hibernate.validator.constraints.time.DurationMin;
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
 * @param rack failure domain; none when absent or blank
 * @param diskReserve free space below which appends are refused
 * @param recoveryThreads logs that are recovered at the same time
 * @param flushThreads fsyncs that run at the same time
 * @param retentionCheck how often retention is applied
 * @param producerExpiration after which an idempotent producer that wrote nothing is forgotten
 * @param producersMax how many idempotent producers each partition remembers
 * @param handOverWait how long a stop waits for others to lead what this broker leads
 * @param topicDefaults defaults of topic settings, by Kafka's names
 * @param kafka the Kafka protocol
 * @param groups groups of consumers
 * @param replication how this broker copies from leaders, and what it asks of its followers
 * @param scrub how it looks for damage on its disk
 * @param metrics how many series it publishes
 * @param troubles from when on something is a trouble
 * @param slowReaders what becomes of clients that do not take their answers
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
        @DefaultValue("8") @Min(1) @Max(256) int flushThreads,
        @DefaultValue("5m") @NotNull Duration retentionCheck,
        @DefaultValue("24h") @NotNull Duration producerExpiration,
        @DefaultValue("10000") @Min(1) int producersMax,
        @DefaultValue("10s") @NotNull Duration handOverWait,
        @DefaultValue @NotNull Map<String, String> topicDefaults,
        @DefaultValue @Valid @NotNull Compaction compaction,
        @DefaultValue @Valid @NotNull Http http,
        @DefaultValue @Valid @NotNull Replicas replicas,
        @DefaultValue @Valid @NotNull Kafka kafka,
        @DefaultValue @Valid @NotNull Groups groups,
        @DefaultValue @Valid @NotNull Replication replication,
        @DefaultValue @Valid @NotNull Scrub scrub,
        @DefaultValue @Valid @NotNull Metrics metrics,
        @DefaultValue @Valid @NotNull Troubles troubles,
        @DefaultValue @Valid @NotNull SlowReaders slowReaders) {

    /** Nothing also where a template, such as a pod's label, has come out empty. */
    @Nullable String configuredRack() {
        return rack == null || rack.isBlank() ? null : rack;
    }

    /**
     * How this broker looks for damage on its disk.
     *
     * @param bytesPerSecond how fast it reads what is sealed
     * @param pause between two rounds through all logs
     */
    public record Scrub(
            @DefaultValue("4MB") @NotNull DataSize bytesPerSecond,
            @DefaultValue("1h") @NotNull Duration pause) {}

    /**
     * Bounds of what is published.
     *
     * @param topicsMax topics that have series of their own; later ones are counted for the broker
     *     only
     * @param partitionsMax a broker with more partitions publishes no series per partition
     * @param refreshEvery how often topics and partitions are looked at
     */
    public record Metrics(
            @DefaultValue("1000") @Min(0) int topicsMax,
            @DefaultValue("5000") @Min(0) int partitionsMax,
            @DefaultValue("10s") @NotNull Duration refreshEvery) {}

    /**
     * From when on something is a trouble: it is counted, logged and shown in the health.
     *
     * @param flushMax a flush of a log that takes longer
     * @param connectionsPerSecondMax more new connections of Kafka clients, on average over five
     *     seconds
     * @param resentShareMax a larger share of TCP segments that had to be sent again
     */
    public record Troubles(
            @DefaultValue("500ms") @NotNull Duration flushMax,
            @DefaultValue("100") @Min(1) int connectionsPerSecondMax,
            @DefaultValue("0.01") @DecimalMin("0") @DecimalMax("1") double resentShareMax) {}

    /**
     * What becomes of clients that do not take their answers, on all listeners.
     *
     * @param window in which an answer that waits must make progress, else it is a trouble, unless
     *     the client works on an answer before
     * @param bytesPerSecondMin so much, on average over the window
     * @param closeAfter how long a client may be slower, whatever it does, before its connection is
     *     closed
     */
    public record SlowReaders(
            @DefaultValue("4s") @DurationMin(millis = 100) @NotNull Duration window,
            @DefaultValue("1KB") @NotNull DataSize bytesPerSecondMin,
            @DefaultValue("5m") @NotNull Duration closeAfter) {}

    /**
     * How this broker copies partitions from their leaders.
     *
     * @param listener name of the Kafka listener that brokers use among themselves; by default the
     *     first by name
     * @param partitionBytesMax of one partition in one answer
     * @param answerBytesMax of one answer
     * @param bytesMin the leader waits for so many
     * @param waitMax the leader waits no longer
     * @param backoffMin pause after a first failure
     * @param backoffMax longest pause
     * @param connectTimeout for a connection to a leader
     * @param readTimeout for an answer, on top of {@code waitMax}
     * @param lagMax after which a follower that is not caught up leaves the in-sync replicas of
     *     what this broker leads (Kafka's replica.lag.time.max.ms)
     * @param movesRate bytes per second, for all replicas together that moves add to this broker,
     *     as long as it has no follower.replication.throttled.rate; 0 for no limit
     * @param catchUpMax how long after its start this broker is not ready while it is out of sync
     * @param rackAwareReads whether consumers that name their rack are sent to a replica there
     */
    public record Replication(
            @Nullable String listener,
            @DefaultValue("1MB") @NotNull DataSize partitionBytesMax,
            @DefaultValue("10MB") @NotNull DataSize answerBytesMax,
            @DefaultValue("1") @Min(1) int bytesMin,
            @DefaultValue("500ms") @NotNull Duration waitMax,
            @DefaultValue("20ms") @NotNull Duration backoffMin,
            @DefaultValue("1s") @NotNull Duration backoffMax,
            @DefaultValue("3s") @NotNull Duration connectTimeout,
            @DefaultValue("10s") @NotNull Duration readTimeout,
            @DefaultValue("30s") @NotNull Duration lagMax,
            @DefaultValue("50MB") @NotNull DataSize movesRate,
            @DefaultValue("2m") @NotNull Duration catchUpMax,
            @DefaultValue("true") boolean rackAwareReads) {}

    /**
     * Groups of consumers.
     *
     * @param initialRebalanceDelay how long a new group waits for more members
     * @param sessionTimeoutMin smallest session timeout that a member may ask for
     * @param sessionTimeoutMax largest one
     * @param membersMax members of one group, and ids given to members that have yet to join
     * @param groupsMax groups that this broker coordinates; new ones are refused above
     * @param offsetMetadataMax characters of a committed offset's metadata
     * @param commitTimeout how long a commit waits for the replicas
     * @param offsetsRetention how long offsets of a group without members are kept
     * @param offsetsCheck how often offsets are looked through for old ones
     * @param topicPartitions of the internal topic, when it is created
     * @param topicReplicas of the internal topic; fewer when fewer brokers live
     * @param threads that coordinate
     */
    public record Groups(
            @DefaultValue("3s") @NotNull Duration initialRebalanceDelay,
            @DefaultValue("6s") @NotNull Duration sessionTimeoutMin,
            @DefaultValue("30m") @NotNull Duration sessionTimeoutMax,
            @DefaultValue("10000") @Min(1) int membersMax,
            @DefaultValue("100000") @Min(1) int groupsMax,
            @DefaultValue("4096") @Min(0) @Max(10_000) int offsetMetadataMax,
            @DefaultValue("5s") @NotNull Duration commitTimeout,
            @DefaultValue("7d") @NotNull Duration offsetsRetention,
            @DefaultValue("10m") @NotNull Duration offsetsCheck,
            @DefaultValue("50") @Min(1) @Max(1000) int topicPartitions,
            @DefaultValue("3") @Min(1) int topicReplicas,
            @DefaultValue("2") @Min(1) @Max(256) int threads) {}

    /**
     * The Kafka protocol.
     *
     * @param listeners by name; a broker without one speaks HTTP only
     * @param autoCreateTopics whether a client that names an unknown topic creates it
     * @param frameBytesMax largest request
     * @param bytesInFlightMax request bytes held at once over all connections
     * @param connectionsMax connections of all listeners together
     * @param connectionsPerAddressMax connections from one address; fewer, so that one client
     *     cannot take all
     * @param idle after which a connection without a request, or one that does not take its answer,
     *     is closed
     * @param frameTime a request must have arrived by then, plus a second for each 64 KiB of it
     * @param fetchBytesMax largest answer of one fetch, unless its first batch is larger
     */
    public record Kafka(
            @DefaultValue @NotNull Map<String, @Valid Listener> listeners,
            @DefaultValue("true") boolean autoCreateTopics,
            @DefaultValue("100MB") @NotNull DataSize frameBytesMax,
            @DefaultValue("256MB") @NotNull DataSize bytesInFlightMax,
            @DefaultValue("10000") @Min(1) int connectionsMax,
            @DefaultValue("5000") @Min(1) int connectionsPerAddressMax,
            @DefaultValue("10m") @NotNull Duration idle,
            @DefaultValue("30s") @NotNull Duration frameTime,
            @DefaultValue("55MB") @NotNull DataSize fetchBytesMax) {

        /**
         * Names of listeners are upper case, as Kafka has them: the environment knows only one
         * case, and what it says of a listener must not make a second one beside it.
         */
        public Kafka {
            Map<String, Listener> named = new TreeMap<>();
            listeners.forEach((name, each) -> named.put(name.toUpperCase(Locale.ROOT), each));
            listeners = Collections.unmodifiableMap(named);
        }
    }

    /**
     * Where one Kafka listener is, and where clients are told it is.
     *
     * @param host address to listen on
     * @param port 0 for any free one
     * @param advertisedHost as clients reach it; by default {@code host}, or this machine's name
     *     when that is every address
     * @param advertisedPort by default the port that is listened on
     */
    public record Listener(
            @DefaultValue("127.0.0.1") @NotNull String host,
            @DefaultValue("9092") @Min(0) @Max(65535) int port,
            @Nullable String advertisedHost,
            @Nullable Integer advertisedPort) {}

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
