package io.headrace.broker.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.error.ErrorCode;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FetchErrorsTest {

    @ParameterizedTest
    @EnumSource
    void whateverHappensAConsumerIsToldWhatItKnows(ErrorCode code) {
        assertThat(FetchErrors.KNOWN).contains(FetchErrors.of(code));
    }

    /** Fault run F9, seed 1: the only replica was cut off, and consumers ended. */
    @Test
    void aPartitionWithoutALeaderIsLookedForAgain() {
        assertThat(FetchErrors.of(ErrorCode.LEADER_NOT_AVAILABLE))
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void whatAConsumerKnowsIsToldAsItIs() {
        assertThat(FetchErrors.of(ErrorCode.KAFKA_STORAGE_ERROR))
                .isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(FetchErrors.of(ErrorCode.OFFSET_OUT_OF_RANGE))
                .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    }
}
