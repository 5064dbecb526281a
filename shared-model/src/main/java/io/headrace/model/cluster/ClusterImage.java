package io.headrace.model.cluster;

import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The whole cluster at one moment: immutable, replaced as a whole.
 *
 * @param version grows with every new image of one process; not comparable between processes
 * @param clusterId given once, at the first start of the cluster
 * @param controllerEpoch epoch of the newest controller; 0 before the first
 * @param controllerId id of the admin-service that is the controller, if one is elected
 * @param brokers live brokers by id
 * @param topics topics by name
 * @param deletedTopics tombstones by topic id
 * @param admins live admin-services by id
 * @param gateways live gateways by id
 * @param admission which registrations of brokers the controller has admitted
 * @param cordons brokers, live or not, that get no new replicas, by id
 * @param brokerConfigs settings that were changed at run time, by broker id, by Kafka's names
 * @param balance the plan that is carried out, or the last one
 */
public record ClusterImage(
        long version,
        String clusterId,
        int controllerEpoch,
        Optional<String> controllerId,
        Map<Integer, BrokerRegistration> brokers,
        Map<String, TopicImage> topics,
        Map<TopicId, DeletedTopic> deletedTopics,
        Map<String, ServiceRegistration> admins,
        Map<String, ServiceRegistration> gateways,
        Admission admission,
        Map<Integer, Cordon> cordons,
        Map<Integer, Map<String, String>> brokerConfigs,
        Optional<BalanceRun> balance) {

    public ClusterImage {
        brokers = sorted(brokers);
        topics = sorted(topics);
        deletedTopics = Map.copyOf(deletedTopics);
        admins = Map.copyOf(admins);
        gateways = Map.copyOf(gateways);
        cordons = Map.copyOf(cordons);
        brokerConfigs = Map.copyOf(brokerConfigs);
    }

    /** Whoever decides by an image goes through it in the same order, in every process. */
    private static <K extends Comparable<K>, V> Map<K, V> sorted(Map<K, V> map) {
        Map<K, V> copy = LinkedHashMap.newLinkedHashMap(map.size());
        map.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> copy.put(each.getKey(), each.getValue()));
        return Collections.unmodifiableMap(copy);
    }

    public Optional<TopicImage> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    /** The state of a partition; empty when the topic or the partition does not exist. */
    public Optional<PartitionState> partition(TopicPartition tp) {
        TopicImage topic = topics.get(tp.topic());
        if (topic == null || tp.partition() >= topic.partitionCount()) {
            return Optional.empty();
        }
        return Optional.of(topic.states().get(tp.partition()));
    }

    /**
     * The live broker that leads a partition; empty when there is no such partition, no leader, or
     * it is down.
     */
    public Optional<BrokerRegistration> leaderOf(TopicPartition tp) {
        return partition(tp).map(state -> brokers.get(state.leader()));
    }
}
