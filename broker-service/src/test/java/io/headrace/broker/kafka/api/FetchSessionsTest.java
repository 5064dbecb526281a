package io.headrace.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {

    private static final FetchSessions.Bounds BOUNDS = new FetchSessions.Bounds(3, 10, 1_000);

    private long now = 5;
    private final FetchSessions sessions = new FetchSessions(BOUNDS, () -> now, new Random(1));

    private static List<FetchTarget> targets(int count) {
        Uuid id = new Uuid(1, 2);
        return IntStream.range(0, count)
                .mapToObj(p -> new FetchTarget("a", id, p, 0, 1 << 20, 0, -1, 0))
                .toList();
    }

    private FetchSessions.Plan full(int oldId, boolean isFollower, int partitions) {
        FetchRequestData request = new FetchRequestData().setSessionId(oldId).setSessionEpoch(0);
        return sessions.plan(request, true, isFollower, targets(partitions), List.of());
    }

    private Errors resume(int id, int epoch) {
        FetchRequestData request = new FetchRequestData().setSessionId(id).setSessionEpoch(epoch);
        return sessions.plan(request, true, false, List.of(), List.of()).error();
    }

    @Test
    void aFullRequestClosesTheSessionThatItNames() {
        int first = full(0, true, 2).sessionId();
        int second = full(first, true, 2).sessionId();
        assertThat(sessions.count()).isOne();
        assertThat(resume(first, 1)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(resume(second, 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void aFollowerGetsASessionHoweverBusyTheConsumersAre() {
        int oldest = full(0, false, 1).sessionId();
        int other = full(0, false, 1).sessionId();
        int follower = full(0, true, 1).sessionId();
        assertThat(full(0, false, 1).sessionId()).as("one more consumer").isZero();
        assertThat(full(0, true, 1).sessionId()).isPositive();
        assertThat(resume(oldest, 1)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(resume(other, 1)).isEqualTo(Errors.NONE);
        assertThat(resume(follower, 1)).isEqualTo(Errors.NONE);
    }

    @Test
    void followersDoNotTakeEachOthersSessions() {
        int first = full(0, true, 4).sessionId();
        int second = full(0, true, 4).sessionId();
        assertThat(full(0, true, 4).sessionId()).isZero();
        assertThat(resume(first, 1)).isEqualTo(Errors.NONE);
        assertThat(resume(second, 1)).isEqualTo(Errors.NONE);
        now += BOUNDS.idleMs();
        assertThat(full(0, true, 4).sessionId()).as("once the others are idle").isPositive();
    }

    @Test
    void aRequestForMoreThanTheBoundCostsNobodyTheSession() {
        int consumer = full(0, false, 1).sessionId();
        assertThat(full(0, true, 11).sessionId()).isZero();
        assertThat(resume(consumer, 1)).isEqualTo(Errors.NONE);
    }
}
