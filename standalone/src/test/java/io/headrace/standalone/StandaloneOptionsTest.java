package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandaloneOptionsTest {

    @Test
    void without_options_it_listens_on_loopback_with_the_default_ports() throws Exception {
        StandaloneOptions options = StandaloneOptions.parse(List.of());
        assertThat(options.listen()).isEqualTo("127.0.0.1");
        assertThat(options.gatewayPort()).isEqualTo(8080);
        assertThat(options.adminPort()).isEqualTo(8081);
        assertThat(options.brokerPort()).isEqualTo(8082);
        assertThat(options.kafkaPort()).isEqualTo(9092);
        assertThat(options.data()).isEqualTo(Path.of("data").toAbsolutePath());
    }

    @Test
    void a_wildcard_address_is_reached_through_loopback() throws Exception {
        assertThat(StandaloneOptions.parse(List.of("--listen", "0.0.0.0")).url(1))
                .isEqualTo("http://127.0.0.1:1");
        assertThat(StandaloneOptions.parse(List.of("--listen", "::1")).url(1))
                .isEqualTo("http://[::1]:1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    --nope            | there is no option --nope
                    --port            | --port needs a value
                    --port abc        | --port must be a number, not abc
                    --port 0          | --port must be from 1 to 65535, not 0
                    --admin-port -1   | --admin-port must be from 1 to 65535, not -1
                    --broker-port 99999 | --broker-port must be from 1 to 65535, not 99999
                    --kafka-port x    | --kafka-port must be a number, not x
                    --config /nowhere | --config must be a folder, and /nowhere is not one
                    """)
    void a_wrong_option_is_named_in_one_sentence(String line, String sentence) {
        assertThatThrownBy(() -> StandaloneOptions.parse(Arrays.asList(line.split(" ", -1))))
                .isInstanceOfSatisfying(
                        StartFailure.class,
                        e -> assertThat(e.exitCode()).isEqualTo(StartFailure.USAGE))
                .hasMessageStartingWith(sentence)
                .message()
                .doesNotContain("\n");
    }
}
