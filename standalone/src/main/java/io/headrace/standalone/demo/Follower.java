package io.headrace.standalone.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Follows partition 0 of the topic as NDJSON from offset 0 and compares every record with the next
 * line of the file.
 *
 * <p>Owner: one thread of its own; the counters may be read from any thread.
 */
final class Follower {

    private static final int SHOWN_MAX = 60;

    private final GatewayCalls gateway;
    private final String topic;
    private final Path file;
    private final AtomicLong arrived = new AtomicLong();
    private volatile String last = "";
    private volatile @Nullable String problem;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long expected = Long.MAX_VALUE;

    Follower(GatewayCalls gateway, String topic, Path file) {
        this.gateway = gateway;
        this.topic = topic;
        this.file = file;
    }

    void start() {
        Thread.ofPlatform().daemon().name("follow").start(this::follow);
    }

    long arrived() {
        return arrived.get();
    }

    /** The newest line, shortened. */
    String last() {
        return last;
    }

    /** What is wrong, if anything is. */
    @Nullable String problem() {
        return problem;
    }

    /** Says how many lines there are; the follower ends when it has them. */
    void expect(long count) {
        expected = count;
        if (arrived.get() >= count) {
            ended.countDown();
        }
    }

    boolean awaitEnd(long timeoutMs) throws InterruptedException {
        return ended.await(timeoutMs, TimeUnit.MILLISECONDS);
    }

    private void follow() {
        try (LineReader lines = new LineReader(file);
                BufferedReader records =
                        new BufferedReader(
                                new InputStreamReader(
                                        gateway.follow(topic), StandardCharsets.UTF_8))) {
            String record;
            while (arrived.get() < expected && (record = records.readLine()) != null) {
                if (!record.isBlank() && !isNext(record, lines.next())) {
                    return;
                }
            }
            if (arrived.get() < expected) {
                problem = "the stream ended after " + arrived.get() + " lines";
            }
        } catch (IOException e) {
            problem = "the stream broke after " + arrived.get() + " lines: " + e.getMessage();
        } finally {
            ended.countDown();
        }
    }

    private boolean isNext(String record, byte @Nullable [] line) {
        JsonNode json = JsonMapper.shared().readTree(record);
        byte[] value = Base64.getDecoder().decode(json.path("value").asString());
        long offset = json.path("offset").asLong(-1);
        if (offset != arrived.get()) {
            problem = "after offset " + (arrived.get() - 1) + " came offset " + offset;
            return false;
        }
        if (line == null || !Arrays.equals(value, line)) {
            problem = "the record at offset " + offset + " is not line " + (offset + 1);
            return false;
        }
        last = shortened(value);
        arrived.incrementAndGet();
        return true;
    }

    private static String shortened(byte[] value) {
        String text = new String(value, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ");
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX - 1) + "…";
    }
}
