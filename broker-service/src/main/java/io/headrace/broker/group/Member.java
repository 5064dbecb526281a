package io.headrace.broker.group;

import io.headrace.broker.coordinator.ShardTimer;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A member of a group. Owner: the shard's thread. */
final class Member {

    private final String id;
    private final @Nullable String instanceId;
    private final Join.Client client;
    private Join.Timeouts timeouts;
    private List<Join.Protocol> protocols;

    /** What the leader gave it; empty before the first assignment. */
    ByteBuffer assignment = Sync.NOTHING;

    /** Joined since the group last had a generation; may be given up while it waits. */
    boolean isNew;

    /** Set while its JoinGroup waits; the group counts these. */
    @Nullable Consumer<Join.Reply> awaitingJoin;

    /** Set while its SyncGroup waits. */
    @Nullable Consumer<Sync.Reply> awaitingSync;

    /** Runs when nothing was heard of it for too long. */
    ShardTimer.@Nullable Pending session;

    Member(
            String id,
            @Nullable String instanceId,
            Join.Client client,
            Join.Timeouts timeouts,
            List<Join.Protocol> protocols) {
        this.id = id;
        this.instanceId = instanceId;
        this.client = client;
        this.timeouts = timeouts;
        this.protocols = protocols;
    }

    /** The same static member under a new member id; waits for nothing. */
    Member withId(String newId) {
        Member copy = new Member(newId, instanceId, client, timeouts, protocols);
        copy.assignment = assignment;
        copy.isNew = isNew;
        return copy;
    }

    String id() {
        return id;
    }

    @Nullable String instanceId() {
        return instanceId;
    }

    boolean isStatic() {
        return instanceId != null;
    }

    Join.Client client() {
        return client;
    }

    Join.Timeouts timeouts() {
        return timeouts;
    }

    List<Join.Protocol> protocols() {
        return protocols;
    }

    void update(Join.Timeouts newTimeouts, List<Join.Protocol> newProtocols) {
        timeouts = newTimeouts;
        protocols = newProtocols;
    }

    /** Empty when the member does not know the protocol. */
    ByteBuffer metadata(String protocolName) {
        for (Join.Protocol protocol : protocols) {
            if (protocol.name().equals(protocolName)) {
                return protocol.metadata();
            }
        }
        return Sync.NOTHING;
    }

    /** The protocol that it likes best among the candidates; it knows all of them. */
    String vote(Set<String> candidates) {
        for (Join.Protocol protocol : protocols) {
            if (candidates.contains(protocol.name())) {
                return protocol.name();
            }
        }
        throw new IllegalStateException(id + " knows none of " + candidates);
    }

    Set<String> protocolNames() {
        Set<String> names = new HashSet<>();
        protocols.forEach(protocol -> names.add(protocol.name()));
        return names;
    }

    /** Of its subscriptions. */
    int sizeInBytes() {
        return sizeInBytes(protocols);
    }

    static int sizeInBytes(List<Join.Protocol> protocols) {
        int size = 0;
        for (Join.Protocol protocol : protocols) {
            size += protocol.name().length() + protocol.metadata().remaining();
        }
        return size;
    }

    boolean isAwaitingJoin() {
        return awaitingJoin != null;
    }

    void answerSync(Sync.Reply reply) {
        Consumer<Sync.Reply> waiting = awaitingSync;
        awaitingSync = null;
        if (waiting != null) {
            waiting.accept(reply);
        }
    }

    void stopSession() {
        ShardTimer.Pending pending = session;
        session = null;
        if (pending != null) {
            pending.cancel();
        }
    }
}
