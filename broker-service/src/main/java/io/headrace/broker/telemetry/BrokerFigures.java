package io.headrace.broker.telemetry;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What the gauges ask; cheap enough for every scrape. */
public interface BrokerFigures {

    /**
     * Counts over all replicas of this broker.
     *
     * @param offline replicas whose log cannot be used
     */
    record Replicas(
            int partitions, int leaders, int underReplicated, int underMinIsr, int offline) {}

    /**
     * @param bytes appended, copied from leaders
     * @param damaged answers of leaders that were not appended
     * @param truncations to where the histories parted
     * @param late answers that came later than leaders may let them wait
     */
    record Copying(long bytes, long damaged, long truncations, long disconnects, long late) {}

    /**
     * Groups that this broker coordinates.
     *
     * @param expired members that nothing was heard of
     * @param refused calls that would have made a group too many
     * @param loads partitions of groups that were loaded
     */
    record Coordinating(
            long rebalances,
            long expired,
            long commits,
            int groups,
            long refused,
            long loads,
            Duration loading) {}

    /**
     * @param standing damaged segments that no other replica could repair
     */
    record Scrubbing(long bytes, int standing, long repaired) {}

    Copying copying();

    Coordinating coordinating();

    /** Appends of what was stored before. */
    long repeatedBatches();

    /** How often the connection to ZooKeeper was lost. */
    long zooKeeperDisconnects();

    Scrubbing scrubbing();

    record LogSize(String topic, int partition, long bytes) {}

    /**
     * A partition that this broker leads.
     *
     * @param start offset of the first record
     * @param end offset behind the last one that consumers may read
     */
    record Led(
            String topic,
            int partition,
            int replicas,
            int inSync,
            int fewestInSync,
            long start,
            long end) {}

    Replicas replicas();

    /** How often a replica left an ISR that this broker leads. */
    long isrShrinks();

    /** How often a replica came into one. */
    long isrExpansions();

    int offlineLogDirectories();

    boolean isDiskNearlyFull();

    int parkedFetches();

    long requestBytesInFlight();

    /** Idempotent producers that were forgotten to make room for others. */
    long producersCrowdedOut();

    int strayReplicas();

    List<LogSize> logSizes();

    List<Led> led();

    /** Names of the topics that exist, as far as this broker knows; empty before it knows any. */
    Set<String> topics();
}
