package io.headrace.broker.group;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Groups as {@code ListGroups} and {@code DescribeGroups} show them. */
public final class GroupView {

    /** The type of all groups here. */
    public static final String CLASSIC = "classic";

    /** The state of a group that does not exist. */
    public static final String DEAD = "Dead";

    private GroupView() {}

    public record Listed(String groupId, String protocolType, String state, int memberCount) {}

    /**
     * @param error COORDINATOR_LOAD_IN_PROGRESS when some groups are not known yet
     */
    public record Listing(ErrorCode error, List<Listed> groups) {

        public Listing {
            groups = List.copyOf(groups);
        }
    }

    public record DescribedMember(
            String memberId,
            @Nullable String instanceId,
            String clientId,
            String clientHost,
            ByteBuffer metadata,
            ByteBuffer assignment) {}

    /**
     * @param error GROUP_ID_NOT_FOUND when there is no such group
     * @param protocolName empty unless the group is stable, like metadata and assignments
     */
    public record Description(
            ErrorCode error,
            String groupId,
            String state,
            String protocolType,
            String protocolName,
            List<DescribedMember> members) {

        public Description {
            members = List.copyOf(members);
        }

        static Description failed(ErrorCode error, String groupId) {
            String state = error == ErrorCode.GROUP_ID_NOT_FOUND ? DEAD : "";
            return new Description(error, groupId, state, "", "", List.of());
        }
    }
}
