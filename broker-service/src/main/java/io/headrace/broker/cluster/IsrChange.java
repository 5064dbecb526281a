package io.headrace.broker.cluster;

import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Map;

/**
 * What the leader of a partition wants its in-sync replicas to be; valid against exactly one state.
 *
 * @param leaderEpoch of the leader that asks
 * @param partitionEpoch of the state that is to be replaced
 * @param isr the new one
 * @param elr the new eligible leader replicas
 * @param additions broker epoch, as their fetches carried it, of those who are new in the ISR
 */
public record IsrChange(
        TopicPartition partition,
        TopicId topicId,
        int leaderId,
        int leaderEpoch,
        int partitionEpoch,
        List<Integer> isr,
        List<Integer> elr,
        Map<Integer, Long> additions) {

    public IsrChange {
        isr = List.copyOf(isr);
        elr = List.copyOf(elr);
        additions = Map.copyOf(additions);
    }
}
