package io.headrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.cluster.IsrOutcome;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.replica.LedPartition.Append;
import io.headrace.broker.replica.LedPartition.Wish;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is in sync, what is committed, and who is told. */
class InSyncReplicasTest {

    private static final int ALL = ProduceRequest.ACKS_ALL;
    private static final List<Integer> THREE = List.of(1, 2, 3);

    private LedPartition led;

    private void lead(int minInsync, Integer... isr) throws Exception {
        led = new LedPartition(THREE, minInsync).leads(state(0, 0, isr));
    }

    private static PartitionState state(int leaderEpoch, int partitionEpoch, Integer... isr) {
        return new PartitionState(1, leaderEpoch, List.of(isr), partitionEpoch);
    }

    @AfterEach
    void stop() throws Exception {
        led.close();
    }

    private void assertUnknown(Append append, ErrorCode code) {
        assertThat(append.outcome).isInstanceOf(ProduceOutcome.Unknown.class);
        assertThat(((ProduceOutcome.Unknown) append.outcome).code()).isEqualTo(code);
    }

    @Test
    void committed_is_what_everybody_in_sync_has() throws Exception {
        lead(2, 1, 2, 3);
        Append append = led.append(ALL);
        led.fetch(2, 1);
        assertThat(append.outcome).isNull();
        assertThat(led.partition.highWatermark()).isZero();
        led.fetch(3, 1);
        assertThat(append.outcome).isInstanceOf(ProduceOutcome.Done.class);
        assertThat(led.partition.highWatermark()).isEqualTo(1);
        assertThat(led.wishes).isEmpty();
    }

    @Test
    void a_fetch_in_another_leader_epoch_or_of_an_older_registration_counts_for_nothing()
            throws Exception {
        lead(1, 1, 2);
        led.leads(state(4, 1, 1, 2));
        Append append = led.append(ALL);
        led.fetch(2, 20, 3, 1);
        assertThat(append.outcome).isNull();
        led.fetch(2, 20, 4, 0);
        led.fetch(2, 19, 4, 1);
        assertThat(append.outcome).isNull();
        led.fetch(2, 20, 4, 1);
        assertThat(append.outcome).isInstanceOf(ProduceOutcome.Done.class);
    }

    @Test
    void a_follower_that_lags_for_too_long_leaves_and_is_counted_until_that_stands()
            throws Exception {
        lead(1, 1, 2, 3);
        Append append = led.append(ALL);
        led.fetch(2, 1);
        led.pass(LedPartition.LAG_MAX);
        led.review();
        assertThat(led.wishes).isEmpty();
        led.pass(Duration.ofMillis(1));
        led.review();
        Wish wish = led.wish();
        assertThat(wish.change().isr()).containsExactly(1, 2);
        assertThat(wish.change().elr()).isEmpty();
        led.fetch(2, 1);
        led.review();
        assertThat(append.outcome).isNull();
        assertThat(led.wishes).isEmpty();
        wish.written();
        assertThat(append.outcome).isInstanceOf(ProduceOutcome.Done.class);
        assertThat(led.isr()).containsExactly(1, 2);
        assertThat(led.replicas.isrCounts().shrinks()).isOne();
    }

    @Test
    void a_follower_that_stops_leaves_at_once_unless_the_leader_stops_itself() throws Exception {
        lead(2, 1, 2, 3);
        led.stopping.set(1);
        led.review();
        assertThat(led.wishes).isEmpty();
        led.stopping.set(3);
        led.review();
        Wish wish = led.wish();
        assertThat(wish.change().isr()).containsExactly(1, 2);
        wish.written();
        led.stopping.set(2);
        led.review();
        Wish alone = led.wish();
        assertThat(alone.change().isr()).containsExactly(1);
        assertThat(alone.change().elr()).containsExactly(2);
    }

    @Test
    void a_follower_whose_registration_ended_leaves_at_once() throws Exception {
        lead(2, 1, 2, 3);
        led.fetch(2, 0);
        led.fetch(3, 0);
        led.epochs.remove(3);
        led.review();
        Wish wish = led.wish();
        assertThat(wish.change().isr()).containsExactly(1, 2);
        assertThat(wish.change().elr()).isEmpty();
    }

    /** It may have lost since what it had at its last fetch (simulation, seed 804). */
    @Test
    void a_follower_that_is_not_heard_any_more_does_not_come_back_by_what_it_had()
            throws Exception {
        lead(2, 1, 2);
        led.append(1);
        led.fetch(2, 1);
        led.append(1);
        led.pass(LedPartition.LAG_MAX.plusMillis(1));
        led.review();
        Wish leaving = led.wish();
        assertThat(leaving.change().elr()).containsExactly(2);
        leaving.written();
        led.review();
        assertThat(led.wishes).isEmpty();
        led.fetch(2, 1);
        led.fetch(2, 2);
        assertThat(led.wish().change().isr()).containsExactly(1, 2);
    }

    @Test
    void caught_up_is_who_has_what_the_leader_had_at_the_fetch_before() throws Exception {
        lead(1, 1, 2);
        for (int second = 0; second < 120; second++) {
            led.append(1);
            led.append(1);
            // Always two behind, and always at where the leader was a second ago.
            led.fetch(2, 2L * second);
            led.pass(Duration.ofSeconds(1));
            led.review();
            assertThat(led.wishes).isEmpty();
        }
        long stuckAt = 238;
        for (int second = 0; second < 33 && led.wishes.isEmpty(); second++) {
            led.append(1);
            led.fetch(2, stuckAt);
            led.pass(Duration.ofSeconds(1));
            led.review();
        }
        assertThat(led.wish().change().isr()).containsExactly(1);
    }

    /** It has two requests open: what one says comes from the answer to the last but one. */
    @Test
    void caught_up_is_who_has_what_the_leader_had_two_fetches_before() throws Exception {
        lead(1, 1, 2);
        for (int second = 0; second < 120; second++) {
            led.append(1);
            led.fetch(2, Math.max(0, second - 1L));
            led.pass(Duration.ofSeconds(1));
            led.review();
            assertThat(led.wishes).isEmpty();
        }
    }

    /**
     * It forces what it copies before it fetches on, and each force takes more than half of the lag
     * time (F26, seed 34).
     */
    @Test
    void a_follower_whose_forces_are_slow_stays_as_long_as_it_keeps_up() throws Exception {
        leadForced();
        for (int force = 0; force < 50; force++) {
            forceOnce(force, 18);
            assertThat(led.wishes).isEmpty();
        }
        // It is at where it was three forces ago: it falls behind.
        for (int force = 0; force < 5 && led.wishes.isEmpty(); force++) {
            forceOnce(50, 18);
        }
        assertThat(led.wish().change().isr()).containsExactly(1);
    }

    @Test
    void a_follower_whose_forces_take_longer_than_its_lag_time_allows_leaves() throws Exception {
        leadForced();
        for (int force = 0; force < 5 && led.wishes.isEmpty(); force++) {
            forceOnce(force, 24);
        }
        assertThat(led.wish().change().isr()).containsExactly(1);
    }

    @Test
    void a_follower_that_forces_and_falls_silent_leaves_after_the_lag_time() throws Exception {
        leadForced();
        for (int force = 0; force < 10; force++) {
            forceOnce(force, 2);
        }
        led.pass(LedPartition.LAG_MAX.minusSeconds(2));
        led.review();
        assertThat(led.wishes).isEmpty();
        led.pass(Duration.ofSeconds(3));
        led.review();
        assertThat(led.wish().change().isr()).containsExactly(1);
    }

    private void leadForced() throws Exception {
        LogConfig defaults = LogConfig.DEFAULTS;
        LogConfig forced =
                new LogConfig(
                        defaults.messageBytesMax(),
                        defaults.fileDeleteDelayMs(),
                        defaults.segments(),
                        defaults.timestamps(),
                        defaults.retention(),
                        new LogConfig.Flush(Long.MAX_VALUE, Long.MAX_VALUE, true),
                        defaults.compaction());
        led = new LedPartition(THREE, 1, forced).leads(state(0, 0, 1, 2));
    }

    /** Tells what the leader had a force ago; a record comes each second until it fetches again. */
    private void forceOnce(long force, int seconds) throws Exception {
        led.fetch(2, Math.max(0, force - 1) * seconds);
        for (int second = 0; second < seconds; second++) {
            led.append(0);
            led.pass(Duration.ofSeconds(1));
            led.review();
        }
    }

    /** The ISR changed every 40 ms (F17, seed 26). */
    @Test
    void who_has_all_that_is_committed_but_lags_does_not_come_back_to_leave_again()
            throws Exception {
        lead(2, 1, 2);
        led.append(1);
        led.fetch(2, 1);
        led.append(1);
        led.pass(LedPartition.LAG_MAX.plusMillis(1));
        led.review();
        led.wish().written();
        for (int i = 0; i < 10; i++) {
            led.append(1);
            led.fetch(2, 1);
            led.review();
            assertThat(led.wishes).isEmpty();
        }
        led.fetch(2, 2);
        assertThat(led.wishes).isEmpty();
        led.fetch(2, 12);
        assertThat(led.wish().change().isr()).containsExactly(1, 2);
    }

    @Test
    void a_follower_joins_when_it_has_all_that_is_committed_and_all_of_earlier_epochs()
            throws Exception {
        lead(1, 1);
        led.append(0);
        led.append(0);
        led.leads(state(1, 1, 1, 2));
        led.fetch(2, 1);
        led.fetch(3, 1);
        assertThat(led.wishes).isEmpty();
        led.fetch(3, 2);
        Wish wish = led.wish();
        assertThat(wish.change().isr()).containsExactly(1, 2, 3);
        assertThat(wish.change().additions()).containsOnlyKeys(3).containsEntry(3, 30L);
        wish.written();
        assertThat(led.isr()).containsExactly(1, 2, 3);
        assertThat(led.replicas.isrCounts().expansions()).isOne();
    }

    @Test
    void a_change_that_an_image_shows_before_its_outcome_is_counted_once() throws Exception {
        lead(1, 1);
        led.append(0);
        led.fetch(2, 1);
        Wish wish = led.wish();
        assertThat(wish.change().isr()).containsExactly(1, 2);
        led.leads(wish.state());
        assertThat(led.isr()).containsExactly(1, 2);
        wish.written();
        assertThat(led.replicas.isrCounts().expansions()).isOne();
    }

    @Test
    void nobody_joins_who_is_not_admitted_or_stopping_or_registered_anew() throws Exception {
        lead(1, 1, 2);
        led.admitted.put(3, 29L);
        led.fetch(3, 0);
        led.admitted.put(3, 30L);
        led.stopping.set(3);
        led.fetch(3, 0);
        led.stopping.set(-1);
        led.epochs.put(3, 31L);
        led.fetch(3, 30, 0, 0);
        assertThat(led.wishes).isEmpty();
        led.admitted.put(3, 31L);
        led.fetch(3, 0);
        assertThat(led.wish().change().additions()).containsEntry(3, 31L);
    }

    @Test
    void who_is_about_to_join_is_counted_whatever_becomes_of_the_change() throws Exception {
        lead(1, 1, 2);
        led.fetch(3, 0);
        Wish lost = led.wish();
        Append append = led.append(ALL);
        led.fetch(2, 1);
        led.pass(Duration.ofMinutes(5));
        led.fetch(2, 1);
        assertThat(append.outcome).isNull();
        assertThat(led.isr()).containsExactly(1, 2);
        // The answer was lost; the image shows that it was written.
        led.leads(lost.state());
        assertThat(led.isr()).containsExactly(1, 2, 3);
        assertThat(append.outcome).isNull();
        lost.written();
        led.fetch(3, 1);
        assertThat(append.outcome).isInstanceOf(ProduceOutcome.Done.class);
    }

    @Test
    void a_refused_addition_is_counted_no_more_and_asked_for_again_after_a_pause()
            throws Exception {
        lead(1, 1, 2);
        led.fetch(3, 0);
        led.wish().then().accept(new IsrOutcome.NotAdmitted(3));
        led.fetch(3, 0);
        assertThat(led.wishes).isEmpty();
        led.pass(Duration.ofMillis(101));
        led.fetch(3, 0);
        assertThat(led.wish().change().isr()).containsExactly(1, 2, 3);
    }

    @Test
    void a_change_that_came_too_late_is_made_again_from_the_state_that_stands() throws Exception {
        lead(1, 1, 2);
        led.fetch(3, 0);
        led.wish().then().accept(new IsrOutcome.Overtaken(state(0, 5, 1)));
        Wish again = led.wish();
        assertThat(again.change().partitionEpoch()).isEqualTo(5);
        assertThat(again.change().isr()).containsExactly(1, 3);
    }

    @Test
    void after_the_end_of_its_epoch_a_leader_asks_for_nothing_and_counts_all() throws Exception {
        lead(1, 1, 2);
        led.fetch(3, 0);
        led.wish().then().accept(new IsrOutcome.Over("over"));
        Append append = led.append(ALL);
        led.fetch(2, 1);
        led.pass(Duration.ofMinutes(5));
        led.review();
        assertThat(led.wishes).isEmpty();
        assertThat(append.outcome).isNull();
        led.partition.resign(1);
        assertUnknown(append, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void nothing_is_committed_below_the_minimum_and_who_leaves_stays_eligible() throws Exception {
        lead(2, 1, 2);
        Append append = led.append(ALL);
        led.pass(LedPartition.LAG_MAX.plusMillis(1));
        led.review();
        Wish wish = led.wish();
        assertThat(wish.change().isr()).containsExactly(1);
        assertThat(wish.change().elr()).containsExactly(2);
        wish.written();
        assertUnknown(append, ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
        Append refused = led.append(ALL);
        assertThat(refused.outcome).isInstanceOf(ProduceOutcome.NotDone.class);
        assertThat(((ProduceOutcome.NotDone) refused.outcome).code())
                .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(led.partition.highWatermark()).isZero();
        led.fetch(3, 1);
        Wish back = led.wish();
        assertThat(back.change().isr()).containsExactly(1, 3);
        assertThat(back.change().elr()).isEmpty();
        assertThat(led.partition.highWatermark()).isZero();
        back.written();
        assertThat(led.partition.highWatermark()).isOne();
    }

    /** The controller lets it lead on the word of a session (simulation, seed 1909). */
    @Test
    void nothing_is_committed_until_a_leader_that_was_eligible_has_shown_that_it_lives()
            throws Exception {
        led = new LedPartition(THREE, 1);
        led.leads(new PartitionState(1, 2, List.of(1, 2), List.of(), 3, 7));
        Append append = led.append(ALL);
        led.fetch(2, 1);
        assertThat(append.outcome).isNull();
        Wish wish = led.wish();
        assertThat(wish.change().isr()).containsExactly(1, 2);
        wish.written();
        assertThat(append.outcome).isInstanceOf(ProduceOutcome.Done.class);
    }

    @Test
    void nothing_is_committed_while_somebody_is_eligible_beside_the_isr() throws Exception {
        led = new LedPartition(THREE, 1);
        led.leads(new PartitionState(1, 0, List.of(1, 2), List.of(3), 4));
        led.append(1);
        led.fetch(2, 1);
        assertThat(led.partition.highWatermark()).isZero();
        Wish wish = led.wish();
        assertThat(wish.change().isr()).containsExactly(1, 2);
        assertThat(wish.change().elr()).isEmpty();
        wish.written();
        assertThat(led.partition.highWatermark()).isOne();
    }

    @Test
    void the_only_copy_in_sync_is_on_the_disk_before_the_answer() throws Exception {
        lead(1, 1, 2);
        Append two = led.append(1);
        assertThat(two.outcome).isInstanceOf(ProduceOutcome.Done.class);
        assertThat(led.partition.log().recoveryPoint()).isZero();
        led.pass(LedPartition.LAG_MAX.plusMillis(1));
        led.review();
        led.wish().written();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> led.partition.highWatermark() == 1);
        assertThat(led.partition.log().recoveryPoint()).isOne();
        Append alone = led.append(ALL);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> alone.outcome != null);
        assertThat(alone.outcome).isInstanceOf(ProduceOutcome.Done.class);
        assertThat(led.partition.log().recoveryPoint()).isEqualTo(2);
    }

    @Test
    void who_is_caught_up_but_not_yet_in_the_isr_is_waited_for() throws Exception {
        lead(1, 1);
        led.fetch(2, 0);
        Wish joining = led.wish();
        joining.then().accept(new IsrOutcome.NotAdmitted(2));
        led.append(0);
        led.partition.log().flush();
        led.append(0);
        led.partition.log().flush();
        assertThat(led.partition.highWatermark()).isZero();
        led.pass(Duration.ofSeconds(1));
        led.fetch(2, 1);
        // The flusher may just have the partition's lock, and then takes this over.
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> led.partition.highWatermark() == 1);
        assertThat(led.wish().change().isr()).containsExactly(1, 2);
    }

    @Test
    void a_reader_in_another_rack_is_sent_to_a_replica_there_that_has_the_offset()
            throws Exception {
        lead(1, 1, 2);
        led.append(1);
        led.append(1);
        led.fetch(2, 1);
        assertThat(led.replicas.nearer(led.partition, "b", 1)).isEqualTo(2);
        assertThat(led.replicas.nearer(led.partition, "b", 2)).isEqualTo(-1);
        assertThat(led.replicas.nearer(led.partition, "a", 1)).isEqualTo(-1);
        assertThat(led.replicas.nearer(led.partition, "c", 1)).isEqualTo(-1);
    }
}
