package io.headrace.broker.group;

import io.headrace.model.error.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls {@code Heartbeat} and {@code LeaveGroup}. */
public final class MemberCall {

    private MemberCall() {}

    /**
     * @param memberId empty where only the instance id is known
     */
    public record Identity(String memberId, @Nullable String instanceId) {}

    public record Heartbeat(String groupId, Identity member, int generation) {}

    public record Leave(String groupId, List<Identity> members) {

        public Leave {
            members = List.copyOf(members);
        }
    }

    /**
     * @param error of the whole call
     * @param members in the order of the request; empty when the whole call failed
     */
    public record LeaveReply(ErrorCode error, List<ErrorCode> members) {

        public LeaveReply {
            members = List.copyOf(members);
        }

        static LeaveReply failed(ErrorCode error) {
            return new LeaveReply(error, List.of());
        }
    }
}
