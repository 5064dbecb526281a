package io.headrace.admin.controller;

import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartialProof;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.ServiceRegistration;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.cluster.TestImage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Cluster images as the controller's tests write them. */
final class Images {

    private Images() {}

    static BrokerRegistration broker(int id, long epoch) {
        return broker(id, epoch, "rack-" + id, false);
    }

    static BrokerRegistration broker(int id, long epoch, String rack, boolean uncleanStart) {
        return new BrokerRegistration(
                id,
                epoch,
                "http://b" + id,
                Map.of(),
                Optional.of(rack),
                "test",
                uncleanStart ? -1 : 1,
                "disk",
                false);
    }

    /** A broker that proves that it stopped cleanly at an epoch, on a disk. */
    static BrokerRegistration proven(int id, long epoch, long provenEpoch, String disk) {
        return new BrokerRegistration(
                id,
                epoch,
                "http://b" + id,
                Map.of(),
                Optional.empty(),
                "test",
                provenEpoch,
                disk,
                false);
    }

    /** A broker that proves it of all but some partitions. */
    static BrokerRegistration proven(
            int id, long epoch, long provenEpoch, String disk, PartialProof partialProof) {
        return new BrokerRegistration(
                id,
                epoch,
                "http://b" + id,
                Map.of(),
                Optional.empty(),
                "test",
                provenEpoch,
                disk,
                false,
                Map.of(),
                Optional.of(partialProof));
    }

    static BrokerRegistration stopping(BrokerRegistration broker) {
        return new BrokerRegistration(
                broker.id(),
                broker.epoch(),
                broker.httpUrl(),
                broker.endpoints(),
                broker.rack(),
                broker.version(),
                broker.provenEpoch(),
                broker.directoryId(),
                true);
    }

    static ControllerRules rules(TopicRules topics) {
        return rules(topics, balance());
    }

    static ControllerRules.Balance balance() {
        return new ControllerRules.Balance(2, 0, false);
    }

    static ControllerRules rules(TopicRules topics, ControllerRules.Balance balance) {
        return new ControllerRules(
                topics,
                new ControllerRules.Leaders(Duration.ofMinutes(5), 0.1, Duration.ofSeconds(30)),
                balance);
    }

    /** What elections have seen that ended with these brokers. */
    static Remembered settled(List<BrokerRegistration> brokers) {
        return Remembered.NOTHING.after(image(brokers));
    }

    static Remembered remembered(Map<Integer, Long> admitted, BrokerRegistration... seen) {
        return new Remembered(admitted, settled(List.of(seen)).last());
    }

    static TopicImage topic(String name, List<List<Integer>> assignments) {
        return new TopicImage(
                name,
                new TopicId(7, name.hashCode()),
                Map.of(),
                assignments,
                TopicDecisions.firstStates(assignments));
    }

    static TopicImage withStates(TopicImage topic, List<PartitionState> states) {
        return new TopicImage(
                topic.name(), topic.id(), topic.config(), topic.assignments(), states);
    }

    static ClusterImage image(List<BrokerRegistration> brokers, TopicImage... topics) {
        return image(brokers, Map.of(), topics);
    }

    /** A cluster with this controller, which is its only admin-service. */
    static ClusterImage governed(String adminId, String url, BrokerRegistration... brokers) {
        return new ClusterImage(
                1,
                "cluster",
                1,
                Optional.of(adminId),
                Arrays.stream(brokers)
                        .collect(Collectors.toMap(BrokerRegistration::id, Function.identity())),
                Map.of(),
                Map.of(),
                Map.of(adminId, new ServiceRegistration(adminId, url, "test")),
                Map.of(),
                Admission.NONE,
                Map.of(),
                Map.of(),
                Optional.empty());
    }

    static ClusterImage image(
            List<BrokerRegistration> brokers,
            Map<TopicId, DeletedTopic> deletions,
            TopicImage... topics) {
        return TestImage.empty()
                .brokers(brokers)
                .topics(List.of(topics))
                .deleted(deletions)
                .image();
    }
}
