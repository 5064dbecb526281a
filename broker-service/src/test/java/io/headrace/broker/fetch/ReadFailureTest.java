package io.headrace.broker.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadFailureTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Input/output error",
                "sendfile(..) failed with error(-5): Input/output error",
                "Structure needs cleaning",
                "Underlying file size 0 smaller then requested count 77"
            })
    void a_failure_of_the_file_is_told_from(String text) {
        IOException failure = new IOException(text);
        assertThat(ReadFailure.in(failure)).isSameAs(failure);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Broken pipe", "Connection reset by peer", "Connection timed out"})
    void one_of_the_connection(String text) {
        assertThat(ReadFailure.in(new IOException(text))).isNull();
    }

    @Test
    void a_channel_that_was_closed_says_nothing() {
        assertThat(ReadFailure.in(new ClosedChannelException())).isNull();
        assertThat(ReadFailure.in(null)).isNull();
        assertThat(ReadFailure.in(new IllegalStateException("Input/output error"))).isNull();
    }
}
