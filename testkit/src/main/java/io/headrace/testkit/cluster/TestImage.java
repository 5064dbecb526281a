package io.headrace.testkit.cluster;

import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** An image of what a test names, and of nothing else; immutable. */
public record TestImage(
        long version,
        Map<Integer, BrokerRegistration> brokers,
        Map<String, TopicImage> topics,
        Map<TopicId, DeletedTopic> deleted,
        Admission admission,
        Map<Integer, Cordon> cordons,
        Optional<BalanceRun> balance) {

    /** An empty cluster, version 1. */
    public static TestImage empty() {
        return new TestImage(
                1, Map.of(), Map.of(), Map.of(), Admission.NONE, Map.of(), Optional.empty());
    }

    public TestImage version(long to) {
        return new TestImage(to, brokers, topics, deleted, admission, cordons, balance);
    }

    public TestImage brokers(Map<Integer, BrokerRegistration> to) {
        return new TestImage(version, to, topics, deleted, admission, cordons, balance);
    }

    public TestImage brokers(Collection<BrokerRegistration> to) {
        return brokers(
                to.stream().collect(Collectors.toMap(BrokerRegistration::id, Function.identity())));
    }

    public TestImage topics(Collection<TopicImage> to) {
        Map<String, TopicImage> byName =
                to.stream().collect(Collectors.toMap(TopicImage::name, Function.identity()));
        return new TestImage(version, brokers, byName, deleted, admission, cordons, balance);
    }

    public TestImage deleted(Map<TopicId, DeletedTopic> to) {
        return new TestImage(version, brokers, topics, to, admission, cordons, balance);
    }

    public TestImage admission(Admission to) {
        return new TestImage(version, brokers, topics, deleted, to, cordons, balance);
    }

    public TestImage cordons(Map<Integer, Cordon> to) {
        return new TestImage(version, brokers, topics, deleted, admission, to, balance);
    }

    public TestImage balance(Optional<BalanceRun> to) {
        return new TestImage(version, brokers, topics, deleted, admission, cordons, to);
    }

    public ClusterImage image() {
        return new ClusterImage(
                version,
                "cluster",
                1,
                Optional.of("me"),
                brokers,
                topics,
                deleted,
                Map.of(),
                Map.of(),
                admission,
                cordons,
                Map.of(),
                balance);
    }
}
