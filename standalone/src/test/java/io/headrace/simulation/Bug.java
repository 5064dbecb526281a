package io.headrace.simulation;

/** Mistakes that a simulation must notice; made in its loops, never in the product. */
public enum Bug {
    NONE(1),
    /** A new follower first cuts its log at its high watermark, as Kafka did before KIP-101. */
    TRUNCATE_TO_HIGH_WATERMARK(205),
    /** The leader acknowledges what it alone has. */
    EARLY_ACKNOWLEDGEMENT(1),
    /** Another leader, in the same leader epoch. */
    SAME_LEADER_EPOCH(1),
    /** A broker claims a clean stop that it did not have. */
    CLEAN_STOP_CLAIMED(10),
    /** Replicas come into an ISR whoever they are. */
    NO_ADMISSION(1),
    /** Readers see what is not committed. */
    READ_UNCOMMITTED_END(1),
    /** A member commits, whatever its generation is. */
    COMMIT_WITHOUT_GENERATION(1),
    /** A coordinator that loads misses the end of its log. */
    LOADING_SKIPS_THE_LAST_BATCH(1),
    /** Nobody looks for damage on the own disk. */
    NO_SCRUBBER(1);

    /** What shows it most often. */
    Plan plan(long seed) {
        return switch (this) {
            case NO_ADMISSION -> Plan.storm(seed);
            case COMMIT_WITHOUT_GENERATION, LOADING_SKIPS_THE_LAST_BATCH ->
                    Plan.of(seed).withGroups();
            case NO_SCRUBBER -> Plan.of(seed).withRot();
            default -> Plan.of(seed);
        };
    }

    /** Begins where a seed notices it soon. */
    final long firstSeed;

    Bug(long firstSeed) {
        this.firstSeed = firstSeed;
    }
}
