package io.headrace.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ShardRuntimeTest {

    /** Keeps words; a word is known once its record is committed. */
    private static final class Words implements ShardState {

        final ShardContext context;
        final List<String> known = new ArrayList<>();
        final List<String> ticks = new ArrayList<>();
        boolean isLoaded;
        @Nullable ErrorCode ended;

        Words(ShardContext context) {
            this.context = context;
        }

        @Override
        public void replay(ByteBuffer key, @Nullable ByteBuffer value) {
            known.add(StandardCharsets.UTF_8.decode(key.duplicate()).toString());
        }

        @Override
        public void loaded() {
            isLoaded = true;
        }

        @Override
        public void unloaded(ErrorCode why) {
            ended = why;
        }

        void add(String word, Consumer<ErrorCode> then) {
            ByteBuffer key = ByteBuffer.wrap(word.getBytes(StandardCharsets.UTF_8));
            context.append(
                    List.of(new CoordinatorRecord(key, ByteBuffer.allocate(3))),
                    error -> {
                        if (error == ErrorCode.NONE) {
                            known.add(word);
                        }
                        then.accept(error);
                    });
        }
    }

    private final ManualTime time = new ManualTime();
    private final MemoryShardLog log = new MemoryShardLog();
    private final List<Words> machines = new ArrayList<>();
    private final ShardRuntime<Words> runtime =
            new ShardRuntime<>(
                    "words",
                    context -> {
                        Words words = new Words(context);
                        machines.add(words);
                        return words;
                    },
                    new ShardRuntime.Environment(log, time, time, time),
                    new ShardRuntime.Limits(3, 1 << 20, 100));
    private final List<String> replies = new ArrayList<>();

    private Words newest() {
        return machines.getLast();
    }

    private void submit(int partition, Consumer<Words> body) {
        runtime.submit(
                partition,
                new ShardRuntime.Event<>() {
                    @Override
                    public void run(Words state) {
                        body.accept(state);
                    }

                    @Override
                    public void refuse(ErrorCode why) {
                        replies.add(why.name());
                    }
                });
    }

    private void add(String word) {
        submit(0, words -> words.add(word, error -> replies.add(word + " " + error)));
    }

    private void begin(int leaderEpoch) {
        runtime.begin(0, leaderEpoch);
        time.settle();
    }

    @Test
    void aReplyIsHeldBackUntilTheRecordsAreCommitted() {
        begin(0);
        log.commitsAtOnce = false;
        add("one");
        time.settle();
        assertThat(replies).isEmpty();
        assertThat(newest().known).isEmpty();
        assertThat(log.end(0)).isEqualTo(1);
        log.commit(0);
        time.settle();
        assertThat(replies).containsExactly("one NONE");
        assertThat(newest().known).containsExactly("one");
    }

    @Test
    void repliesKeepTheOrderOfTheAppendsEvenIfTheLogsAnswersDoNot() {
        begin(0);
        log.commitsAtOnce = false;
        add("one");
        add("two");
        time.settle();
        log.commitBackwards(0);
        time.settle();
        assertThat(replies).containsExactly("one NONE", "two NONE");
    }

    @Test
    void whatWasAppendedIsThereAfterUnloadAndLoad() {
        begin(0);
        add("one");
        add("two");
        time.settle();
        runtime.end(0);
        time.settle();
        assertThat(newest().ended).isEqualTo(ErrorCode.NOT_COORDINATOR);
        begin(1);
        assertThat(machines).hasSize(2);
        assertThat(newest().isLoaded).isTrue();
        assertThat(newest().known).containsExactly("one", "two");
    }

    @Test
    void eventsAreRefusedBeforeDuringLoadAndAfterTheEnd() {
        add("early");
        assertThat(replies).containsExactly("NOT_COORDINATOR");
        log.unreadable = new ShardLog.ReadStep.Failed(ErrorCode.KAFKA_STORAGE_ERROR, "cold");
        begin(0);
        add("loading");
        assertThat(replies.getLast()).isEqualTo("COORDINATOR_LOAD_IN_PROGRESS");
        log.unreadable = null;
        time.pass(100);
        add("active");
        time.settle();
        assertThat(replies.getLast()).isEqualTo("active NONE");
        runtime.end(0);
        add("late");
        time.settle();
        assertThat(replies.getLast()).isEqualTo("NOT_COORDINATOR");
    }

    @Test
    void loadingWaitsUntilWhatAnEarlierLeaderWroteIsCommitted() {
        begin(0);
        log.commitsAtOnce = false;
        add("one");
        time.settle();
        begin(1);
        assertThat(newest().isLoaded).isFalse();
        assertThat(replies).containsExactly("one NOT_COORDINATOR");
        log.commit(0);
        time.pass(100);
        assertThat(newest().isLoaded).isTrue();
        assertThat(newest().known).containsExactly("one");
        assertThat(replies).hasSize(1);
    }

    @Test
    void aRefusedWriteChangesNothingAndTheShardGoesOn() {
        begin(0);
        log.refusal = MemoryShardLog.notDone(ErrorCode.NOT_ENOUGH_REPLICAS);
        add("one");
        add("two");
        time.settle();
        assertThat(replies).containsExactly("one NOT_ENOUGH_REPLICAS", "two NONE");
        assertThat(newest().known).containsExactly("two");
        assertThat(machines).hasSize(1);
    }

    @Test
    void aWriteOfUnknownOutcomeEndsTheShardAndLoadsWhatTheLogSays() {
        begin(0);
        log.commitsAtOnce = false;
        add("one");
        time.settle();
        log.fail(0, MemoryShardLog.unknown(ErrorCode.REQUEST_TIMED_OUT));
        time.settle();
        assertThat(replies).containsExactly("one NOT_COORDINATOR");
        assertThat(machines.getFirst().ended).isEqualTo(ErrorCode.NOT_COORDINATOR);
        log.commit(0);
        time.pass(100);
        assertThat(machines).hasSize(2);
        assertThat(newest().known).containsExactly("one");
    }

    @Test
    void aMachineThatThrowsIsMadeAnewFromTheLog() {
        begin(0);
        add("one");
        submit(
                0,
                words -> {
                    words.known.clear();
                    throw new IllegalStateException("a bug");
                });
        time.settle();
        time.pass(1);
        assertThat(machines).hasSize(2);
        assertThat(newest().known).containsExactly("one");
    }

    @Test
    void whoWaitsForAWriteIsToldAlsoWhenTheMachineThrowsOverItsOutcome() {
        begin(0);
        submit(
                0,
                words ->
                        words.add(
                                "one",
                                error -> {
                                    if (error == ErrorCode.NONE) {
                                        throw new IllegalStateException("a bug");
                                    }
                                    replies.add("one " + error);
                                }));
        add("two");
        time.settle();
        assertThat(replies).containsExactly("one NOT_COORDINATOR", "two NOT_COORDINATOR");
        time.pass(1);
        assertThat(newest().known).containsExactly("one", "two");
    }

    @Test
    void moreEventsThanFitAreRefusedAndTheOthersRun() {
        begin(0);
        for (String word : List.of("a", "b", "c", "d", "e")) {
            add(word);
        }
        assertThat(replies)
                .containsExactly("COORDINATOR_LOAD_IN_PROGRESS", "COORDINATOR_LOAD_IN_PROGRESS");
        time.settle();
        assertThat(newest().known).containsExactly("a", "b", "c");
        add("f");
        time.settle();
        assertThat(newest().known).endsWith("f");
    }

    @Test
    void aBatchThatIsTooLargeIsRefused() {
        begin(0);
        log.batchBytesMax = 70;
        add("too large for a batch of seventy bytes");
        time.settle();
        assertThat(replies)
                .containsExactly("too large for a batch of seventy bytes MESSAGE_TOO_LARGE");
        assertThat(log.end(0)).isZero();
    }

    @Test
    void timersRunOnTheShardUnlessCancelledOrTheShardIsOver() {
        begin(0);
        submit(
                0,
                words -> {
                    words.context.schedule(10, () -> words.ticks.add("ten"));
                    words.context.schedule(20, () -> words.ticks.add("twenty")).cancel();
                    words.context.schedule(30, () -> words.ticks.add("thirty"));
                });
        time.pass(25);
        assertThat(newest().ticks).containsExactly("ten");
        runtime.end(0);
        time.pass(100);
        assertThat(newest().ticks).containsExactly("ten");
    }

    @Test
    void anOldOrRepeatedLeadershipChangesNothing() {
        begin(3);
        begin(3);
        begin(2);
        assertThat(machines).hasSize(1);
        begin(4);
        assertThat(machines).hasSize(2);
        assertThat(machines.getFirst().ended).isEqualTo(ErrorCode.NOT_COORDINATOR);
    }

    @Test
    void afterTheCloseNothingBegins() {
        begin(0);
        runtime.close();
        time.settle();
        assertThat(newest().ended).isEqualTo(ErrorCode.NOT_COORDINATOR);
        begin(1);
        assertThat(machines).hasSize(1);
        assertThat(runtime.partitions()).isEmpty();
    }
}
