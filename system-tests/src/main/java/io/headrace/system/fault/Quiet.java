package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Series;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * How a cluster was before something that others than the one in trouble must not feel: who led,
 * how often replicas had left the ISR, and when. In a pair it expects nothing: who knows whose
 * doing it is.
 */
final class Quiet {

    private static final String SHRINKS = "kafka_server_replicamanager_isrshrinks_total";
    private static final String EXPANDS = "kafka_server_replicamanager_isrexpands_total";

    /** A broker gets back what it headed when it has been there for 30 s. */
    private static final Duration AT_HOME_MAX = Duration.ofSeconds(45);

    private final Field field;
    private final long sinceMs;
    private final Map<TopicPartition, Integer> leaders;
    private final Map<TopicPartition, Integer> leaderEpochs;
    private final Map<String, Double> shrinks;
    private final Map<String, Double> expands;

    private Quiet(Field field) throws IOException {
        this.field = field;
        boolean isAlone = field.isAlone();
        if (isAlone && !Waiting.until(AT_HOME_MAX, () -> field.clients().areLeadersAtHome())) {
            field.note("not every partition is led by the first of its replicas");
        }
        this.sinceMs = System.currentTimeMillis();
        this.leaders = isAlone ? field.clients().leaders() : Map.of();
        this.leaderEpochs = isAlone ? field.clients().leaderEpochs() : Map.of();
        this.shrinks = isAlone ? counts(field, SHRINKS) : Map.of();
        this.expands = isAlone ? counts(field, EXPANDS) : Map.of();
    }

    /** Waits until leaderships that a start before this has moved are given back. */
    static Quiet before(Field field) throws IOException {
        return new Quiet(field);
    }

    private static Map<String, Double> counts(Field field, String series) {
        Map<String, Double> counts = new TreeMap<>();
        for (Node broker : field.cluster().brokers()) {
            try {
                counts.put(
                        broker.name(),
                        Series.sum(broker.get("/actuator/prometheus").body(), series));
            } catch (IOException e) {
                field.note(broker + " does not show its metrics: " + e);
            }
        }
        return counts;
    }

    /**
     * No partition of the attacked topic had more than so many elections.
     *
     * @param most 0 for none
     */
    void expectElections(int most) throws IOException {
        if (field.isAlone()) {
            expectElections(leaderEpochs, most);
        }
    }

    /** No partition had an election but those that this broker led. */
    void expectElectionsOnlyOf(Node broker) throws IOException {
        if (field.isAlone()) {
            Map<TopicPartition, Integer> others = new TreeMap<>(Clients.IN_ORDER);
            others.putAll(leaderEpochs);
            others.keySet().removeIf(each -> leaders.getOrDefault(each, -1) == field.id(broker));
            expectElections(others, 0);
        }
    }

    private void expectElections(Map<TopicPartition, Integer> before, int most) throws IOException {
        Map<TopicPartition, Integer> after = field.clients().leaderEpochs();
        field.expect(
                tooOften(before, after, most).isEmpty(),
                "C20",
                "elections without need: leader epochs " + before + ", then " + after);
    }

    /** Partitions whose leader epoch has grown by more than that. */
    static List<TopicPartition> tooOften(
            Map<TopicPartition, Integer> before, Map<TopicPartition, Integer> after, int most) {
        return before.entrySet().stream()
                .filter(each -> after.getOrDefault(each.getKey(), 0) > each.getValue() + most)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Replicas left the ISR, of whatever partition, so often at most. */
    void expectShrinks(int most, String during) {
        if (!field.isAlone()) {
            return;
        }
        double count = Series.growth(shrinks, counts(field, SHRINKS));
        field.note(count + " replicas left an ISR " + during);
        field.expect(
                count <= most,
                "C22",
                count + " replicas left an ISR " + during + "; bound " + most);
    }

    /** Somebody left an ISR and came back, and those who wrote it have counted it. */
    void expectShrinkAndExpansion(String what) {
        if (!field.isAlone()) {
            return;
        }
        double left = Series.growth(shrinks, counts(field, SHRINKS));
        double back = Series.growth(expands, counts(field, EXPANDS));
        field.note(left + " left an ISR and " + back + " came back: " + what);
        field.expect(
                left >= 1 && back >= 1,
                "C22",
                "of " + what + " " + left + " exits and " + back + " returns were counted");
    }

    /** What was sent since is acknowledged, in every partition of the attacked topic. */
    void expectProgress(String during) {
        if (field.isAlone()) {
            field.expectProgress(sinceMs, during);
        }
    }
}
