package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.controller.ClusterWrite.Elect;
import io.headrace.admin.controller.ClusterWrite.StateChange;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.topic.TopicId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UncleanElectionsTest {

    private static final PartitionState BEFORE =
            new PartitionState(PartitionState.NO_LEADER, 4, List.of(1), List.of(2), 9);

    private ClusterStore.Commit answer = ClusterStore.Commit.DONE;
    private final UncleanElections elections =
            new UncleanElections(
                    new ClusterStore() {
                        @Override
                        public Commit commit(Term term, List<ClusterWrite> step) {
                            return answer;
                        }

                        @Override
                        public Remembered rememberedBrokers() {
                            throw new AssertionError("not asked for here");
                        }
                    });

    @Test
    void a_leader_that_was_neither_in_sync_nor_eligible_counts() throws Exception {
        elect(3);
        assertThat(elections.count()).isEqualTo(1);
    }

    @Test
    void leaders_in_sync_eligible_ones_and_none_do_not_count() throws Exception {
        elect(1);
        elect(2);
        elect(PartitionState.NO_LEADER);
        assertThat(elections.count()).isZero();
    }

    @Test
    void what_was_not_written_does_not_count() throws Exception {
        answer = ClusterStore.Commit.STALE;
        elect(3);
        assertThat(elections.count()).isZero();
    }

    private void elect(int leader) throws InterruptedException {
        PartitionState after = new PartitionState(leader, 5, List.of(3), List.of(), 10);
        elections.commit(
                new Term(1, 1),
                List.of(
                        new Elect(
                                "t", TopicId.random(), Map.of(0, new StateChange(BEFORE, after)))));
    }
}
