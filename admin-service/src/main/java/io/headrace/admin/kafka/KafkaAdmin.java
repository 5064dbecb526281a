package io.headrace.admin.kafka;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;

/**
 * Asks brokers what only they know, and changes it, over the Kafka protocol.
 *
 * <p>Bounds: each call waits for {@link Settings#timeout} at most. Errors: every method throws
 * {@link V3Exception}; retriable ones say so.
 */
public final class KafkaAdmin implements LagSource, AutoCloseable {

    /** Offset of a timestamp that no record has. */
    public static final long NO_OFFSET = -1;

    /** By topic, then by partition. */
    public static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final Supplier<ClusterImage> images;
    private final SharedClient client;
    private final long timeoutMs;

    /**
     * @param clientId as brokers see it
     * @param listener of the brokers; the usual one when absent
     * @param timeout of one call
     */
    public record Settings(String clientId, Optional<String> listener, Duration timeout) {}

    public KafkaAdmin(Supplier<ClusterImage> images, Settings settings) {
        this.images = images;
        this.client = new SharedClient(images, settings);
        this.timeoutMs = settings.timeout().toMillis();
    }

    @Override
    public List<String> groups() {
        Collection<GroupListing> found =
                await(
                        client.get().listGroups(ListGroupsOptions.forConsumerGroups()).all(),
                        "listing the consumer groups");
        return found.stream().map(GroupListing::groupId).sorted().toList();
    }

    /** Bytes on disk of the largest copy of each partition that these brokers hold. */
    public Map<TopicPartition, Long> partitionSizes(Collection<Integer> brokers) {
        Map<TopicPartition, Long> sizes = new TreeMap<>(BY_NAME);
        replicaSizes(brokers)
                .forEach((tp, replicas) -> sizes.put(tp, Collections.max(replicas.values())));
        return sizes;
    }

    /** Bytes on disk of each replica that these brokers hold, by broker. */
    public Map<TopicPartition, Map<Integer, Long>> replicaSizes(Collection<Integer> brokers) {
        Map<TopicPartition, Map<Integer, Long>> sizes = new TreeMap<>(BY_NAME);
        if (brokers.isEmpty()) {
            return sizes;
        }
        await(client.get().describeLogDirs(brokers).allDescriptions(), "asking for log directories")
                .forEach(
                        (broker, directories) ->
                                directories.values().stream()
                                        .flatMap(each -> each.replicaInfos().entrySet().stream())
                                        .forEach(
                                                replica ->
                                                        sizes.computeIfAbsent(
                                                                        ours(replica.getKey()),
                                                                        tp -> new HashMap<>())
                                                                .put(
                                                                        broker,
                                                                        replica.getValue()
                                                                                .size())));
        return sizes;
    }

    /** Those of these groups that exist, by id. */
    public Map<String, GroupDescription> describe(Collection<String> groups) {
        Map<String, GroupDescription> found = new TreeMap<>();
        if (!groups.isEmpty()) {
            client.get()
                    .describeConsumerGroups(groups)
                    .describedGroups()
                    .forEach(
                            (id, future) ->
                                    describe(id, future).ifPresent(group -> found.put(id, group)));
        }
        return found;
    }

    private Optional<GroupDescription> describe(
            String id, KafkaFuture<ConsumerGroupDescription> future) {
        try {
            ConsumerGroupDescription group = await(future, "describing group '" + id + "'");
            return group.groupState() == GroupState.DEAD
                    ? Optional.empty()
                    : Optional.of(description(group));
        } catch (V3Exception e) {
            if (e.code().equals(ErrorCode.GROUP_ID_NOT_FOUND.name())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static GroupDescription description(ConsumerGroupDescription group) {
        return new GroupDescription(
                group.groupId(),
                group.isSimpleConsumerGroup(),
                group.partitionAssignor(),
                group.groupState().name(),
                group.type().name(),
                group.coordinator() == null || group.coordinator().isEmpty()
                        ? OptionalInt.empty()
                        : OptionalInt.of(group.coordinator().id()),
                group.members().stream()
                        .sorted(Comparator.comparing(MemberDescription::consumerId))
                        .map(KafkaAdmin::member)
                        .toList());
    }

    private static GroupMember member(MemberDescription member) {
        return new GroupMember(
                member.consumerId(),
                member.groupInstanceId(),
                member.clientId(),
                member.host(),
                member.assignment().topicPartitions().stream()
                        .map(KafkaAdmin::ours)
                        .sorted(BY_NAME)
                        .toList());
    }

    /** Also of topics that are gone. Empty when the group does not exist. */
    public Map<TopicPartition, Committed> committed(String group) {
        return committedOf(
                await(
                        client.get()
                                .listConsumerGroupOffsets(group)
                                .partitionsToOffsetAndMetadata(),
                        "reading the offsets of group '" + group + "'"));
    }

    @Override
    public Map<String, Map<TopicPartition, Committed>> committed(Collection<String> groups) {
        Map<String, ListConsumerGroupOffsetsSpec> asked =
                groups.stream()
                        .collect(
                                Collectors.toMap(
                                        group -> group,
                                        group -> new ListConsumerGroupOffsetsSpec()));
        ClusterImage image = images.get();
        Map<String, Map<TopicPartition, Committed>> answer = new TreeMap<>();
        await(client.get().listConsumerGroupOffsets(asked).all(), "reading offsets of groups")
                .forEach(
                        (group, offsets) -> {
                            Map<TopicPartition, Committed> of = committedOf(offsets);
                            of.keySet().removeIf(p -> image.partition(p).isEmpty());
                            answer.put(group, of);
                        });
        return answer;
    }

    private static Map<TopicPartition, Committed> committedOf(
            Map<org.apache.kafka.common.TopicPartition, @Nullable OffsetAndMetadata> offsets) {
        Map<TopicPartition, Committed> committed = new TreeMap<>(BY_NAME);
        offsets.forEach(
                (partition, offset) -> {
                    if (offset != null) {
                        committed.put(
                                ours(partition), new Committed(offset.offset(), offset.metadata()));
                    }
                });
        return committed;
    }

    /** Log start offsets. All partitions must exist. */
    public Map<TopicPartition, Long> earliest(Set<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.earliest());
    }

    /** High watermarks. All partitions must exist. */
    public Map<TopicPartition, Long> latest(Set<TopicPartition> partitions) {
        return offsets(partitions, OffsetSpec.latest());
    }

    /** Of the first record that is as young; {@link #NO_OFFSET} where there is none. */
    public Map<TopicPartition, Long> atTime(Set<TopicPartition> partitions, long timestampMs) {
        return offsets(partitions, OffsetSpec.forTimestamp(timestampMs));
    }

    @Override
    public Map<TopicPartition, Long> latestOfLed(Set<TopicPartition> partitions) {
        ClusterImage image = images.get();
        return latest(
                partitions.stream()
                        .filter(p -> image.leaderOf(p).isPresent())
                        .collect(Collectors.toSet()));
    }

    private Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, Long> offsets = new TreeMap<>(BY_NAME);
        if (partitions.isEmpty()) {
            return offsets;
        }
        ClusterImage image = images.get();
        Map<org.apache.kafka.common.TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (TopicPartition partition : partitions) {
            if (image.leaderOf(partition).isEmpty()) {
                throw V3Exception.of(
                        ErrorCode.LEADER_NOT_AVAILABLE,
                        partition + " has no live leader; try again later");
            }
            asked.put(kafkas(partition), spec);
        }
        ListOffsetsResult result = client.get().listOffsets(asked);
        await(result.all(), "reading the ends of " + partitions.size() + " partitions")
                .forEach((partition, found) -> offsets.put(ours(partition), found.offset()));
        return offsets;
    }

    /**
     * Commits these offsets.
     *
     * @throws V3Exception NON_EMPTY_GROUP, if somebody has joined the group
     */
    public void alter(String group, Map<TopicPartition, Committed> offsets) {
        Map<org.apache.kafka.common.TopicPartition, OffsetAndMetadata> wanted = new HashMap<>();
        offsets.forEach(
                (partition, to) ->
                        wanted.put(
                                kafkas(partition),
                                new OffsetAndMetadata(to.offset(), to.metadata())));
        String what = "changing the offsets of group '" + group + "'";
        try {
            var _ = await(client.get().alterConsumerGroupOffsets(group, wanted).all(), what);
        } catch (V3Exception e) {
            if (e.code().equals(ErrorCode.UNKNOWN_MEMBER_ID.name())
                    || e.code().equals(ErrorCode.REBALANCE_IN_PROGRESS.name())) {
                throw V3Exception.of(
                        ErrorCode.NON_EMPTY_GROUP,
                        "somebody has just joined group '" + group + "'; its offsets stay");
            }
            throw e;
        }
    }

    /** Forgets what a group has committed for these partitions. */
    public void deleteOffsets(String group, Set<TopicPartition> partitions) {
        var _ =
                await(
                        client.get()
                                .deleteConsumerGroupOffsets(
                                        group,
                                        partitions.stream()
                                                .map(KafkaAdmin::kafkas)
                                                .collect(Collectors.toSet()))
                                .all(),
                        "deleting offsets of group '" + group + "'");
    }

    public void deleteGroup(String group) {
        var _ =
                await(
                        client.get().deleteConsumerGroups(List.of(group)).all(),
                        "deleting group '" + group + "'");
    }

    /**
     * Deletes the records before these offsets.
     *
     * @return the log start offsets afterwards
     */
    public Map<TopicPartition, Long> deleteRecords(Map<TopicPartition, Long> beforeOffsets) {
        Map<org.apache.kafka.common.TopicPartition, RecordsToDelete> wanted = new HashMap<>();
        beforeOffsets.forEach(
                (partition, offset) ->
                        wanted.put(kafkas(partition), RecordsToDelete.beforeOffset(offset)));
        Map<TopicPartition, Long> starts = new TreeMap<>(BY_NAME);
        client.get()
                .deleteRecords(wanted)
                .lowWatermarks()
                .forEach(
                        (partition, deleted) ->
                                starts.put(
                                        ours(partition),
                                        await(deleted, "deleting records of " + partition)
                                                .lowWatermark()));
        return starts;
    }

    private <T> T await(KafkaFuture<T> future, String what) {
        return KafkaErrors.await(future, timeoutMs, what);
    }

    private static TopicPartition ours(org.apache.kafka.common.TopicPartition partition) {
        return new TopicPartition(partition.topic(), partition.partition());
    }

    private static org.apache.kafka.common.TopicPartition kafkas(TopicPartition partition) {
        return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
    }

    @Override
    public void close() {
        client.close();
    }
}
