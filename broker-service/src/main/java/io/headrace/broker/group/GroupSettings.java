package io.headrace.broker.group;

/**
 * Settings of all groups; Kafka's names where it has one.
 *
 * @param initialRebalanceDelayMs how long a new group waits for more members
 * @param sessionTimeoutMinMs smallest session timeout that a member may ask for
 * @param sessionTimeoutMaxMs largest one
 * @param newMemberJoinTimeoutMs how long a new member waits in a rebalance before it must ask again
 * @param memberCountMax members of one group
 * @param groupCountMax groups that a broker coordinates; new ones are refused above
 * @param metadataLengthMax characters of a committed offset's metadata
 * @param commitTimeoutMs how long a commit waits for the replicas
 * @param offsetsRetentionMs how long offsets of a group without members are kept
 * @param offsetsCheckMs how often offsets are looked through for old ones
 */
public record GroupSettings(
        int initialRebalanceDelayMs,
        int sessionTimeoutMinMs,
        int sessionTimeoutMaxMs,
        int newMemberJoinTimeoutMs,
        int memberCountMax,
        int groupCountMax,
        int metadataLengthMax,
        int commitTimeoutMs,
        long offsetsRetentionMs,
        long offsetsCheckMs) {

    /** Kafka's defaults. */
    public static final GroupSettings DEFAULTS =
            new GroupSettings(
                    3_000,
                    6_000,
                    1_800_000,
                    300_000,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    4_096,
                    5_000,
                    604_800_000L,
                    600_000L);
}
