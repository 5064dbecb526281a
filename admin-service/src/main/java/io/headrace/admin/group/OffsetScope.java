package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.kafka.KafkaAdmin;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions a change is about.
 *
 * @param topics none means: everything that the group has committed
 */
record OffsetScope(List<TopicPart> topics) {

    static final int PARTITION_COUNT_MAX = 10_000;

    /**
     * @param partitions null means all
     */
    record TopicPart(
            @JsonProperty("topic_name") @Nullable String topicName,
            @Nullable List<@Nullable Integer> partitions) {}

    static OffsetScope of(@Nullable List<@Nullable TopicPart> topics) {
        if (topics == null) {
            return new OffsetScope(List.of());
        }
        if (topics.isEmpty()) {
            throw V3Exception.badRequest("'topics' is empty; leave it out to mean all");
        }
        for (TopicPart part : topics) {
            if (part == null || part.topicName() == null) {
                throw V3Exception.invalidPayload("an entry of 'topics' needs a 'topic_name'");
            }
        }
        return new OffsetScope(topics.stream().map(OffsetScope::present).toList());
    }

    private static TopicPart present(@Nullable TopicPart part) {
        if (part == null) {
            throw V3Exception.invalidPayload("'topics' holds a null");
        }
        return part;
    }

    /**
     * @param committed partitions that the group has committed for
     */
    NavigableSet<TopicPartition> resolve(ClusterImage image, Set<TopicPartition> committed) {
        NavigableSet<TopicPartition> all = new TreeSet<>(KafkaAdmin.BY_NAME);
        if (topics.isEmpty()) {
            committed.stream().filter(p -> image.partition(p).isPresent()).forEach(all::add);
            if (all.isEmpty()) {
                throw V3Exception.badRequest(
                        "the group has no committed offsets; say in 'topics' which ones are meant");
            }
        }
        for (TopicPart part : topics) {
            String topic = part.topicName() == null ? "" : part.topicName();
            if (part.partitions() == null) {
                int count = topic(image, topic).partitionCount();
                for (int p = 0; p < count; p++) {
                    add(all, new TopicPartition(topic, p));
                }
            } else {
                for (Integer p : part.partitions()) {
                    add(all, partition(image, topic, p));
                }
            }
        }
        if (all.size() > PARTITION_COUNT_MAX) {
            throw V3Exception.badRequest(
                    "these are "
                            + all.size()
                            + " partitions; at most "
                            + PARTITION_COUNT_MAX
                            + " are changed at once");
        }
        return all;
    }

    static TopicPartition partition(ClusterImage image, String topic, @Nullable Integer partition) {
        int count = topic(image, topic).partitionCount();
        if (partition == null) {
            throw V3Exception.invalidPayload("a partition of '" + topic + "' is null or missing");
        }
        if (partition < 0 || partition >= count) {
            throw V3Exception.partitionNotFound(
                    "topic '" + topic + "' has no partition " + partition);
        }
        return new TopicPartition(topic, partition);
    }

    private static TopicImage topic(ClusterImage image, String topic) {
        return image.topic(topic)
                .orElseThrow(
                        () ->
                                V3Exception.of(
                                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                        "there is no topic '" + topic + "'"));
    }

    private static void add(NavigableSet<TopicPartition> all, TopicPartition partition) {
        if (!all.add(partition)) {
            throw V3Exception.badRequest(partition + " is named twice");
        }
    }
}
