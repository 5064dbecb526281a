package io.headrace.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void columns_are_as_wide_as_their_widest_cell() {
        Table table = new Table("side", "GB/s").row("headrace", "1.93").row("nginx", "12.10");
        assertThat(table.toString())
                .isEqualTo(
                        """
                        | side     |  GB/s |
                        |----------|-------|
                        | headrace |  1.93 |
                        | nginx    | 12.10 |
                        """);
    }

    @Test
    void a_table_without_rows_is_its_header() {
        assertThat(new Table("a", "b").toString()).isEqualTo("| a | b |\n|---|---|\n");
    }

    @Test
    void a_row_of_another_length_is_refused() {
        assertThatThrownBy(() -> new Table("a", "b").row("1"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
