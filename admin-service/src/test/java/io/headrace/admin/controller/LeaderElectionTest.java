package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.PartitionState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeaderElectionTest {

    private static final List<Integer> ASSIGNMENT = List.of(0, 1, 2);
    private static final PartitionState STATE = new PartitionState(0, 5, ASSIGNMENT, 9);

    private static Map<Integer, BrokerRegistration> live(int... ids) {
        return Stream.of(java.util.Arrays.stream(ids).boxed().toArray(Integer[]::new))
                .map(id -> Images.broker(id, 10))
                .collect(Collectors.toMap(BrokerRegistration::id, Function.identity()));
    }

    private static Optional<PartitionState> next(
            PartitionState state, Map<Integer, BrokerRegistration> live, Set<Integer> newcomers) {
        return LeaderElection.next(state, ASSIGNMENT, live, newcomers);
    }

    @Test
    void nothingChangesWhileAllAreThere() {
        assertThat(next(STATE, live(0, 1, 2), Set.of())).isEmpty();
    }

    @Test
    void theFirstLiveReplicaInSyncTakesOverFromALeaderThatIsGone() {
        assertThat(next(STATE, live(1, 2), Set.of()))
                .contains(new PartitionState(1, 6, List.of(1, 2), 10));
    }

    @Test
    void aFollowerThatIsGoneLeavesTheIsrWithoutANewLeaderEpoch() {
        assertThat(next(STATE, live(0, 2), Set.of()))
                .contains(new PartitionState(0, 5, List.of(0, 2), 10));
    }

    @Test
    void aReplicaOutOfSyncNeverLeads() {
        PartitionState alone = new PartitionState(0, 5, List.of(0), 9);
        assertThat(next(alone, live(1, 2), Set.of()))
                .contains(new PartitionState(PartitionState.NO_LEADER, 6, List.of(0), 10));
    }

    @Test
    void withoutALeaderNothingChangesUntilOneOfTheIsrIsBack() {
        PartitionState leaderless = new PartitionState(PartitionState.NO_LEADER, 6, List.of(0), 10);
        assertThat(next(leaderless, live(1, 2), Set.of(1))).isEmpty();
        assertThat(next(leaderless, live(0, 1), Set.of(0)))
                .contains(new PartitionState(0, 7, List.of(0), 11));
    }

    @Test
    void aLeaderThatRestartedLeadsAgainUnderTheNextLeaderEpoch() {
        PartitionState alone = new PartitionState(0, 5, List.of(0), 9);
        assertThat(next(alone, live(0), Set.of(0)))
                .contains(new PartitionState(0, 6, List.of(0), 10));
    }

    @Test
    void anUncleanStartCostsThePlaceInTheIsrUnlessNobodyElseIsIn() {
        Map<Integer, BrokerRegistration> live =
                Map.of(
                        0,
                        Images.broker(0, 11, "r", true),
                        1,
                        Images.broker(1, 10),
                        2,
                        Images.broker(2, 10));
        assertThat(next(STATE, live, Set.of(0)))
                .contains(new PartitionState(1, 6, List.of(1, 2), 10));
        PartitionState alone = new PartitionState(0, 5, List.of(0), 9);
        assertThat(next(alone, live, Set.of(0))).contains(new PartitionState(0, 6, List.of(0), 10));
        assertThat(next(STATE, live, Set.of())).isEmpty();
    }
}
