package io.headrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.cluster.PartitionState;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far behind its leader a replica says it is. */
class OffsetLagTest {

    private LedPartition led;

    @BeforeEach
    void follow() throws Exception {
        led = new LedPartition(List.of(1), 1);
        assertThat(led.partition.follow(1)).isTrue();
    }

    @AfterEach
    void close() throws Exception {
        led.close();
    }

    @Test
    void a_follower_lags_by_what_the_leader_has_committed_and_it_has_not() {
        assertThat(led.partition.offsetLag()).isZero();
        learn(ByteBuffer.allocate(0), 5);
        assertThat(led.partition.offsetLag()).isEqualTo(5);
        learn(ByteBuffer.wrap(RunningBroker.batch("v")), 5);
        assertThat(led.partition.offsetLag()).isEqualTo(4);
        learn(ByteBuffer.allocate(0), 1);
        assertThat(led.partition.offsetLag()).isZero();
    }

    @Test
    void a_leader_lags_behind_nobody() throws Exception {
        learn(ByteBuffer.allocate(0), 5);
        led.leads(new PartitionState(1, 2, List.of(1), 0));
        assertThat(led.partition.offsetLag()).isZero();
    }

    private void learn(ByteBuffer batches, long leaderHighWatermark) {
        FollowerRole role = led.partition.follower();
        assertThat(role).isNotNull();
        assertThat(role.append(batches, leaderHighWatermark, 0)).isEqualTo(FollowOutcome.DONE);
    }
}
