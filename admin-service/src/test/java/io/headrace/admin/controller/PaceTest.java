package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

    @Test
    void whatFollowsAMoveWaitsForAMultipleOfItsTime() {
        Pace pace = new Pace(3);
        assertThat(pace.mayBegin(1_000)).isTrue();
        pace.begun(1_000);
        assertThat(pace.restMs(1_050)).isZero(); // the move is on the way, nobody is to be woken
        assertThat(pace.mayBegin(1_100)).isFalse();
        assertThat(pace.restMs(1_100)).isEqualTo(300);
        assertThat(pace.mayBegin(1_399)).isFalse();
        assertThat(pace.mayBegin(1_400)).isTrue();
        assertThat(pace.restMs(1_400)).isZero();
    }

    @Test
    void aMoveThatTookLongIsFollowedSoon() {
        Pace pace = new Pace(3);
        pace.begun(0);
        assertThat(pace.mayBegin(600_000)).isFalse();
        assertThat(pace.restMs(600_000)).isEqualTo(Pace.REST_MS_MAX);
    }

    @Test
    void aClockThatJumpsMakesNoLongRest() {
        Pace back = new Pace(3);
        back.begun(600_000);
        assertThat(back.mayBegin(0)).isTrue();
        Pace rests = new Pace(3);
        rests.begun(600_000);
        assertThat(rests.mayBegin(600_100)).isFalse();
        assertThat(rests.mayBegin(0)).isTrue();
    }

    @Test
    void withoutAFactorNothingRests() {
        Pace pace = new Pace(0);
        pace.begun(0);
        assertThat(pace.mayBegin(500)).isTrue();
    }
}
