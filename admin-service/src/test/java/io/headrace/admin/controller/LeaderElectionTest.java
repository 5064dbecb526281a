package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.controller.LeaderElection.Rules;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartialProof;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.topic.TopicPartition;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaderElectionTest {

    private static final List<Integer> ASSIGNMENT = List.of(0, 1, 2);
    private static final PartitionState STATE = new PartitionState(0, 5, ASSIGNMENT, 9);

    private static Set<Integer> ids(String text) {
        Set<Integer> ids = new HashSet<>();
        if (text != null) {
            text.chars().map(c -> c - '0').forEach(ids::add);
        }
        return ids;
    }

    private static List<Integer> list(String text) {
        return text == null ? List.of() : text.chars().mapToObj(c -> c - '0').toList();
    }

    private static PartitionState state(String text, int leaderEpoch, int partitionEpoch) {
        String[] parts = text.split("[/|]", -1);
        return new PartitionState(
                parts[0].equals("-") ? PartitionState.NO_LEADER : Integer.parseInt(parts[0]),
                leaderEpoch,
                list(parts[1]),
                list(parts[2]),
                parts.length < 4 ? PartitionState.NO_LEADER : Integer.parseInt(parts[3]),
                partitionEpoch);
    }

    /**
     * leader/isr/elr, perhaps /last copy; each digit is a broker; a star behind min ISR allows
     * unclean elections.
     */
    @ParameterizedTest
    @CsvSource({
        // before, min, live, stopping, newcomers, untrusted, replaced, after, bump
        "0/012/,  2,  012, , , , ,        0/012/,   0",
        // who is gone is seen to by the leader
        "0/012/,  2,  12,  , , , ,        1/012/,   1",
        "0/012/,  2,  02,  , , , ,        0/012/,   0",
        "0/02/,   2,  0,   , , , ,        0/02/,    0",
        "0/012/,  2,  2,   , , , ,        2/012/,   1",
        "0/012/,  1,  2,   , , , ,        2/012/,   1",
        "0/012/,  2,  01,  0, , , ,       1/012/,   1",
        "0/012/,  2,  01,  , 0, , ,       0/012/,   1",
        "0/01/,   1,  0,   , 0, 0, ,      -/1/,     1",
        "0/012/,  2,  ,    , , , ,        -/012/,   1",
        "0/0/2,   2,  12,  , , , ,        2/2/0/0,  1",
        "2/2/0/0, 2,  ,    , , , ,        -/2/0/0,  1",
        "-/2/0/0, 2,  02,  , 2, 2, ,      0/0/,     1",
        "-/2/0/0, 2,  02,  , 2, , ,       2/2/0/0,  1",
        "0/0/2,   1,  12,  , , , ,        -/0/,     1",
        "0/0/2,   2,  1,   , , , ,        -/0/2,    1",
        "0/0/,    1,  12,  , , , ,        -/0/,     1",
        "0/0/,    1*, 12,  , , , ,        1/1/,     1",
        "-/0/,    1,  12,  , 1, 1, ,      -/0/,     0",
        "-/0/,    1,  01,  , 0, , ,       0/0/,     1",
        // restarted: trusted, without proof, alone without proof, with an empty disk
        "0/012/,  2,  012, , 0, , ,       0/012/,   1",
        "0/012/,  2,  012, , 0, 0, ,      1/12/,    1",
        "0/012/,  2,  012, , 1, 1, ,      0/02/,    0",
        "0/0/,    1,  012, , 0, 0, ,      0/0/,     1",
        "0/0/,    1,  012, , 0, 0, 0,     -//,      1",
        "0/0/,    1*, 012, , 0, 0, 0,     1/1/,     1",
        "-//,     1,  012, , , , ,        -//,      0",
        "0/0/2,   2,  02,  , 2, 2, ,      0/0/,     0",
        "0/0/2,   2,  0,   , 0, 0, ,      -/2//0,   1",
        "-/2//0,  2,  01,  , , , ,        -/2//0,   0",
        "-/2//0,  2,  02,  , 2, , ,       2/2//0,   1",
        "-/2//0,  2,  02,  , 2, 2, ,      0/0/,     1",
        "-/2//0,  2,  2,   , 2, 2, ,      -/0/,     0",
        "-/2//0,  2,  02,  , 2, 2, 2,     0/0/,     1",
        "-/2//0,  2,  0,   , 0, 0, ,      -/2//0,   0",
        "-/2//0,  2,  0,   , 0, 0, 0,     -/2/,     0",
        "-/2//0,  2*, 01,  , , , ,        0/0/,     1",
        "0/0/2,   2,  ,    , , , ,        -/0/2,    1",
        "0/0/2,   2,  02,  , 0, 0, ,      2/2//0,   1",
        "2/2//0,  2,  02,  , 2, 2, ,      0/0/,     1",
        "2/2//0,  2,  0,   , , , ,        -/2//0,   1",
        "2/2//0,  2,  2,   , 0, 0, 0,     2/2/,     0",
        // all came back without proof: one is the measure, the others catch up with it
        "-/012/,  2,  012, , 012, 012, ,  0/0/,     1",
        "1/12/,   2,  012, , 012, 012, ,  1/1/,     1",
        "-/01/,   2,  01,  , 01, 01, 0,   1/1/,     1",
        // stopping
        "0/012/,  2,  012, 0, , , ,       1/012/,   1",
        "0/012/,  2,  012, 1, , , ,       0/012/,   0",
        "0/01/,   2,  012, 0, , , ,       1/01/,    1",
        "0/0/,    2,  012, 0, , , ,       0/0/,     0",
        "0/012/,  2,  012, 012, , , ,     0/012/,   0",
        "0/012/,  2,  01,  01, , , ,      0/012/,   0",
    })
    void whoLeadsAndWhoIsInSync(
            String before,
            String min,
            String live,
            String stopping,
            String newcomers,
            String untrusted,
            String replaced,
            String after,
            int bump) {
        PartitionState from = state(before, 5, 9);
        Rules rules = new Rules(min.charAt(0) - '0', min.endsWith("*"));
        Standing standing =
                new Standing(
                        ids(live), ids(stopping), ids(newcomers), ids(untrusted), ids(replaced));

        PartitionState next =
                LeaderElection.next(from, ASSIGNMENT, standing, rules).orElse(state(before, 5, 10));

        assertThat(next).isEqualTo(state(after, 5 + bump, 10));
        assertThat(LeaderElection.next(next, ASSIGNMENT, settled(standing), rules)).isEmpty();
    }

    /** The same brokers, when elections have seen them. */
    private static Standing settled(Standing standing) {
        return new Standing(standing.live(), standing.stopping(), Set.of(), Set.of(), Set.of());
    }

    @Test
    void aReplicaThatLeavesTheAssignmentLeavesIsrAndEligibles() {
        PartitionState state = new PartitionState(0, 5, List.of(0, 3), List.of(4), 9);
        Standing standing =
                new Standing(Set.of(0, 1, 2, 3), Set.of(), Set.of(), Set.of(), Set.of());
        assertThat(LeaderElection.next(state, ASSIGNMENT, standing, new Rules(1, false)))
                .contains(new PartitionState(0, 5, List.of(0), 10));
    }

    @Test
    void theProofIsThatNothingWasLostSinceTheEpochSeenLastAndTheSameDisk() {
        Remembered remembered =
                new Remembered(
                        Map.of(),
                        Map.of(
                                0, new Remembered.Last(10, "d0"),
                                1, new Remembered.Last(10, "d1"),
                                2, new Remembered.Last(10, "d2"),
                                3, new Remembered.Last(10, ""),
                                4, new Remembered.Last(20, "d4"),
                                6, new Remembered.Last(10, "d6"),
                                7, new Remembered.Last(10, "d7")));
        List<BrokerRegistration> brokers =
                List.of(
                        Images.proven(0, 20, 10, "d0"),
                        Images.proven(1, 20, -1, "d1"),
                        Images.proven(2, 20, 10, "other"),
                        Images.proven(3, 20, 10, "d3"),
                        Images.proven(4, 20, 7, "d4"),
                        Images.proven(5, 20, 10, "d5"),
                        Images.proven(6, 20, 7, "d6"),
                        Images.proven(7, 20, 11, "d7"));
        ClusterImage image = Images.image(brokers);
        Standing standing = Standing.of(image, remembered);
        assertThat(standing.newcomers()).containsExactlyInAnyOrder(0, 1, 2, 3, 5, 6, 7);
        assertThat(standing.untrusted()).containsExactlyInAnyOrder(1, 2, 5, 7);
        assertThat(standing.replaced()).containsExactly(2);
    }

    @Test
    void theProofOfAllButSomePartitionsCountsForTheOthers() {
        TopicPartition damaged = new TopicPartition("t", 3);
        Remembered remembered =
                new Remembered(
                        Map.of(),
                        Map.of(
                                0, new Remembered.Last(10, "d"),
                                1, new Remembered.Last(10, "d"),
                                2, new Remembered.Last(10, "d"),
                                3, new Remembered.Last(20, "d"),
                                4, new Remembered.Last(15, "d")));
        PartialProof known = new PartialProof(10, Set.of(damaged));
        List<BrokerRegistration> brokers =
                List.of(
                        Images.proven(0, 20, -1, "d", known),
                        Images.proven(1, 20, -1, "other", known),
                        Images.proven(2, 20, -1, "d", new PartialProof(11, Set.of(damaged))),
                        Images.proven(3, 20, -1, "d", known),
                        Images.proven(4, 20, 15, "d", known),
                        Images.proven(5, 20, -1, "d", known));
        Standing standing = Standing.of(Images.image(brokers), remembered);
        assertThat(standing.untrusted()).containsExactly(1, 2, 5);
        assertThat(standing.of("t", 3).untrusted())
                .as("3 was seen with it, and 4 has lost nothing since it was")
                .containsExactly(0, 1, 2, 5);
        assertThat(standing.of("t", 2).untrusted()).containsExactly(1, 2, 5);
        assertThat(standing.of("u", 3).untrusted()).containsExactly(1, 2, 5);
    }

    @Test
    void thePreferredLeaderTakesOverOnlyInSyncAndPresent() {
        PartitionState state = new PartitionState(1, 5, List.of(1, 0), 9);
        assertThat(LeaderElection.preferred(state, ASSIGNMENT, standing(Set.of(0, 1), Set.of())))
                .contains(new PartitionState(0, 6, List.of(1, 0), 10));
        assertThat(LeaderElection.preferred(state, ASSIGNMENT, standing(Set.of(1), Set.of())))
                .isEmpty();
        assertThat(LeaderElection.preferred(state, ASSIGNMENT, standing(Set.of(0, 1), Set.of(0))))
                .isEmpty();
        assertThat(LeaderElection.preferred(STATE, ASSIGNMENT, standing(Set.of(0, 1), Set.of())))
                .isEqualTo(Optional.empty());
        PartitionState behind = new PartitionState(1, 5, List.of(1), 9);
        assertThat(LeaderElection.preferred(behind, ASSIGNMENT, standing(Set.of(0, 1), Set.of())))
                .isEmpty();
    }

    @Test
    void whoStartedAShortWhileAgoLeadsOnlyWhereNobodyElseCanAndTheOldestOfThemFirst() {
        PartitionState state = new PartitionState(0, 5, List.of(0, 1, 2), 9);
        assertThat(leader(state, Set.of(0), Map.of())).as("the first that is there").isEqualTo(1);
        assertThat(leader(state, Set.of(0), Map.of(1, 500L))).isEqualTo(2);
        assertThat(leader(state, Set.of(0), Map.of(1, 500L, 2, 400L))).isEqualTo(2);
        assertThat(leader(state, Set.of(0), Map.of(1, 400L, 2, 500L))).isEqualTo(1);
        assertThat(leader(state, Set.of(0), Map.of(1, 400L, 2, 400L))).isEqualTo(1);
        assertThat(leader(state, Set.of(0, 2), Map.of(1, 500L))).isEqualTo(1);
        assertThat(leader(state, Set.of(), Map.of(0, 500L))).as("it stays").isEqualTo(0);
    }

    private static int leader(
            PartitionState state, Set<Integer> stopping, Map<Integer, Long> started) {
        Standing standing =
                new Standing(
                        Set.of(0, 1, 2),
                        stopping,
                        Set.of(),
                        Distrust.NOBODY,
                        Set.of(),
                        Map.of(),
                        started);
        return LeaderElection.next(state, ASSIGNMENT, standing, new Rules(1, false))
                .orElse(state)
                .leader();
    }

    private static Standing standing(Set<Integer> live, Set<Integer> stopping) {
        return new Standing(live, stopping, Set.of(), Set.of(), Set.of());
    }
}
