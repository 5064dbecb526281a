package io.headrace.system.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.system.check.Check;
import io.headrace.system.check.Checker;
import io.headrace.system.check.Judgement;
import io.headrace.system.check.SoundHistory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {

    @TempDir Path folder;

    @Test
    void what_was_written_is_told_again_byte_for_byte() throws IOException {
        Path first = folder.resolve("first");
        try (HistoryFile file = HistoryFile.create(first)) {
            file.partition(0, "t-0");
            file.producer(0, "p", true);
            file.reader(0, History.ReaderKind.GROUP, "g", "member");
            file.invoke(0, Long.MAX_VALUE, 0, 1_700_000_000_000L);
            file.ok(0, Long.MAX_VALUE, 7, 1_700_000_000_001L);
            file.failed(0, 1, 5, "NO");
            file.unknown(0, 2, 6, "");
            file.position(0, 0, 1L << 40);
            file.read(0, 0, 9, History.DAMAGED, 3);
            file.bounds(0, 0, 1, 2);
            file.owns(0, -1, 0);
            file.commit(0, 1, 0, 2);
            file.committed(0, 1, 0, 2);
            file.mark(3, "ünïcode");
            file.verdict("C19", "text");
            file.state(0, -1, 2, 3, false, 1L << 40);
            file.controller(7, 1L << 41);
        }
        Path second = folder.resolve("second");
        try (HistoryFile file = HistoryFile.create(second)) {
            assertThat(HistoryReader.tell(first, file)).isEqualTo(17);
        }
        assertThat(second).hasSameBinaryContentAs(first);
    }

    @Test
    void a_history_of_many_operations_is_sound_and_cut_short_it_cannot_be_judged()
            throws IOException {
        Path whole = folder.resolve("whole");
        SoundHistory.write(whole, 300_000);
        Judgement judgement = Checker.check(whole);
        assertThat(judgement.isSound()).as(judgement.text()).isTrue();
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, bytes.length / 2 + 1));
        assertThat(Checker.check(cut).count(Check.INCOMPLETE)).isPositive();
    }

    /** Ten million operations in a minute; in time on the processor, whoever else is busy. */
    @Test
    void a_million_operations_are_judged_in_six_seconds() throws IOException {
        Path history = folder.resolve("million");
        SoundHistory.write(history, 1_000_000);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long startNs = threads.getCurrentThreadCpuTime();
        assertThat(Checker.check(history).isSound()).isTrue();
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - startNs))
                .isLessThan(Duration.ofSeconds(6));
    }

    @Test
    void another_file_is_refused() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "no history at all");
        assertThatThrownBy(() -> Checker.check(other)).hasMessageContaining("is no history");
    }

    @Test
    void a_value_survives_its_text_and_a_changed_one_does_not() {
        String text = new Value(3, 12_345).text(50);
        assertThat(parse(text)).isEqualTo(new Value(3, 12_345));
        for (int at = 0; at < text.length(); at++) {
            String changed = text.substring(0, at) + "!" + text.substring(at + 1);
            assertThat(parse(changed).producer()).as(changed).isEqualTo(History.DAMAGED);
            assertThat(parse(text.substring(0, at)).producer()).isEqualTo(History.DAMAGED);
        }
    }

    private static Value parse(String text) {
        return Value.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
