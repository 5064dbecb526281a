package io.headrace.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SPAN = "b7ad6b7169203331";
    private static final String GIVEN = "00-" + TRACE + "-" + SPAN + "-01";

    @ParameterizedTest
    @ValueSource(strings = {"00", "01", "02", "ff", "a3"})
    void version_00_is_passed_on_as_it_came_whatever_its_flags(String flags) {
        String given = "00-" + TRACE + "-" + SPAN + "-" + flags;
        TraceContext context = TraceContext.parse(given, "");
        assertThat(context).hasToString(given);
        assertThat(context.traceId()).isEqualTo(TRACE);
        assertThat(context.spanId()).isEqualTo(SPAN);
        assertThat(context.flags()).isEqualTo(flags);
        assertThat(texts(context)).containsExactly("traceparent=" + given);
    }

    @Test
    void a_later_version_is_understood_by_its_first_55_characters_and_passed_on_as_version_00() {
        assertThat(TraceContext.parse("01-" + TRACE + "-" + SPAN + "-ff", ""))
                .hasToString("00-" + TRACE + "-" + SPAN + "-01");
        assertThat(TraceContext.parse("cc-" + TRACE + "-" + SPAN + "-fe-what-comes", ""))
                .hasToString("00-" + TRACE + "-" + SPAN + "-00");
        assertThat(TraceContext.parse("fe-" + TRACE + "-" + SPAN + "-01-", "")).hasToString(GIVEN);
        assertThat(TraceContext.parse("01-" + TRACE + "-" + SPAN + "-01.more", "")).isNull();
        assertThat(TraceContext.parse("01-" + TRACE + "-" + SPAN + "-011", "")).isNull();
    }

    @Test
    void anything_else_is_nothing() {
        List<String> wrong = new ArrayList<>();
        wrong.add("");
        wrong.add("00");
        wrong.add("ff" + GIVEN.substring(2));
        wrong.add("ff" + GIVEN.substring(2) + "-more");
        wrong.add(GIVEN + "-");
        wrong.add(GIVEN + "-more");
        wrong.add(GIVEN + "0");
        wrong.add(" " + GIVEN);
        wrong.add(GIVEN + " ");
        wrong.add(GIVEN.toUpperCase(Locale.ROOT));
        wrong.add("00-" + "0".repeat(32) + "-" + SPAN + "-01");
        wrong.add("00-" + TRACE + "-" + "0".repeat(16) + "-01");
        wrong.add(GIVEN.replace('-', '_'));
        for (int length = 1; length < GIVEN.length(); length++) {
            wrong.add(GIVEN.substring(0, length));
            wrong.add(GIVEN.substring(length));
        }
        for (int at = 0; at < GIVEN.length(); at++) {
            for (char c : new char[] {'g', 'A', 'F', '/', ':', '`', ' ', '\0', '\u0660', 'é'}) {
                wrong.add(GIVEN.substring(0, at) + c + GIVEN.substring(at + 1));
            }
        }
        for (String text : wrong) {
            assertThat(TraceContext.parse(text, "")).as("'%s'", text).isNull();
        }
    }

    @Test
    void a_tracestate_comes_along_if_it_is_short_and_printable() {
        assertThat(texts(TraceContext.parse(GIVEN, "a=1,b=2")))
                .containsExactly("traceparent=" + GIVEN, "tracestate=a=1,b=2");
        String longest = "k=" + "v".repeat(510);
        assertThat(texts(TraceContext.parse(GIVEN, longest)))
                .containsExactly("traceparent=" + GIVEN, "tracestate=" + longest);
        for (String state : List.of("", longest + "v", "k=é", "k=\n", "k=\u007f")) {
            assertThat(texts(TraceContext.parse(GIVEN, state)))
                    .containsExactly("traceparent=" + GIVEN);
        }
    }

    private static List<String> texts(TraceContext context) {
        return context.headers().stream().map(TraceContextTest::text).toList();
    }

    private static String text(RecordHeader header) {
        return header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8);
    }
}
