package io.headrace.admin.wiring;

import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the admin-service.
 *
 * @param id in the election; a random one when absent
 * @param advertisedUrl under which other services reach this one; from the bound address when
 *     absent
 * @param dataDir of the H2 database
 * @param requestBytesMax largest request body
 * @param changeTimeout how long a caller waits for the controller
 * @param forwardTimeout how long an instance waits for the controller's answer
 * @param electionWait how long a change waits for a controller to be elected
 * @param offsetsTimeout how long a partition's leader is waited for
 * @param sharedDatabaseOnly whether an instance with a database that cannot be shared (H2) refuses
 *     to start beside another one
 * @param tick how often the controller looks for old tombstones, and for leaderships to give back
 *     to brokers that have warmed up
 */
@Validated
@ConfigurationProperties("headrace.admin")
public record AdminProperties(
        @Nullable String id,
        @Nullable String advertisedUrl,
        @DefaultValue("data/admin") Path dataDir,
        @DefaultValue("1MB") DataSize requestBytesMax,
        @DefaultValue("20s") Duration changeTimeout,
        @DefaultValue("25s") Duration forwardTimeout,
        @DefaultValue("5s") Duration electionWait,
        @DefaultValue("5s") Duration offsetsTimeout,
        @DefaultValue("false") boolean sharedDatabaseOnly,
        @DefaultValue("10s") Duration tick,
        @Valid @DefaultValue Topics topics,
        @Valid @DefaultValue Leaders leaders,
        @Valid @DefaultValue Balance balance,
        @Valid @DefaultValue Audit audit,
        @Valid @DefaultValue Groups groups,
        @Valid @DefaultValue History history,
        @Valid @DefaultValue Metrics metrics) {

    /**
     * @param partitions of a new topic that asks for no number
     * @param replicationFactor of a new topic that asks for none; fewer while there are fewer
     *     brokers
     * @param partitionsMax of one topic
     * @param deletionGrace how long the files of a deleted topic can be rescued
     * @param tombstoneRetention how much longer its tombstone is kept
     */
    public record Topics(
            @Min(1) @DefaultValue("1") int partitions,
            @Min(1) @DefaultValue("3") int replicationFactor,
            @Min(1) @Max(10_000) @DefaultValue("5000") int partitionsMax,
            @DefaultValue("1h") Duration deletionGrace,
            @DefaultValue("30d") Duration tombstoneRetention) {}

    /**
     * @param interval between two looks at whether brokers lead the partitions that they head
     * @param imbalanceMax share of these, per broker, that others may lead
     * @param warmUp how long after its registration a broker leads only what nobody else can who
     *     has been there for longer, and is not filled
     */
    public record Leaders(
            @DefaultValue("5m") Duration interval,
            @DecimalMin("0.0") @DecimalMax("1.0") @DefaultValue("0.1") double imbalanceMax,
            @DefaultValue("30s") Duration warmUp) {}

    /**
     * @param movesMax partitions that move at the same time; more fill a broker sooner, and clients
     *     wait longer meanwhile
     * @param restFactor for how many times as long as a move took the next one is not begun, a
     *     second at most: with 9, moves that copy little take a tenth of the time
     * @param fillNewBrokers whether a broker that joins gets its share by itself
     */
    public record Balance(
            @Min(1) @Max(1000) @DefaultValue("1") int movesMax,
            @Min(0) @Max(100) @DefaultValue("9") int restFactor,
            @DefaultValue("true") boolean fillNewBrokers) {}

    /**
     * @param queueLength rows that may wait for the database
     * @param waitMax how long a change waits for its row
     * @param attempts per row
     * @param pause between attempts
     */
    public record Audit(
            @Min(1) @DefaultValue("10000") int queueLength,
            @DefaultValue("250ms") Duration waitMax,
            @Min(1) @DefaultValue("10") int attempts,
            @DefaultValue("3s") Duration pause) {}

    /**
     * @param listener of the brokers that is used; PLAINTEXT when absent
     * @param timeout of one call to brokers
     */
    public record Groups(@Nullable String listener, @DefaultValue("10s") Duration timeout) {

        Optional<String> configuredListener() {
            return Optional.ofNullable(listener)
                    .filter(text -> !text.isBlank())
                    .map(text -> text.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * @param interval between two looks at all groups; zero means no history of lag
     * @param retention of lag
     * @param resetRetention how long a reset can be undone
     * @param partitionsPerRound looked at, counted once per group; the next round goes on
     * @param seriesMax groups times partitions that are kept in memory
     */
    public record History(
            @DefaultValue("60s") Duration interval,
            @DefaultValue("7d") Duration retention,
            @DefaultValue("90d") Duration resetRetention,
            @Min(1) @DefaultValue("10000") int partitionsPerRound,
            @Min(1) @DefaultValue("100000") int seriesMax) {}

    /**
     * Bounds of what is published; with more than that, none of the kind is.
     *
     * @param partitionsMax partitions that have series of their own
     * @param lagsMax groups times partitions that have series of their own
     * @param lagSumsMax groups times topics that have series of their own
     */
    public record Metrics(
            @Min(0) @DefaultValue("5000") int partitionsMax,
            @Min(0) @DefaultValue("5000") int lagsMax,
            @Min(0) @DefaultValue("2000") int lagSumsMax) {}

    Optional<String> configuredId() {
        return Optional.ofNullable(id).filter(text -> !text.isBlank());
    }

    Optional<String> configuredUrl() {
        return Optional.ofNullable(advertisedUrl).filter(text -> !text.isBlank());
    }
}
