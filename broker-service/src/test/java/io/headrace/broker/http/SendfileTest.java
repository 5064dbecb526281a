package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.headrace.broker.RunningBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Asks the kernel: a fetch goes out by {@code sendfile}, and the server reads no more of the
 * segment than batch headers. Attaches strace to this process, so it runs only when asked for.
 */
class SendfileTest {

    private static final int BATCHES = 10;
    private static final int HEADER_BYTES_MAX = 4 << 10;
    private static final Pattern CALL = Pattern.compile("^(\\d+) +(\\w+)\\((.*)$");
    private static final Pattern RESUMED =
            Pattern.compile("^(\\d+) +<\\.\\.\\. (\\w+) resumed>.*$");
    private static final Pattern RESULT = Pattern.compile("= (\\d+)$");

    @TempDir Path folder;

    @Test
    void theKernelSendsTheSegmentAndTheServerReadsOnlyHeaders() throws Exception {
        assumeTrue(
                Boolean.getBoolean("headrace.strace"),
                "skipped: turn it on with -Dheadrace.strace=true (needs strace and the right to"
                        + " attach it)");
        try (RunningBroker broker = RunningBroker.start(folder)) {
            broker.createTopic("big", 1, Map.of());
            byte[] batch = RunningBroker.batch("x".repeat(900_000));
            for (int i = 0; i < BATCHES; i++) {
                assertThat(broker.post(broker.batches("big", 0), batch).statusCode())
                        .isEqualTo(200);
            }
            Map<String, Long> bytes = traceFetch(broker, batch.length * BATCHES);
            System.out.println("bytes of the segment by system call: " + bytes);
            assertThat(bytes.remove("sendfile")).isEqualTo((long) batch.length * BATCHES);
            assertThat(bytes.values().stream().mapToLong(Long::longValue).sum())
                    .as("read by %s", bytes)
                    .isLessThan(HEADER_BYTES_MAX);
        }
    }

    private Map<String, Long> traceFetch(RunningBroker broker, int size) throws Exception {
        Path calls = folder.resolve("calls");
        Path notes = folder.resolve("notes");
        Process strace =
                new ProcessBuilder(
                                "strace",
                                "-f",
                                "-y",
                                "-e",
                                "trace=sendfile,read,pread64,readv,preadv,preadv2,splice",
                                "-o",
                                calls.toString(),
                                "-p",
                                Long.toString(ProcessHandle.current().pid()))
                        .redirectErrorStream(true)
                        .redirectOutput(notes.toFile())
                        .start();
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> Files.readString(notes).contains(" attached"));
            assertThat(
                            broker.getBytes(
                                            broker.batches("big", 0)
                                                    + "?offset=0&max_bytes=50000000")
                                    .body())
                    .hasSize(size);
        } finally {
            strace.destroy();
            assertThat(strace.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
        return bytesByCall(calls, broker.dataDir().resolve("big-0") + "/");
    }

    /** How many bytes each system call moved out of the segments in the folder. */
    private static Map<String, Long> bytesByCall(Path calls, String segments) throws Exception {
        Map<String, Long> bytes = new HashMap<>();
        Map<String, String> unfinished = new HashMap<>();
        for (String line : Files.readAllLines(calls)) {
            Matcher call = CALL.matcher(line);
            Matcher resumed = RESUMED.matcher(line);
            String name = null;
            if (call.matches()
                    && call.group(3).contains(segments)
                    && call.group(3).contains(".log>")) {
                name = call.group(2);
                if (line.endsWith("<unfinished ...>")) {
                    unfinished.put(call.group(1), name);
                    name = null;
                }
            } else if (resumed.matches()) {
                name = unfinished.remove(resumed.group(1));
            }
            Matcher result = RESULT.matcher(line);
            if (name != null && result.find()) {
                bytes.merge(name, Long.parseLong(result.group(1)), Long::sum);
            }
        }
        return bytes;
    }
}
