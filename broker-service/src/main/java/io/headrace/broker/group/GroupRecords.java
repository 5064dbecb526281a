package io.headrace.broker.group;

import io.headrace.broker.coordinator.CoordinatorRecord;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of {@code __consumer_offsets}, byte for byte Kafka's.
 *
 * <pre>
 *   key    int16 1 (0 in old logs), string group, string topic, int32 partition
 *   value  int16 version 0-4, int64 offset, int32 leader epoch (3+), string metadata,
 *          int64 commit time, int64 expiry (1 only), tagged 0: topic id (4+)
 *
 *   key    int16 2, string group
 *   value  int16 version 0-4, string protocol type, int32 generation, nullable string protocol,
 *          nullable string leader, int64 time of the state (2+), members: string member id,
 *          nullable string instance id (3+), string client id, string client host, int32 rebalance
 *          timeout (1+), int32 session timeout, bytes subscription, bytes assignment
 * </pre>
 *
 * <p>Strings and bytes have an int16 or int32 length before version 4, then an unsigned varint of
 * the length plus one. Written are version 4 (1 with an expiry) of offsets and 3 of groups, as
 * Kafka 4.3 does; all are read. Records of other types are passed over.
 *
 * <p>Source: Kafka's {@code OffsetCommitKey}, {@code OffsetCommitValue}, {@code GroupMetadataKey},
 * {@code GroupMetadataValue}.
 */
final class GroupRecords {

    private static final short OFFSET_OF_OLD = 0;
    private static final short OFFSET = 1;
    private static final short GROUP = 2;

    private static final short OFFSET_VERSION = 4;
    private static final short OFFSET_VERSION_WITH_EXPIRY = 1;
    private static final short GROUP_VERSION = 3;
    private static final short FLEXIBLE = 4;

    /** A record that was understood. */
    sealed interface Stored {}

    /**
     * @param offset null when it was deleted
     */
    record StoredOffset(String groupId, TopicPartition partition, @Nullable CommittedOffset offset)
            implements Stored {}

    record DeletedGroup(String groupId) implements Stored {}

    record StoredGroup(
            String groupId,
            String protocolType,
            int generation,
            @Nullable String protocolName,
            @Nullable String leader,
            long stateSinceMs,
            List<Member> members)
            implements Stored {}

    /** Of a type that is not known here. */
    record Foreign() implements Stored {}

    private GroupRecords() {}

    // ---- writing

    static CoordinatorRecord offset(
            String group, TopicPartition partition, CommittedOffset offset) {
        boolean expires = offset.expireMs() >= 0;
        RecordWriter value = new RecordWriter();
        if (expires) {
            value.int16(OFFSET_VERSION_WITH_EXPIRY)
                    .int64(offset.offset())
                    .string(offset.metadata())
                    .int64(offset.commitMs())
                    .int64(offset.expireMs());
        } else {
            value.int16(OFFSET_VERSION)
                    .int64(offset.offset())
                    .int32(offset.leaderEpoch())
                    .compactString(offset.metadata())
                    .int64(offset.commitMs());
            topicIdTag(value, offset.topicId());
        }
        return new CoordinatorRecord(offsetKey(group, partition), value.bytes());
    }

    private static void topicIdTag(RecordWriter value, TopicId id) {
        if (id.equals(Offsets.ANY_ID)) {
            value.unsignedVarint(0);
        } else {
            value.unsignedVarint(1)
                    .unsignedVarint(0)
                    .unsignedVarint(2 * Long.BYTES)
                    .int64(id.mostSignificantBits())
                    .int64(id.leastSignificantBits());
        }
    }

    static CoordinatorRecord offsetTombstone(String group, TopicPartition partition) {
        return new CoordinatorRecord(offsetKey(group, partition), null);
    }

    private static ByteBuffer offsetKey(String group, TopicPartition partition) {
        return new RecordWriter()
                .int16(OFFSET)
                .string(group)
                .string(partition.topic())
                .int32(partition.partition())
                .bytes();
    }

    /**
     * @param assignments by member id, for every member of the group
     */
    static CoordinatorRecord group(Group group, Map<String, ByteBuffer> assignments) {
        RecordWriter value = new RecordWriter();
        String type = group.protocolType();
        String protocol = group.protocolNameOrEmpty();
        value.int16(GROUP_VERSION)
                .string(type == null ? "" : type)
                .int32(group.generation())
                .nullableString(group.protocolName())
                .nullableString(group.leader())
                .int64(group.stateSinceMs())
                .int32(group.memberCount());
        for (Member member : group.members()) {
            value.string(member.id())
                    .nullableString(member.instanceId())
                    .string(member.client().id())
                    .string(member.client().host())
                    .int32(member.timeouts().rebalanceMs())
                    .int32(member.timeouts().sessionMs())
                    .sized(member.metadata(protocol))
                    .sized(assignments.getOrDefault(member.id(), Sync.NOTHING));
        }
        return new CoordinatorRecord(groupKey(group.id()), value.bytes());
    }

    static CoordinatorRecord groupTombstone(String group) {
        return new CoordinatorRecord(groupKey(group), null);
    }

    private static ByteBuffer groupKey(String group) {
        return new RecordWriter().int16(GROUP).string(group).bytes();
    }

    // ---- reading

    /**
     * @throws IllegalStateException if the bytes are none of the forms above
     */
    static Stored read(ByteBuffer key, @Nullable ByteBuffer value) {
        try {
            RecordParser in = new RecordParser(key.duplicate());
            short type = in.int16();
            return switch (type) {
                case OFFSET_OF_OLD, OFFSET -> {
                    String group = in.string();
                    String topic = in.string();
                    TopicPartition partition = new TopicPartition(topic, in.int32());
                    yield new StoredOffset(group, partition, value == null ? null : offset(value));
                }
                case GROUP -> {
                    String group = in.string();
                    yield value == null ? new DeletedGroup(group) : group(group, value);
                }
                default -> new Foreign();
            };
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IllegalStateException("a record of __consumer_offsets cannot be read", e);
        }
    }

    private static CommittedOffset offset(ByteBuffer value) {
        RecordParser in = new RecordParser(value.duplicate());
        short version = in.version(FLEXIBLE);
        long offset = in.int64();
        int leaderEpoch = version >= 3 ? in.int32() : -1;
        String metadata = version >= FLEXIBLE ? in.compactString() : in.string();
        long commitMs = in.int64();
        long expireMs = version == OFFSET_VERSION_WITH_EXPIRY ? in.int64() : -1;
        TopicId topicId = version >= FLEXIBLE ? in.taggedUuid(0) : Offsets.ANY_ID;
        return new CommittedOffset(offset, leaderEpoch, metadata, commitMs, expireMs, topicId);
    }

    private static StoredGroup group(String id, ByteBuffer value) {
        RecordParser in = new RecordParser(value.duplicate());
        short version = in.version(FLEXIBLE);
        boolean isFlexible = version >= FLEXIBLE;
        String type = isFlexible ? in.compactString() : in.string();
        int generation = in.int32();
        String protocol = isFlexible ? in.compactNullableString() : in.nullableString();
        String leader = isFlexible ? in.compactNullableString() : in.nullableString();
        long stateSinceMs = version >= 2 ? in.int64() : -1;
        int count = isFlexible ? in.unsignedVarint() - 1 : in.int32();
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(member(in, version, protocol == null ? "" : protocol));
        }
        return new StoredGroup(id, type, generation, protocol, leader, stateSinceMs, members);
    }

    private static Member member(RecordParser in, short version, String protocol) {
        boolean isFlexible = version >= FLEXIBLE;
        String id = isFlexible ? in.compactString() : in.string();
        String instance = null;
        if (version >= 3) {
            instance = isFlexible ? in.compactNullableString() : in.nullableString();
        }
        String clientId = isFlexible ? in.compactString() : in.string();
        String clientHost = isFlexible ? in.compactString() : in.string();
        int rebalanceMs = version >= 1 ? in.int32() : -1;
        int sessionMs = in.int32();
        ByteBuffer subscription = isFlexible ? in.compactBytes() : in.bytes();
        ByteBuffer assignment = isFlexible ? in.compactBytes() : in.bytes();
        if (isFlexible) {
            in.skipTags();
        }
        Member member =
                new Member(
                        id,
                        instance,
                        new Join.Client(clientId, clientHost),
                        new Join.Timeouts(sessionMs, rebalanceMs < 0 ? sessionMs : rebalanceMs),
                        List.of(new Join.Protocol(protocol, subscription)));
        member.assignment = assignment;
        return member;
    }
}
