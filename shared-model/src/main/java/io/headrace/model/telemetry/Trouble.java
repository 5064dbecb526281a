package io.headrace.model.telemetry;

/**
 * What can go wrong around a service without being its own failure: the machine, the disk, the
 * network, its clients.
 *
 * <p>A closed list: each kind has a series, a word in the health and a paragraph in {@code
 * docs/operations/troubles.md}. Its words are never changed, alerts ask for them.
 */
public enum Trouble {
    READ_FAILED(
            "read_failed",
            "Consumers and followers cannot have these records from here",
            "Look at the disk; move the partition's leader to another broker"),
    SLOW_FLUSH(
            "slow_flush",
            "Writes that wait for the disk are acknowledged that much later",
            "Look at the disk and at who else writes to it"),
    STOOD_STILL(
            "stood_still",
            "Nobody was answered meanwhile, and sessions may have ended",
            "Look for long collections of garbage, heap dumps, swapping, or a paused machine"),
    STARVED(
            "starved",
            "Everything takes longer",
            "Give the process more CPU time, or find who takes it"),
    REPEATED_BATCH(
            "repeated_batch",
            "Answers to producers are lost or late, so they send again; nothing is stored twice",
            "Look at the network to the clients and at the request times"),
    CONNECTIONS_REFUSED(
            "connections_refused",
            "Clients are turned away before a byte of theirs is read",
            "Find who holds the connections, or raise headrace.broker.kafka.connections-max"),
    CONNECTION_STORM(
            "connection_storm",
            "Each new connection costs time that requests do not have",
            "Find the client that connects again and again; its own log says why"),
    SLOW_READER(
            "slow_reader",
            "Its connection, and the segment it reads, are held until it has all of its answer",
            "Look at that client and the network to it"),
    PACKETS_LOST(
            "packets_lost",
            "What is lost is sent again, after a pause: everything over the network is late",
            "Look at the network of this machine"),
    SLOW_LEADER(
            "slow_leader",
            "Followers are behind, and acks=all waits for them",
            "Look at the network between the two brokers, and at the load of the leader"),
    GROUPS_REFUSED(
            "groups_refused",
            "New groups must wait until others have gone; those that there are go on",
            "Find the client that makes ever new groups, or raise headrace.broker.groups.groups-max"),
    MEMBER_EXPIRED(
            "member_expired",
            "Its partitions stood still for the session timeout; its group shares them out anew",
            "See whether that client hangs, was killed, or is cut off");

    private final String label;
    private final String meaning;
    private final String remedy;

    Trouble(String label, String meaning, String remedy) {
        this.label = label;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /** The word in metrics, log lines and health. */
    public String label() {
        return label;
    }

    /** Why it matters; a sentence without its full stop. */
    public String meaning() {
        return meaning;
    }

    /** What to do; a sentence without its full stop. */
    public String remedy() {
        return remedy;
    }
}
