package io.headrace.simulation;

/** Mistakes that a simulation must notice; made in its loops, never in the product. */
public enum Bug {
    NONE,
    /** A new follower first cuts its log at its high watermark, as Kafka did before KIP-101. */
    TRUNCATE_TO_HIGH_WATERMARK,
    /** The leader acknowledges what it alone has. */
    EARLY_ACKNOWLEDGEMENT,
    /** Another leader, in the same leader epoch. */
    SAME_LEADER_EPOCH,
    /** A broker claims a clean stop that it did not have. */
    CLEAN_STOP_CLAIMED,
    /** Replicas come into an ISR whoever they are. */
    NO_ADMISSION,
    /** Readers see what is not committed. */
    READ_UNCOMMITTED_END
}
