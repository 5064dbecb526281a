package io.headrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void help_lists_benches_and_options() {
        assertThat(run("--help")).isZero();
        assertThat(text()).contains("log", "fetch", "http", "--quick", "--full", "--json FILE");
    }

    @Test
    void without_a_name_it_prints_the_help() {
        assertThat(run()).isZero();
        assertThat(text()).contains("headrace bench NAME");
    }

    @Test
    void wrong_command_lines_are_answered_in_one_sentence() {
        assertThat(run("lag")).isEqualTo(2);
        assertThat(run("log", "--fast")).isEqualTo(2);
        assertThat(run("log", "--dir")).isEqualTo(2);
        assertThat(text()).contains("no bench lag", "no option --fast", "--dir needs a value");
    }

    @Test
    void options_are_read() throws BenchOptions.UsageException {
        BenchOptions options =
                BenchOptions.parse(
                        List.of("log", "--full", "--dir", "/d", "--only", "append", "http"));
        assertThat(options.names()).containsExactly("log", "http");
        assertThat(options.mode()).isEqualTo(Mode.FULL);
        assertThat(options.directory()).isEqualTo(Path.of("/d"));
        assertThat(options.wants("append")).isTrue();
        assertThat(options.wants("read")).isFalse();
    }

    private int run(String... arguments) {
        return Bench.run(
                List.of(arguments), new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
