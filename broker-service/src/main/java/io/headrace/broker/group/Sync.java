package io.headrace.broker.group;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The call {@code SyncGroup}. */
public final class Sync {

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private Sync() {}

    /**
     * @param protocolType what the member believes; null when its client does not say
     * @param protocolName likewise
     * @param assignments by member id; from the leader only
     */
    public record Request(
            String groupId,
            MemberCall.Identity member,
            int generation,
            @Nullable String protocolType,
            @Nullable String protocolName,
            Map<String, ByteBuffer> assignments) {

        public Request {
            assignments = Map.copyOf(assignments);
        }
    }

    public record Reply(
            ErrorCode error,
            @Nullable String protocolType,
            @Nullable String protocolName,
            ByteBuffer assignment) {

        static Reply failed(ErrorCode error) {
            return new Reply(error, null, null, NOTHING);
        }
    }
}
