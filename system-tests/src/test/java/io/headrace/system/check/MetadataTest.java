package io.headrace.system.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Histories of metadata by hand: leader, leader epoch, partition epoch, then the change. */
class MetadataTest {

    private final Story story = new Story();
    private long change = 100;

    private void state(int leader, int leaderEpoch, int partitionEpoch) {
        story.checker.state(0, leader, leaderEpoch, partitionEpoch, true, change++);
    }

    private long found() {
        return story.finallyHolds().judge().count(Check.C20);
    }

    @Test
    void epochs_that_rise_are_sound() {
        state(1, 0, 0);
        state(1, 0, 1);
        state(2, 1, 2);
        state(-1, 2, 3);
        state(1, 3, 4);
        story.checker.controller(1, 5);
        story.checker.controller(2, 6);
        assertThat(found()).isZero();
    }

    @Test
    void two_leaders_in_one_leader_epoch_are_found() {
        state(1, 4, 1);
        state(2, 4, 2);
        assertThat(found()).isEqualTo(1);
    }

    @Test
    void two_leaders_in_one_leader_epoch_are_found_with_none_in_between() {
        state(1, 4, 1);
        state(-1, 4, 2);
        state(2, 4, 3);
        assertThat(found()).isEqualTo(1);
    }

    @Test
    void the_same_leader_epoch_in_two_partitions_is_sound() {
        story.checker.state(0, 1, 4, 1, true, 7);
        story.checker.state(1, 2, 4, 1, true, 7);
        assertThat(found()).isZero();
    }

    @Test
    void a_leader_epoch_that_falls_is_found() {
        state(1, 4, 1);
        state(2, 3, 2);
        assertThat(found()).isEqualTo(1);
    }

    @Test
    void a_partition_epoch_that_stays_while_the_state_changes_is_found() {
        state(1, 4, 1);
        state(2, 5, 1);
        assertThat(found()).isEqualTo(1);
    }

    @Test
    void the_same_state_again_is_sound() {
        state(1, 4, 1);
        state(1, 4, 1);
        assertThat(found()).isZero();
    }

    @Test
    void what_is_seen_late_says_nothing() {
        state(1, 4, 1);
        story.checker.state(0, 2, 3, 0, true, 50);
        assertThat(found()).isZero();
    }

    @Test
    void a_leader_that_is_not_in_sync_is_found() {
        story.checker.state(0, 1, 4, 1, false, 7);
        assertThat(found()).isEqualTo(1);
    }

    @Test
    void a_controller_epoch_that_is_taken_twice_is_found() {
        story.checker.controller(3, 5);
        story.checker.controller(3, 6);
        assertThat(found()).isEqualTo(1);
    }

    @Test
    void a_controller_epoch_that_is_seen_twice_is_sound() {
        story.checker.controller(3, 5);
        story.checker.controller(3, 5);
        assertThat(found()).isZero();
    }
}
