package io.headrace.system.check;

import static io.headrace.system.check.Story.ASSIGNED;
import static io.headrace.system.check.Story.DAMAGED;
import static io.headrace.system.check.Story.FINAL;
import static io.headrace.system.check.Story.IDEMPOTENT;
import static io.headrace.system.check.Story.MEMBER;
import static io.headrace.system.check.Story.OTHER_MEMBER;
import static io.headrace.system.check.Story.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.system.history.History;
import org.junit.jupiter.api.Test;

/** Each anomaly by hand, and beside it the history that looks like it and is sound. */
class CheckerTest {

    @Test
    void what_was_acknowledged_and_is_there_is_sound() {
        assertSound(new Story().sent(IDEMPOTENT, 0, 1, 2).finallyHolds(0, 1, 2));
    }

    @Test
    void an_acknowledged_value_that_is_gone_is_lost() {
        assertFinds(Check.C1, new Story().sent(IDEMPOTENT, 0, 1, 2).finallyHolds(0, 1));
    }

    @Test
    void an_unknown_value_may_be_gone() {
        assertSound(new Story().sent(IDEMPOTENT, 0).invoked(IDEMPOTENT, 1).finallyHolds(0));
    }

    @Test
    void an_unknown_value_may_be_there() {
        assertSound(new Story().sent(IDEMPOTENT, 0).invoked(IDEMPOTENT, 1).finallyHolds(0, 1));
    }

    @Test
    void what_retention_removed_is_not_lost() {
        assertSound(new Story().sent(IDEMPOTENT, 0, 1, 2).finallyHoldsFrom(1, 1, 2));
    }

    @Test
    void two_values_at_one_offset_are_inconsistent() {
        Story story = new Story().sent(IDEMPOTENT, 0, 1).reads(ASSIGNED, 0, 0);
        story.checker.invoke(PLAIN, 0, 0, 9);
        story.checker.read(FINAL, 0, 0, PLAIN, 0);
        story.checker.read(FINAL, 0, 1, IDEMPOTENT, 1);
        story.ends(0, 2);
        assertThat(story.judge().count(Check.C2)).isEqualTo(1);
    }

    @Test
    void a_value_twice_is_a_duplicate_of_an_idempotent_producer() {
        assertFinds(Check.C3, new Story().sent(IDEMPOTENT, 0).finallyHolds(0, 0));
    }

    @Test
    void a_value_twice_is_no_fault_of_any_other_producer() {
        Story story = new Story();
        story.checker.invoke(PLAIN, 0, 0, 0);
        story.checker.read(FINAL, 0, 0, PLAIN, 0);
        story.checker.read(FINAL, 0, 1, PLAIN, 0);
        assertSound(story.ends(0, 2));
    }

    @Test
    void values_of_one_producer_in_another_order_are_reordered() {
        assertFinds(Check.C4, new Story().sent(IDEMPOTENT, 1, 0).finallyHolds(1, 0));
    }

    @Test
    void values_of_two_producers_may_mix() {
        Story story = new Story().sent(IDEMPOTENT, 0, 2).sent(PLAIN, 1);
        story.checker.read(FINAL, 0, 0, IDEMPOTENT, 0);
        story.checker.read(FINAL, 0, 1, PLAIN, 0);
        story.checker.read(FINAL, 0, 2, IDEMPOTENT, 1);
        assertSound(story.ends(0, 3));
    }

    @Test
    void a_reader_that_goes_back_is_out_of_order() {
        assertFinds(
                Check.C5,
                new Story()
                        .sent(IDEMPOTENT, 0, 1)
                        .reads(ASSIGNED, 0, 0, 1)
                        .goesOn(ASSIGNED, 0, 0)
                        .finallyHolds(0, 1));
    }

    @Test
    void a_reader_that_goes_past_a_value_is_out_of_order() {
        Judgement judgement =
                new Story()
                        .sent(IDEMPOTENT, 0, 1, 2)
                        .reads(ASSIGNED, 0, 0)
                        .goesOn(ASSIGNED, 2, 2)
                        .finallyHolds(0, 1, 2)
                        .judge();
        assertThat(judgement.count(Check.C5)).isEqualTo(1);
        assertThat(judgement.count(Check.C18)).isEqualTo(1);
    }

    @Test
    void a_reader_that_was_placed_anew_may_see_values_again() {
        assertSound(
                new Story()
                        .sent(IDEMPOTENT, 0, 1)
                        .reads(ASSIGNED, 0, 0, 1)
                        .reads(ASSIGNED, 0, 0, 1)
                        .finallyHolds(0, 1));
    }

    @Test
    void a_value_that_nobody_sent_is_invented() {
        assertFinds(Check.C6, new Story().sent(IDEMPOTENT, 0).finallyHolds(0, 1));
    }

    @Test
    void a_value_of_another_partition_is_invented() {
        Story story = new Story();
        story.checker.invoke(IDEMPOTENT, 0, 1, 0);
        assertFinds(Check.C6, story.finallyHolds(0));
    }

    @Test
    void damaged_bytes_are_invented() {
        Story story = new Story();
        story.checker.read(FINAL, 0, 0, DAMAGED, 0);
        assertFinds(Check.C6, story.ends(0, 1));
    }

    @Test
    void a_reply_with_another_offset_is_false() {
        Story story = new Story().sent(IDEMPOTENT, 0).invoked(PLAIN, 0);
        story.checker.ok(PLAIN, 0, 2, 9);
        story.checker.read(FINAL, 0, 0, IDEMPOTENT, 0);
        story.checker.read(FINAL, 0, 1, PLAIN, 0);
        assertFinds(Check.C7, story.ends(0, 2));
    }

    @Test
    void a_reply_without_an_offset_is_true() {
        Story story = new Story().invoked(IDEMPOTENT, 0);
        story.checker.ok(IDEMPOTENT, 0, History.NO_OFFSET, 9);
        assertSound(story.finallyHolds(0));
    }

    @Test
    void a_reply_after_the_read_is_compared_as_well() {
        Story story = new Story().invoked(IDEMPOTENT, 0).reads(ASSIGNED, 0, 0);
        story.checker.ok(IDEMPOTENT, 0, 1, 9);
        assertFinds(Check.C7, story.finallyHolds(0));
    }

    @Test
    void a_value_that_was_read_and_is_gone_was_read_too_early() {
        assertFinds(
                Check.C8,
                new Story()
                        .sent(IDEMPOTENT, 0)
                        .invoked(IDEMPOTENT, 1)
                        .reads(ASSIGNED, 0, 0, 1)
                        .finallyHolds(0));
    }

    @Test
    void a_value_that_failed_and_is_there_was_not_failed() {
        Story story = new Story().invoked(IDEMPOTENT, 0);
        story.checker.failed(IDEMPOTENT, 0, 9, "RECORD_TOO_LARGE");
        assertFinds(Check.C9, story.finallyHolds(0));
    }

    @Test
    void a_value_that_failed_and_is_not_there_is_sound() {
        Story story = new Story().invoked(IDEMPOTENT, 0);
        story.checker.failed(IDEMPOTENT, 0, 9, "RECORD_TOO_LARGE");
        assertSound(story.finallyHolds());
    }

    @Test
    void an_end_that_goes_back_is_found() {
        Story story = new Story().sent(IDEMPOTENT, 0);
        story.checker.bounds(ASSIGNED, 0, 0, 2);
        story.checker.bounds(ASSIGNED, 0, 0, 1);
        assertFinds(Check.C10, story.finallyHolds(0));
    }

    @Test
    void bounds_that_move_on_are_sound() {
        Story story = new Story().sent(IDEMPOTENT, 0, 1);
        story.checker.bounds(ASSIGNED, 0, 0, 1);
        story.checker.bounds(ASSIGNED, 0, 1, 2);
        assertSound(story.finallyHolds(0, 1));
    }

    @Test
    void two_owners_in_one_generation_are_found() {
        Story story = new Story().group();
        story.checker.owns(MEMBER, 1, 0);
        story.checker.owns(OTHER_MEMBER, 1, 0);
        assertFinds(Check.C11, story.finallyHolds());
    }

    @Test
    void owners_of_two_generations_are_sound() {
        Story story = new Story().group();
        story.checker.owns(MEMBER, 1, 0);
        story.checker.owns(OTHER_MEMBER, 2, 0);
        assertSound(story.finallyHolds());
    }

    @Test
    void a_commit_of_an_old_generation_is_found() {
        Story story = new Story().group();
        commit(story, OTHER_MEMBER, 2, 1);
        commit(story, MEMBER, 1, 1);
        assertFinds(Check.C12, story.finallyHolds());
    }

    @Test
    void a_commit_that_was_under_way_when_another_generation_committed_is_sound() {
        Story story = new Story().group();
        story.checker.commit(MEMBER, 1, 0, 1);
        commit(story, OTHER_MEMBER, 2, 1);
        story.checker.committed(MEMBER, 1, 0, 1);
        assertSound(story.finallyHolds());
    }

    @Test
    void a_member_that_begins_before_the_committed_offset_is_found() {
        Story story = new Story().group().sent(IDEMPOTENT, 0, 1).reads(MEMBER, 0, 0, 1);
        commit(story, MEMBER, 1, 2);
        story.reads(OTHER_MEMBER, 1, 1);
        assertFinds(Check.C12, story.finallyHolds(0, 1));
    }

    @Test
    void what_a_group_has_committed_at_the_end_is_no_less_than_what_was_acknowledged() {
        Story story = new Story().group().sent(IDEMPOTENT, 0, 1).reads(MEMBER, 0, 0, 1);
        commit(story, MEMBER, 1, 2);
        story.checker.position(OTHER_MEMBER, 0, 2);
        assertSound(story.finallyHolds(0, 1));
        story = new Story().group().sent(IDEMPOTENT, 0, 1).reads(MEMBER, 0, 0, 1);
        commit(story, MEMBER, 1, 2);
        story.checker.position(OTHER_MEMBER, 0, 0);
        assertFinds(Check.C12, story.finallyHolds(0, 1));
    }

    @Test
    void a_member_that_begins_at_the_committed_offset_is_sound() {
        Story story = new Story().group().sent(IDEMPOTENT, 0, 1).reads(MEMBER, 0, 0);
        commit(story, MEMBER, 1, 1);
        assertSound(story.reads(OTHER_MEMBER, 1, 1).finallyHolds(0, 1));
    }

    @Test
    void what_the_assigned_reader_never_saw_is_unseen() {
        assertFinds(
                Check.C18,
                new Story().sent(IDEMPOTENT, 0, 1).reads(ASSIGNED, 0, 0).finallyHolds(0, 1));
    }

    @Test
    void what_no_member_saw_was_not_delivered() {
        assertFinds(
                Check.C21,
                new Story().group().sent(IDEMPOTENT, 0, 1).reads(MEMBER, 0, 0).finallyHolds(0, 1));
    }

    @Test
    void what_a_group_gets_again_in_one_generation_is_a_duplicate() {
        Story story = new Story().group().sent(IDEMPOTENT, 0, 1);
        story.checker.owns(MEMBER, 1, 0);
        story.reads(MEMBER, 0, 0, 1).reads(MEMBER, 1, 1);
        assertFinds(Check.C21, story.finallyHolds(0, 1));
    }

    @Test
    void what_a_group_gets_again_after_a_rebalance_is_sound() {
        Story story = new Story().group().sent(IDEMPOTENT, 0, 1);
        story.checker.owns(MEMBER, 1, 0);
        story.reads(MEMBER, 0, 0, 1);
        story.checker.owns(OTHER_MEMBER, 2, 0);
        assertSound(story.reads(OTHER_MEMBER, 1, 1).finallyHolds(0, 1));
    }

    @Test
    void what_a_member_still_reads_after_it_was_replaced_is_sound() {
        Story story = new Story().group().sent(IDEMPOTENT, 0, 1);
        story.checker.owns(MEMBER, 1, 0);
        story.reads(MEMBER, 0, 0);
        story.checker.owns(OTHER_MEMBER, 2, 0);
        story.reads(OTHER_MEMBER, 0, 0, 1).goesOn(MEMBER, 1, 1);
        assertSound(story.finallyHolds(0, 1));
    }

    @Test
    void a_start_of_the_log_that_goes_back_is_found() {
        Story story = new Story().sent(IDEMPOTENT, 0, 1, 2);
        story.checker.bounds(ASSIGNED, 0, 1, 2);
        story.checker.bounds(ASSIGNED, 0, 0, 3);
        assertFinds(Check.C10, story.finallyHolds(0, 1, 2));
    }

    @Test
    void a_verdict_of_the_run_stays() {
        Story story = new Story();
        story.checker.verdict("C19", "brokers 1 and 2 differ at 7");
        assertFinds(Check.C19, story.finallyHolds());
    }

    @Test
    void without_a_final_read_nothing_is_sound() {
        assertFinds(Check.INCOMPLETE, new Story().sent(IDEMPOTENT, 0));
    }

    private static void commit(Story story, int reader, int generation, long offset) {
        story.checker.commit(reader, generation, 0, offset);
        story.checker.committed(reader, generation, 0, offset);
    }

    private static void assertSound(Story story) {
        Judgement judgement = story.judge();
        assertThat(judgement.isSound()).as(judgement.text()).isTrue();
    }

    /** This, and nothing else. */
    private static void assertFinds(Check check, Story story) {
        Judgement judgement = story.judge();
        assertThat(judgement.isSound()).isFalse();
        for (Check each : Check.values()) {
            assertThat(judgement.count(each) > 0)
                    .as(each + " in " + judgement.text())
                    .isEqualTo(each == check);
        }
    }
}
