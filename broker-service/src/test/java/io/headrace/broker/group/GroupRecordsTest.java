package io.headrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.broker.coordinator.CoordinatorRecord;
import io.headrace.broker.group.GroupRecords.StoredGroup;
import io.headrace.broker.group.GroupRecords.StoredOffset;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.process.KafkaPeer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Our records against those of Kafka's own classes, both directions, every version. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroupRecordsTest {

    private static final String GROUP = "gruppe-ü";
    private static final TopicPartition PARTITION = new TopicPartition("t", 7);
    private static final long COMMITTED_MS = 1_700_000_000_000L;

    private final Map<String, ByteBuffer> kafkas = new HashMap<>();

    @BeforeAll
    void askKafka() {
        String program = Path.of("src/test/resources/kafka/PrintGroupRecords.java").toString();
        KafkaPeer.run(program, Duration.ofMinutes(2))
                .lines()
                .map(line -> line.split(" ", 2))
                .filter(parts -> parts.length == 2 && parts[0].contains("."))
                .forEach(
                        parts ->
                                kafkas.put(
                                        parts[0],
                                        ByteBuffer.wrap(HexFormat.of().parseHex(parts[1]))));
    }

    private ByteBuffer kafkas(String name) {
        ByteBuffer bytes = kafkas.get(name);
        assertThat(bytes).as(name).isNotNull();
        return bytes.duplicate();
    }

    private static CommittedOffset offset(int leaderEpoch, long expireMs, TopicId id) {
        return new CommittedOffset(42, leaderEpoch, "meta-é", COMMITTED_MS, expireMs, id);
    }

    private void assertWritten(CoordinatorRecord record, String key, @Nullable String value) {
        assertThat(record.key()).isEqualTo(kafkas(key));
        assertThat(record.value()).isEqualTo(value == null ? null : kafkas(value));
    }

    @Test
    void offsetsAreWrittenAsKafkaWritesThem() {
        assertWritten(
                GroupRecords.offset(GROUP, PARTITION, offset(3, -1, Offsets.ANY_ID)),
                "offset.key",
                "offset.value.4");
        assertWritten(
                GroupRecords.offset(GROUP, PARTITION, offset(3, -1, new TopicId(5, 6))),
                "offset.key",
                "offset.value.id");
        assertWritten(
                GroupRecords.offset(GROUP, PARTITION, offset(3, 99, Offsets.ANY_ID)),
                "offset.key",
                "offset.value.expires");
        assertWritten(GroupRecords.offsetTombstone(GROUP, PARTITION), "offset.key", null);
    }

    @Test
    void groupsAreWrittenAsKafkaWritesThem() {
        StoredGroup stored =
                (StoredGroup) GroupRecords.read(kafkas("group.key"), kafkas("group.value.3"));
        Group group = Group.restored(stored);
        Map<String, ByteBuffer> assignments = new HashMap<>();
        group.members().forEach(member -> assignments.put(member.id(), member.assignment));
        assertWritten(GroupRecords.group(group, assignments), "group.key", "group.value.3");
        assertWritten(GroupRecords.groupTombstone(GROUP), "group.key", null);
        Group empty =
                Group.restored(
                        (StoredGroup)
                                GroupRecords.read(kafkas("group.key"), kafkas("empty.value.3")));
        assertWritten(GroupRecords.group(empty, Map.of()), "group.key", "empty.value.3");
        assertThat(empty.state()).isEqualTo(GroupState.EMPTY);
    }

    @Test
    void everyVersionOfAnOffsetIsRead() {
        for (int version = 0; version <= 4; version++) {
            StoredOffset read =
                    (StoredOffset)
                            GroupRecords.read(
                                    kafkas("offset.key"), kafkas("offset.value." + version));
            assertThat(read.groupId()).isEqualTo(GROUP);
            assertThat(read.partition()).isEqualTo(PARTITION);
            assertThat(read.offset())
                    .as("version " + version)
                    .isEqualTo(offset(version >= 3 ? 3 : -1, -1, Offsets.ANY_ID));
        }
        assertThat(read("offset.value.id").offset()).isEqualTo(offset(3, -1, new TopicId(5, 6)));
        assertThat(read("offset.value.expires").offset()).isEqualTo(offset(-1, 99, Offsets.ANY_ID));
        assertThat(GroupRecords.read(kafkas("offset.key"), null))
                .isEqualTo(new StoredOffset(GROUP, PARTITION, null));
    }

    private StoredOffset read(String value) {
        return (StoredOffset) GroupRecords.read(kafkas("offset.key"), kafkas(value));
    }

    @Test
    void everyVersionOfAGroupIsRead() {
        for (int version = 0; version <= 4; version++) {
            StoredGroup read =
                    (StoredGroup)
                            GroupRecords.read(
                                    kafkas("group.key"), kafkas("group.value." + version));
            assertThat(read.groupId()).isEqualTo(GROUP);
            assertThat(read.protocolType()).isEqualTo("consumer");
            assertThat(read.generation()).isEqualTo(3);
            assertThat(read.protocolName()).isEqualTo("range");
            assertThat(read.leader()).isEqualTo("m-1");
            assertThat(read.stateSinceMs()).isEqualTo(version >= 2 ? 1_000 : -1);
            assertThat(read.members()).extracting(Member::id).containsExactly("m-1", "m-2");
            Member second = read.members().get(1);
            assertThat(second.instanceId()).isEqualTo(version >= 3 ? "instance" : null);
            assertThat(second.client()).isEqualTo(new Join.Client("client", "/127.0.0.1"));
            assertThat(second.timeouts())
                    .isEqualTo(new Join.Timeouts(10_000, version >= 1 ? 60_000 : 10_000));
            assertThat(second.metadata("range")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThat(second.assignment).isEqualTo(ByteBuffer.wrap(new byte[] {4, 5}));
        }
    }

    @Test
    void typesThatAreNotKnownArePassedOverAndTornBytesAreNot() {
        ByteBuffer foreign = ByteBuffer.allocate(2).putShort((short) 3).flip();
        assertThat(GroupRecords.read(foreign, null)).isInstanceOf(GroupRecords.Foreign.class);
        ByteBuffer whole = kafkas("group.value.3");
        for (int length = 0; length < whole.remaining(); length++) {
            ByteBuffer torn = whole.slice(0, length);
            assertThatThrownBy(() -> GroupRecords.read(kafkas("group.key"), torn))
                    .as(length + " bytes")
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
