package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.controller.LeaderElection.Rules;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The controller counts as leaders do: by partition, with the defaults that brokers have. */
class ElectionRulesTest {

    private static final Map<String, String> TWO = Map.of("min.insync.replicas", "2");

    private static BrokerRegistration broker(int id, Map<String, String> defaults) {
        return new BrokerRegistration(
                id,
                id,
                "http://b" + id,
                Map.of(),
                Optional.empty(),
                "test",
                1,
                "disk",
                false,
                defaults,
                Optional.empty());
    }

    private static TopicImage topic(
            Map<String, String> config, List<List<Integer>> assignments, PartitionState state) {
        return new TopicImage(
                "t",
                new TopicId(1, 2),
                config,
                assignments,
                assignments.stream().map(each -> state).toList());
    }

    private static List<Rules> rules(TopicImage topic, BrokerRegistration... brokers) {
        var rules = Rules.of(topic, Standing.defaults(Images.image(List.of(brokers), topic)));
        return IntStream.range(0, topic.partitionCount()).mapToObj(rules).toList();
    }

    @Test
    void eachPartitionHasItsOwnCountOfReplicas() {
        PartitionState state = new PartitionState(0, 1, List.of(0), 1);
        TopicImage topic = topic(TWO, List.of(List.of(0), List.of(0, 1, 2)), state);
        assertThat(rules(topic)).extracting(Rules::minIsr).containsExactly(1, 2);
    }

    @Test
    void whatTheTopicDoesNotSayTheBrokersDoAndTheMostCarefulCounts() {
        PartitionState state = new PartitionState(0, 1, List.of(0), 1);
        BrokerRegistration careful = broker(0, TWO);
        BrokerRegistration bold =
                broker(1, Map.of("unclean.leader.election.enable", "true", "retention.ms", "5"));
        List<List<Integer>> assignments = List.of(List.of(0, 1, 2), List.of(1, 2), List.of(1));
        assertThat(rules(topic(Map.of(), assignments, state), careful, bold))
                .containsExactly(new Rules(2, false), new Rules(1, false), new Rules(1, true));
        assertThat(rules(topic(Map.of("min.insync.replicas", "1"), assignments, state), careful))
                .containsOnly(new Rules(1, false));
    }

    @Test
    void whoLeftWhileTooFewWereInSyncLeadsAlsoWhereOnlyBrokersAskForTwo() {
        PartitionState state = new PartitionState(0, 1, List.of(0), List.of(1), 4);
        TopicImage topic = topic(Map.of(), List.of(List.of(0, 1)), state);
        List<BrokerRegistration> before = List.of(broker(0, TWO), broker(1, TWO));
        ClusterImage now = Images.image(before.subList(1, 2), topic);
        List<ClusterWrite.Elect> elections =
                Elections.due(now, Standing.of(now, Images.settled(before)));
        PartitionState after = elections.getFirst().changes().get(0).after();
        assertThat(after.leader()).isOne();
        assertThat(after.isr()).containsExactly(1);
    }
}
