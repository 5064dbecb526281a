package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.topic.TopicConfig;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may happen to a follower's log while it is forced for {@code flush.on.ack}. */
class ForcedFollowerTest {

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private LogLeader leader;
    private CopyingBroker broker;

    /** Records are appended; the force that they wait for has not run. */
    @BeforeEach
    void waitForAForce() throws IOException {
        leader = new LogLeader().lead(1, 8).lead(2, 8);
        broker = new CopyingBroker(disk, TopicConfig.of(Map.of("flush.on.ack", "true")));
        broker.follow(2);
        broker.take(broker.next(), leader, 600);
        assertThat(broker.log().logEndOffset()).isPositive();
        assertThat(broker.asks()).isFalse();
    }

    @Test
    void aForceThatFailsTakesTheDirectoryOfflineAndIsNeverToldAsDone() {
        disk.failForces(path -> path.toString().endsWith(".log"), 1);
        broker.runFlushes();
        assertThat(broker.directory.isOffline()).isTrue();
        assertThat(broker.asks()).isFalse();
        broker.runFlushes();
        assertThat(broker.asks()).isFalse();
        assertThat(broker.log().recoveryPoint()).isZero();
    }

    @Test
    void aNewEpochForcesWhatTheOldOneLeftAndThenTruncates() throws IOException {
        LogLeader elected = new LogLeader().after(leader, 2).lead(4, 6);
        broker.follow(5);
        assertThat(broker.asks()).isFalse();
        broker.runFlushes();
        broker.copy(elected, 900);
        assertThat(broker.log().leaderEpochs()).isEqualTo(elected.log.leaderEpochs());
        assertThat(broker.log().logEndOffset()).isEqualTo(elected.log.logEndOffset());
        assertThat(broker.counters.truncations()).isOne();
    }

    @Test
    void aTruncationByOthersMeanwhileIsNoProofOfAForce() throws IOException {
        broker.log().truncateTo(0);
        broker.runFlushes();
        broker.copy(leader, 900);
        assertThat(broker.log().logEndOffset()).isEqualTo(leader.log.logEndOffset());
        assertThat(broker.log().recoveryPoint()).isEqualTo(leader.log.logEndOffset());
    }

    @Test
    void aPartitionThatIsDeletedMeanwhileIsForgotten() throws IOException {
        broker.delete();
        broker.runFlushes();
        assertThat(broker.fetches.isEmpty()).isTrue();
        assertThat(broker.fetches.isForcing()).isFalse();
        assertThat(broker.asks()).isFalse();
        assertThat(broker.directory.isOffline()).isFalse();
    }

    @Test
    void aStopMeanwhileFlushesEverythingAndLeavesItsProof() throws IOException {
        long end = broker.log().logEndOffset();
        broker.directory.close(7);
        CopyingBroker again = new CopyingBroker(disk);
        assertThat(again.directory.cleanBrokerEpoch()).hasValue(7);
        assertThat(again.log().logEndOffset()).isEqualTo(end);
        broker.runFlushes();
        assertThat(broker.fetches.isForcing()).isFalse();
    }
}
