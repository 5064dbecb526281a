package io.headrace.gateway.instance;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/** Partitions that a client names, checked against the cluster image. */
final class KnownPartitions {

    static final Set<String> FIELDS = Set.of("topic", "partition");

    private final Supplier<ClusterImage> cluster;

    KnownPartitions(Supplier<ClusterImage> cluster) {
        this.cluster = cluster;
    }

    /** Those of a body's array {@code partitions}. */
    List<TopicPartition> in(ControlBody body) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (ControlBody entry : body.entries("partitions", FIELDS)) {
            partitions.add(checked(entry.partition()));
        }
        return partitions;
    }

    List<TopicPartition> of(String topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < image(topic).partitionCount(); i++) {
            partitions.add(new TopicPartition(topic, i));
        }
        return partitions;
    }

    /**
     * @throws HttpFailure 404 with 40401 or 40402
     */
    TopicPartition checked(TopicPartition partition) {
        TopicImage topic = image(partition.topic());
        if (partition.partition() >= topic.partitionCount()) {
            throw HttpFailure.unknownPartition(
                    topic.name(), partition.partition(), topic.partitionCount());
        }
        return partition;
    }

    private TopicImage image(String topic) {
        return cluster.get().topic(topic).orElseThrow(() -> HttpFailure.unknownTopic(topic));
    }
}
