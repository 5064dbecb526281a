package io.headrace.admin.controller;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who leads a partition after brokers came or went. Leaders come from the ISR only.
 *
 * <pre>
 * leader is     in the ISR live   result
 * live          -                 stays
 * restarted     -                 stays with leader epoch + 1: what it promised before is over
 * gone          some              first live replica of the assignment, leader epoch + 1
 * gone          none              no leader, leader epoch + 1; the ISR stays, nobody else may lead
 * none          some              first live replica of the assignment, leader epoch + 1
 * </pre>
 *
 * Replicas that are gone leave the ISR, and so do those that restarted without proof of a clean
 * stop, as long as a live replica remains in it.
 */
final class LeaderElection {

    private LeaderElection() {}

    /**
     * @param live brokers by id
     * @param newcomers live brokers that registered since the last election
     * @return the next state; empty when it need not change
     */
    static Optional<PartitionState> next(
            PartitionState state,
            List<Integer> assignment,
            Map<Integer, BrokerRegistration> live,
            Set<Integer> newcomers) {
        List<Integer> isr = trusted(state.isr(), live, newcomers);
        int leader = leader(state, assignment, isr, live);
        boolean isNewLeadership =
                leader != state.leader()
                        || (leader != PartitionState.NO_LEADER && newcomers.contains(leader));
        if (!isNewLeadership && isr.equals(state.isr())) {
            return Optional.empty();
        }
        return Optional.of(
                new PartitionState(
                        leader,
                        state.leaderEpoch() + (isNewLeadership ? 1 : 0),
                        isr,
                        state.partitionEpoch() + 1));
    }

    private static List<Integer> trusted(
            List<Integer> isr, Map<Integer, BrokerRegistration> live, Set<Integer> newcomers) {
        List<Integer> present = isr.stream().filter(live::containsKey).toList();
        if (present.isEmpty()) {
            return isr;
        }
        List<Integer> proven = new ArrayList<>(present);
        proven.removeIf(
                id -> {
                    BrokerRegistration broker = live.get(id);
                    return broker != null
                            && broker.previousEpoch() == BrokerRegistration.NO_PREVIOUS_EPOCH
                            && newcomers.contains(id);
                });
        return proven.isEmpty() ? present : proven;
    }

    private static int leader(
            PartitionState state,
            List<Integer> assignment,
            List<Integer> isr,
            Map<Integer, BrokerRegistration> live) {
        if (live.containsKey(state.leader()) && isr.contains(state.leader())) {
            return state.leader();
        }
        return assignment.stream()
                .filter(id -> live.containsKey(id) && isr.contains(id))
                .findFirst()
                .orElse(PartitionState.NO_LEADER);
    }
}
