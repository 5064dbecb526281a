package io.headrace.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.system.check.SoundHistory;
import io.headrace.system.history.History;
import io.headrace.system.history.HistoryFile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemTestsTest {

    @TempDir private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int run(String... arguments) throws Exception {
        return SystemTests.run(
                List.of(arguments), new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_sound_history_is_judged_again() throws Exception {
        Path history = folder.resolve("history");
        SoundHistory.write(history, 10_000);
        assertThat(run("--check", history.toString())).isZero();
        assertThat(said()).contains("2496 values sent, 2496 acknowledged", "\nsound\n");
    }

    @Test
    void a_history_with_a_lost_record_is_found_again_and_tells_what_was_done() throws Exception {
        Path history = folder.resolve("history");
        try (HistoryFile file = HistoryFile.create(history)) {
            file.partition(0, "t-0");
            file.producer(0, "p", true);
            file.reader(0, History.ReaderKind.FINAL, "", "final");
            file.mark(1_700_000_000_000L, "kill -9 broker1");
            file.invoke(0, 0, 0, 1_700_000_000_001L);
            file.ok(0, 0, 7, 1_700_000_000_002L);
            file.bounds(0, 0, 0, 7);
        }
        assertThat(run("--check", history.toString())).isEqualTo(1);
        assertThat(said()).contains("C1 lost: 1", "p:0 of t-0@7", "NOT SOUND");
        assertThat(run("--marks", history.toString())).isZero();
        assertThat(said()).contains("kill -9 broker1");
    }

    @Test
    void the_plans_are_listed() throws Exception {
        assertThat(run("--faults", "list")).isZero();
        assertThat(said()).contains("F1 ", "F60", "kill -9 of leaders");
    }

    @Test
    void a_plan_that_does_not_exist_is_an_error_and_starts_nothing() throws Exception {
        assertThat(run("--faults", "F99")).isEqualTo(2);
        assertThat(said()).contains("there is no plan F99");
    }
}
