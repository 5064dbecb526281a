import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue.MemberMetadata;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/** Prints keys and values of __consumer_offsets as Kafka's own classes write them: name, hex. */
public class PrintGroupRecords {

    public static void main(String[] args) {
        print(
                "offset.key",
                MessageUtil.toCoordinatorTypePrefixedBytes(
                        new OffsetCommitKey().setGroup("gruppe-ü").setTopic("t").setPartition(7)));
        print(
                "group.key",
                MessageUtil.toCoordinatorTypePrefixedBytes(
                        new GroupMetadataKey().setGroup("gruppe-ü")));
        for (short version = 0; version <= 4; version++) {
            value("offset.value." + version, version, offset().setTopicId(Uuid.ZERO_UUID));
            value("group.value." + version, version, group());
            value(
                    "empty.value." + version,
                    version,
                    new GroupMetadataValue()
                            .setProtocolType("consumer")
                            .setGeneration(4)
                            .setProtocol(null)
                            .setLeader(null)
                            .setCurrentStateTimestamp(1_000));
        }
        value("offset.value.id", (short) 4, offset().setTopicId(new Uuid(5, 6)));
        value("offset.value.expires", (short) 1, offset().setExpireTimestamp(99));
    }

    private static OffsetCommitValue offset() {
        return new OffsetCommitValue()
                .setOffset(42)
                .setLeaderEpoch(3)
                .setMetadata("meta-é")
                .setCommitTimestamp(1_700_000_000_000L);
    }

    private static GroupMetadataValue group() {
        return new GroupMetadataValue()
                .setProtocolType("consumer")
                .setGeneration(3)
                .setProtocol("range")
                .setLeader("m-1")
                .setCurrentStateTimestamp(1_000)
                .setMembers(List.of(member("m-1", null), member("m-2", "instance")));
    }

    private static MemberMetadata member(String id, String instance) {
        return new MemberMetadata()
                .setMemberId(id)
                .setGroupInstanceId(instance)
                .setClientId("client")
                .setClientHost("/127.0.0.1")
                .setRebalanceTimeout(60_000)
                .setSessionTimeout(10_000)
                .setSubscription(new byte[] {1, 2, 3})
                .setAssignment(new byte[] {4, 5});
    }

    private static void value(String name, short version, Message message) {
        print(name, MessageUtil.toVersionPrefixedBytes(version, message));
    }

    private static void print(String name, byte[] bytes) {
        System.out.println(name + " " + HexFormat.of().formatHex(bytes));
    }
}
