package io.headrace.admin.balance;

import io.headrace.model.topic.TopicPartition;
import java.util.List;

/**
 * One partition's way in a plan.
 *
 * @param from its replicas when the plan was made; when they are others later, the move is skipped
 * @param to its replicas afterwards, preferred leader first; the same ones in another order move no
 *     data
 * @param bytes that are copied; 0 when not known
 */
public record PlannedMove(
        TopicPartition partition, List<Integer> from, List<Integer> to, long bytes) {

    public PlannedMove {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }
}
