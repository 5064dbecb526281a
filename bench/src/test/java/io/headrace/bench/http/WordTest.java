package io.headrace.bench.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordTest {

    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "abab, 0",
        "abab1, 1",
        "abababab1, 1",
        "abab1abab2ababx, 2",
        "xxabab0xxabab, 1",
        "ababab, 0"
    })
    void counts_words_that_a_digit_follows(String text, int expected) {
        assertThat(new Word("abab").countNumbers(ByteBuffer.wrap(Bytes.ascii(text))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"'', -1", "abab, -1", "xabab12abab340], 340", "abab7ababx, -1"})
    void finds_the_number_after_the_last_word(String text, long expected) {
        assertThat(new Word("abab").lastNumber(ByteBuffer.wrap(Bytes.ascii(text))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void counts_bytes_wherever_they_are(long seed) {
        Random random = new Random(seed);
        for (int length = 0; length < 40; length++) {
            byte[] bytes = new byte[length];
            int expected = 0;
            for (int i = 0; i < length; i++) {
                bytes[i] = new byte[] {'}', '{', '|', '~', -3, 0, 1, 127}[random.nextInt(8)];
                expected += bytes[i] == '}' ? 1 : 0;
            }
            assertThat(Bytes.countByte(ByteBuffer.wrap(bytes), (byte) '}')).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void counts_as_a_regular_expression_does(long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            text.append("o\"f:1".charAt(random.nextInt(5)));
        }
        long expected = Pattern.compile("\"f:(?=1)").matcher(text).results().count();
        ByteBuffer body = ByteBuffer.wrap(Bytes.ascii(text.toString()));
        assertThat(new Word("\"f:").countNumbers(body)).isEqualTo((int) expected);
    }
}
