package io.headrace.admin.group;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.kafka.Committed;
import io.headrace.admin.kafka.GroupDescription;
import io.headrace.admin.kafka.GroupMember;
import io.headrace.admin.kafka.KafkaAdmin;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What groups there are, who is in them and how far they are behind. */
public final class GroupReads {

    private final KafkaAdmin kafka;
    private final Supplier<ClusterImage> images;

    public GroupReads(KafkaAdmin kafka, Supplier<ClusterImage> images) {
        this.kafka = kafka;
        this.images = images;
    }

    /** Groups by id, and whether more come behind them. */
    record Page(List<GroupDescription> groups, Optional<String> next) {}

    /**
     * @param after the id before the first of the page; absent for the first page
     */
    Page page(Optional<String> after, int size) {
        List<String> ids =
                kafka.groups().stream()
                        .filter(id -> after.map(from -> id.compareTo(from) > 0).orElse(true))
                        .limit(size + 1L)
                        .toList();
        boolean hasMore = ids.size() > size;
        List<String> page = hasMore ? ids.subList(0, size) : ids;
        return new Page(
                List.copyOf(kafka.describe(page).values()),
                hasMore ? Optional.of(page.getLast()) : Optional.empty());
    }

    Optional<GroupDescription> find(String id) {
        return Optional.ofNullable(kafka.describe(List.of(id)).get(id));
    }

    GroupDescription group(String id) {
        return find(id).orElseThrow(
                        () ->
                                V3Exception.of(
                                        ErrorCode.GROUP_ID_NOT_FOUND,
                                        "there is no consumer group '" + id + "'"));
    }

    GroupMember member(GroupDescription group, String memberId) {
        return group.members().stream()
                .filter(member -> member.id().equals(memberId))
                .findFirst()
                .orElseThrow(
                        () ->
                                V3Exception.notFound(
                                        "group '"
                                                + group.id()
                                                + "' has no member '"
                                                + memberId
                                                + "'"));
    }

    /** Of every partition that exists and that the group has committed for. */
    List<PartitionLag> lags(GroupDescription group) {
        ClusterImage image = images.get();
        Map<TopicPartition, Committed> committed = kafka.committed(group.id());
        Set<TopicPartition> known =
                committed.keySet().stream()
                        .filter(p -> image.partition(p).isPresent())
                        .collect(Collectors.toSet());
        Map<TopicPartition, Long> ends = kafka.latest(known);
        Map<TopicPartition, GroupMember> owners = new HashMap<>();
        group.members().forEach(member -> member.assignment().forEach(p -> owners.put(p, member)));
        return committed.entrySet().stream()
                .filter(entry -> ends.containsKey(entry.getKey()))
                .map(
                        entry ->
                                new PartitionLag(
                                        entry.getKey(),
                                        entry.getValue().offset(),
                                        ends.getOrDefault(entry.getKey(), 0L),
                                        Optional.ofNullable(owners.get(entry.getKey()))))
                .toList();
    }
}
