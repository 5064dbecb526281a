package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.TopicPartition;

/** Replicas that move while brokers die (F55). */
final class MembershipAttacks {

    private static final Duration MOVE_MAX = Duration.ofMinutes(1);

    private MembershipAttacks() {}

    /** F55: a replica leaves a partition and comes back, and somebody dies meanwhile. */
    static void moves(Field field) throws IOException {
        try (Admin admin = field.clients().admin()) {
            while (field.goesOn()) {
                TopicPartition partition = field.anyPartition();
                List<Integer> ids = new ArrayList<>(List.of(1, 2, 3));
                Collections.shuffle(ids, field.random());
                move(field, admin, partition, ids.subList(0, 2));
                move(field, admin, partition, ids);
                field.settle();
            }
        }
    }

    private static void move(Field field, Admin admin, TopicPartition partition, List<Integer> to)
            throws IOException {
        field.mark("move " + partition + " to " + to);
        Clients.answer(
                admin.alterPartitionReassignments(
                                Map.of(
                                        partition,
                                        Optional.of(new NewPartitionReassignment(List.copyOf(to)))))
                        .all());
        Node broker = field.anyBroker();
        ProcessAttacks.kill(field, broker);
        field.pauseAbout(0, 2);
        field.startAgain(broker);
        boolean isDone =
                Waiting.until(
                        MOVE_MAX,
                        () ->
                                Clients.answer(admin.listPartitionReassignments().reassignments())
                                        .isEmpty());
        if (!isDone) {
            field.wrong("C22", "the move of " + partition + " is not done after " + MOVE_MAX);
        }
    }
}
