package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.CrashAfterEveryCall;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.Unflushed;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.model.topic.TopicConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A follower's disk dies in every call; what is left is a prefix of what some leader had. */
class FollowerCrashTest {

    private static final int AGREED = 14;

    private LogLeader first;
    private LogLeader second;

    static List<Long> seeds() {
        Long given = Long.getLong("headrace.seed");
        return given != null ? List.of(given) : List.of(1L, 2L);
    }

    @BeforeEach
    void twoLeadersWhoseHistoriesPart() throws IOException {
        first = new LogLeader().lead(1, 8).lead(2, 16);
        second = new LogLeader().after(first, AGREED).lead(4, 20);
    }

    private void scenario(SimulatedDisk disk) throws IOException {
        CopyingBroker broker = new CopyingBroker(disk);
        broker.follow(2);
        broker.copy(first, 300);
        broker.log().flush();
        broker.directory.saveCheckpoints();
        broker.follow(5);
        broker.copy(second, 900);
        broker.log().flush();
        broker.directory.saveCheckpoints();
        broker.directory.close(5);
    }

    @Test
    void followsOneLeaderAndThenTheOther() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        scenario(disk);
        CopyingBroker again = new CopyingBroker(disk);
        assertThat(all(again.log())).isEqualTo(second.all(Long.MAX_VALUE));
        assertThat(again.log().leaderEpochs()).isEqualTo(second.log.leaderEpochs());
        assertThat(again.partition.highWatermark())
                .as("as it was when the broker stopped")
                .isEqualTo(second.log.logEndOffset());
    }

    /**
     * Fault run F29, seed 1: all brokers lost power, and a replica that had flushed nothing led.
     */
    @Test
    void withFlushOnAckWhatItTookOverOutlivesAPowerCut() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        CopyingBroker broker =
                new CopyingBroker(disk, TopicConfig.of(Map.of("flush.on.ack", "true")));
        broker.follow(2);
        broker.copy(first, 300);
        disk.crash(Unflushed.LOST);
        disk.restart();
        assertThat(all(new CopyingBroker(disk).log())).isEqualTo(first.all(Long.MAX_VALUE));
    }

    /** Of the run that is crashed. */
    private CopyingBroker forcing;

    @ParameterizedTest(name = "-Dheadrace.seed={0}")
    @MethodSource("seeds")
    void withFlushOnAckACrashInAnyCallLeavesWhatTheLeaderWasTold(long seed) throws Exception {
        long crashes =
                CrashAfterEveryCall.run(
                        seed,
                        disk -> {
                            forcing = null;
                            forcing =
                                    new CopyingBroker(
                                            disk, TopicConfig.of(Map.of("flush.on.ack", "true")));
                            forcing.follow(2);
                            forcing.copy(first, 300);
                        },
                        (disk, call) -> {
                            long told = forcing == null ? 0 : forcing.told;
                            assertThat(new CopyingBroker(disk).log().logEndOffset())
                                    .isGreaterThanOrEqualTo(told);
                        });
        assertThat(crashes).isGreaterThan(100);
        assertThat(forcing.told).isPositive();
    }

    @ParameterizedTest(name = "-Dheadrace.seed={0}")
    @MethodSource("seeds")
    void aCrashInAnyCallLeavesAPrefixAndCopyingGoesOn(long seed) throws Exception {
        long crashes = CrashAfterEveryCall.run(seed, this::scenario, this::check);
        assertThat(crashes).isGreaterThan(100);
    }

    private void check(SimulatedDisk disk, long call) throws IOException {
        CopyingBroker broker = new CopyingBroker(disk);
        ByteBuffer left = all(broker.log());
        assertThat(isPrefix(left, first) || isPrefix(left, second))
                .as("the log is a prefix of a leader's")
                .isTrue();
        assertThat(broker.partition.highWatermark())
                .isBetween(broker.log().logStartOffset(), broker.log().logEndOffset());
        broker.follow(6);
        broker.copy(second, 500);
        assertThat(all(broker.log())).isEqualTo(second.all(Long.MAX_VALUE));
        assertThat(broker.log().leaderEpochs()).isEqualTo(second.log.leaderEpochs());
        assertThat(broker.partition.highWatermark()).isEqualTo(second.log.logEndOffset());
    }

    private static boolean isPrefix(ByteBuffer left, LogLeader leader) throws IOException {
        ByteBuffer whole = leader.all(Long.MAX_VALUE);
        return left.remaining() <= whole.remaining()
                && left.equals(whole.slice(0, left.remaining()));
    }

    private static ByteBuffer all(PartitionLog log) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        long at = log.logStartOffset();
        while (log.read(at, 1 << 20, Long.MAX_VALUE, true)
                instanceof ReadOutcome.Found(LogSlice slice)) {
            try (slice) {
                for (int from = 0; from < slice.length(); ) {
                    from += slice.read(all, from);
                }
                at = slice.endOffset();
            }
        }
        return all.flip();
    }
}
