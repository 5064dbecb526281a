package io.headrace.broker.telemetry;

import java.util.List;

/** What the gauges ask; cheap enough for every scrape. */
public interface BrokerFigures {

    /**
     * Counts over all replicas of this broker.
     *
     * @param offline replicas whose log cannot be used
     */
    record Replicas(
            int partitions, int leaders, int underReplicated, int underMinIsr, int offline) {}

    record LogSize(String topic, int partition, long bytes) {}

    Replicas replicas();

    /** How often a replica left an ISR that this broker leads. */
    long isrShrinks();

    /** How often a replica came into one. */
    long isrExpansions();

    int offlineLogDirectories();

    boolean isDiskNearlyFull();

    int parkedFetches();

    long requestBytesInFlight();

    int strayReplicas();

    List<LogSize> logSizes();
}
