package io.headrace.system.fault;

import io.headrace.system.cluster.Cluster;
import io.headrace.system.cluster.Node;
import io.headrace.system.fault.Plan.Demands;
import io.headrace.system.load.Journal;
import io.headrace.system.load.Load;
import io.headrace.system.load.TestTopic;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What is asked of every run, whatever its plan did, when that is over. */
final class Aftermath {

    private final Cluster cluster;
    private final Plan plan;
    private final List<TestTopic> topics;
    private final Journal journal;

    Aftermath(Cluster cluster, Plan plan, List<TestTopic> topics, Journal journal) {
        this.cluster = cluster;
        this.plan = plan;
        this.topics = topics;
        this.journal = journal;
    }

    void judgeStalls(Map<String, Long> stalls) {
        for (TestTopic topic : topics) {
            long ms = stalls.getOrDefault(topic.name(), 0L);
            if (isReplicatedOverKafka(topic) && ms > plan.stallMax().toMillis()) {
                journal.verdict(
                        "C22", topic.name() + " stood for " + ms + " ms; bound " + plan.stallMax());
            }
        }
    }

    private static boolean isReplicatedOverKafka(TestTopic topic) {
        return topic.replicas() > 1 && !topic.isOverHttp();
    }

    /** Whatever is done to others, no process ends that is not made to. */
    void judgeOwnEnds() {
        for (Node node : cluster.nodes()) {
            for (int code : node.takeOwnEnds()) {
                journal.verdict("C22", node + " ended by itself with " + code);
            }
        }
    }

    /** Where there are several copies, no stock producer is told that it has failed. */
    void judgeSends() {
        journal.mark("sends that failed: " + journal.failures());
        List<String> names =
                topics.stream()
                        .filter(Aftermath::isReplicatedOverKafka)
                        .map(TestTopic::name)
                        .toList();
        boolean areAll = plan.demands() == Demands.NO_FAILED_SEND;
        long failed =
                journal.failuresOverKafka(name -> areAll || names.contains(name))
                        + (areAll ? journal.failuresOverHttp() : 0);
        if (failed > 0) {
            journal.verdict("C22", "sends failed: " + journal.failures());
        }
    }

    /** What a member that came now would begin at: no acknowledged commit may be lost. */
    void noteCommits(Load load) {
        if (!load.hasGroup()) {
            return;
        }
        String group = load.group();
        try (Admin admin = Clients.admin(cluster)) {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    Clients.answer(
                            admin.listConsumerGroupOffsets(group)
                                    .partitionsToOffsetAndMetadata(group));
            journal.committedAtEnd(group, committed);
        } catch (IOException e) {
            journal.verdict("C22", "nobody says what " + group + " has committed: " + e);
        }
    }
}
