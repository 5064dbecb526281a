package io.headrace.gateway.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonScannerTest {

    private static String value(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        JsonScanner scanner = new JsonScanner(bytes, 0, bytes.length);
        scanner.value();
        String slice = scanner.sliceText();
        scanner.expectEnd();
        return slice;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{ \"b\" : 1 , \"a\" : [ 1 , 2 ] } | {\"b\":1,\"a\":[1,2]}",
                "9007199254740993 | 9007199254740993",
                "-0.10e+05 | -0.10e+05",
                "1E400 | 1E400",
                "\" a  b \" | \" a  b \"",
                "\"\\u00e9\\/\\n\" | \"\\u00e9\\/\\n\"",
                "\"\\ud83d\\ude00\" | \"\\ud83d\\ude00\"",
                "[ \" \\\" ] \" , { } ] | [\" \\\" ] \",{}]",
                "{\"a\":1,\"a\":2} | {\"a\":1,\"a\":2}",
                "true | true",
                "`  \"x\"  ` | \"x\""
            })
    void aValueIsKeptAsItWasSentButForSpaceOutsideStrings(String sent, String stored) {
        assertThat(value(sent)).isEqualTo(stored);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6, 7, 8, 9, 15, 16, 17, 100})
    void stringsOfEveryLengthEndWhereTheyEnd(int length) {
        String string = "\"" + "é".repeat(length) + "x".repeat(length) + "\"";
        assertThat(value(string)).isEqualTo(string);
        assertThatThrownBy(() -> value("\"" + "x".repeat(length)))
                .isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> value("\"" + "x".repeat(length) + "\u0001\""))
                .isInstanceOf(JsonException.class);
    }

    @Test
    void nestingAndNumbersHaveLimits() {
        assertThat(value("[".repeat(64) + "]".repeat(64))).hasSize(128);
        assertThatThrownBy(() -> value("[".repeat(65) + "]".repeat(65))).hasMessageContaining("64");
        assertThat(value("1".repeat(100))).hasSize(100);
        assertThatThrownBy(() -> value("1".repeat(101))).hasMessageContaining("100");
    }

    @Test
    void base64IsDecodedWithAndWithoutPaddingAndWithEscapedSlashes() {
        Random random = new Random(7);
        for (int length = 0; length < 50; length++) {
            byte[] source = new byte[length];
            random.nextBytes(source);
            String padded = Base64.getEncoder().encodeToString(source);
            String bare = Base64.getEncoder().withoutPadding().encodeToString(source);
            assertThat(decoded(padded)).isEqualTo(source);
            assertThat(decoded(bare)).isEqualTo(source);
            assertThat(decoded(padded.replace("/", "\\/"))).isEqualTo(source);
            byte[] target = new byte[Base64Bytes.encodedLength(length)];
            Base64Bytes.encode(source, 0, length, target, 0);
            assertThat(new String(target, StandardCharsets.US_ASCII)).isEqualTo(padded);
        }
    }

    private static byte[] decoded(String base64) {
        byte[] bytes = ("\"" + base64 + "\"").getBytes(StandardCharsets.UTF_8);
        JsonScanner scanner = new JsonScanner(bytes, 0, bytes.length);
        scanner.base64();
        return java.util.Arrays.copyOfRange(
                bytes, scanner.sliceStart(), scanner.sliceStart() + scanner.sliceLength());
    }

    /** What the scanner takes, Jackson takes and reads the same; damaged documents included. */
    @Test
    void jacksonAgreesOnMutatedDocuments() {
        long seed = Long.getLong("headrace.seed", 20261123);
        System.out.println("headrace.seed=" + seed);
        Random random = new Random(seed);
        String[] documents = {
            "{\"a\":[1,2.5e3,-0],\"b\":{\"c\":null,\"d\":\"x\\u00e9\\ud83d\\ude00y\"},\"e\":true}",
            "[\"long string without anything special in it\", {\"k\": \"é€😀\"}, [[[]]]]",
            "  -12.75E-3  "
        };
        int accepted = 0;
        for (int i = 0; i < 30_000; i++) {
            byte[] bytes =
                    documents[random.nextInt(documents.length)].getBytes(StandardCharsets.UTF_8);
            for (int change = random.nextInt(3); change > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            byte[] original = bytes.clone();
            JsonScanner scanner = new JsonScanner(bytes, 0, bytes.length);
            if (scanner.wholeValue()) {
                accepted++;
                JsonNode expected = JsonMapper.shared().readTree(original);
                assertThat(JsonMapper.shared().readTree(scanner.sliceText()))
                        .as(new String(original, StandardCharsets.UTF_8))
                        .isEqualTo(expected);
            } else {
                assertThat(bytes).isEqualTo(original);
            }
        }
        assertThat(accepted).isGreaterThan(1_000);
    }

    @Test
    void whatTheWriterWritesJacksonReads() throws JacksonException {
        StringBuilder all = new StringBuilder();
        for (char c = 0; c < 0x250; c++) {
            all.append(c);
        }
        all.append("😀\u2028");
        byte[] json =
                new JsonWriter(1)
                        .raw('[')
                        .string(all.toString())
                        .raw(',')
                        .number(Long.MIN_VALUE)
                        .raw(',')
                        .number(-10)
                        .raw(',')
                        .number(0)
                        .raw(',')
                        .number(Long.MAX_VALUE)
                        .raw(']')
                        .toBytes();
        JsonNode read = JsonMapper.shared().readTree(json);
        assertThat(read.path(0).asString()).isEqualTo(all.toString());
        assertThat(read.path(1).asLong()).isEqualTo(Long.MIN_VALUE);
        assertThat(read.path(2).asLong()).isEqualTo(-10);
        assertThat(read.path(3).asLong()).isZero();
        assertThat(read.path(4).asLong()).isEqualTo(Long.MAX_VALUE);
    }
}
