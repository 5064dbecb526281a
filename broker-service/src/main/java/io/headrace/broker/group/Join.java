package io.headrace.broker.group;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The call {@code JoinGroup}. */
public final class Join {

    static final int NO_GENERATION = -1;

    private Join() {}

    /**
     * A way to assign partitions that a member understands.
     *
     * @param metadata opaque; for consumers the subscription
     */
    public record Protocol(String name, ByteBuffer metadata) {}

    /** Who asks, for those who look at the group. */
    public record Client(String id, String host) {}

    /** What a client asks of a membership. */
    public record Timeouts(int sessionMs, int rebalanceMs) {}

    /**
     * @param memberId empty for a new member
     * @param instanceId of a static member
     * @param mayRequireMemberId whether the client can be told to come back with a member id
     * @param maySkipAssignment whether a leader can be told to leave the assignment as it is
     */
    public record Request(
            String groupId,
            String memberId,
            @Nullable String instanceId,
            Client client,
            Timeouts timeouts,
            String protocolType,
            List<Protocol> protocols,
            boolean mayRequireMemberId,
            boolean maySkipAssignment) {

        public Request {
            protocols = List.copyOf(protocols);
        }
    }

    /** A member as the leader sees it. */
    public record JoinedMember(String memberId, @Nullable String instanceId, ByteBuffer metadata) {}

    /**
     * @param members empty but for the leader
     */
    public record Reply(
            ErrorCode error,
            String memberId,
            int generation,
            @Nullable String protocolType,
            @Nullable String protocolName,
            String leader,
            boolean skipAssignment,
            List<JoinedMember> members) {

        public Reply {
            members = List.copyOf(members);
        }

        static Reply failed(ErrorCode error, String memberId) {
            return new Reply(error, memberId, NO_GENERATION, null, null, "", false, List.of());
        }
    }
}
