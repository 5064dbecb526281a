package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every line of a real log file goes in over HTTP and comes back three ways. */
class RealLogFileTest {

    private static final int LINES = 120_000;
    private static final int BATCH = 1_000;

    @TempDir Path temp;

    @Test
    void every_line_reads_back_identical_and_in_order_as_json_ndjson_and_raw_batches()
            throws Exception {
        List<String> lines = RealLines.numbered(LINES);
        try (PlatformProcess platform = PlatformProcess.up(temp)) {
            platform.createTopic("real", 1);
            long startNs = System.nanoTime();
            for (int from = 0; from < LINES; from += BATCH) {
                List<String> batch = lines.subList(from, Math.min(LINES, from + BATCH));
                assertThat(platform.produceLines("real", 0, batch)).isEqualTo(from);
            }
            startNs = report("produced", startNs);
            assertSame(asJson(platform), lines);
            startNs = report("read as JSON", startNs);
            assertSame(asNdjson(platform), lines);
            startNs = report("read as NDJSON", startNs);
            assertSame(RawLog.values(platform.http(), platform.broker(), "real", 0), lines);
            report("read as raw batches", startNs);
        }
    }

    private static List<String> asJson(PlatformProcess platform) {
        List<String> values = new ArrayList<>();
        while (true) {
            JsonNode page =
                    platform.json(
                            platform.gateway()
                                    + "/topics/real/partitions/0/records?timeout=0&offset="
                                    + values.size(),
                            "Accept",
                            "application/vnd.kafka.text.v2+json");
            if (page.isEmpty()) {
                return values;
            }
            page.forEach(record -> add(values, record));
        }
    }

    private static List<String> asNdjson(PlatformProcess platform) throws IOException {
        List<String> values = new ArrayList<>();
        String url =
                platform.gateway()
                        + "/topics/real/partitions/0/records?offset=0&follow=true&format=text";
        try (BufferedReader stream =
                new BufferedReader(
                        new InputStreamReader(
                                platform.http().open(url, "Accept", "application/x-ndjson").body(),
                                StandardCharsets.UTF_8))) {
            while (values.size() < LINES) {
                String line = stream.readLine();
                assertThat(line).as("line after %s records", values.size()).isNotNull();
                if (!line.isBlank()) {
                    add(values, JsonMapper.shared().readTree(line));
                }
            }
        }
        return values;
    }

    private static void add(List<String> values, JsonNode record) {
        assertThat(record.path("offset").asLong(-1)).isEqualTo(values.size());
        values.add(record.path("value").asString());
    }

    /** Says where the first difference is, instead of printing two long lists. */
    private static void assertSame(List<String> actual, List<String> expected) {
        for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
            if (!actual.get(i).equals(expected.get(i))) {
                assertThat(actual.get(i)).as("line %s", i).isEqualTo(expected.get(i));
            }
        }
        assertThat(actual.size()).isEqualTo(expected.size());
    }

    private static long report(String what, long startNs) {
        long nowNs = System.nanoTime();
        double seconds = (nowNs - startNs) / 1e9;
        System.out.printf(
                "%s %,d lines in %.2f s (%,.0f lines/s)%n", what, LINES, seconds, LINES / seconds);
        return nowNs;
    }
}
