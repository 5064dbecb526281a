package io.headrace.standalone.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Streams the lines of a file through produce, shows them arriving at a live consumer, and says
 * whether every line arrived, in order.
 *
 * <pre>
 * Demo --gateway URL --cluster ID [--topic NAME] FILE
 * </pre>
 */
public final class Demo {

    private static final int BATCH_LINES_MAX = 1_000;
    private static final int BATCH_BYTES_MAX = 1 << 20;
    private static final long SHOW_EVERY_NS = 500_000_000;
    private static final long ARRIVAL_WAIT_MS = 30_000;

    private final PrintStream out;
    private final boolean isTerminal = Boolean.getBoolean("headrace.demo.terminal");
    private final long startNs = System.nanoTime();
    private long shownNs = startNs;
    private long produced;
    private long producedBytes;

    private Demo(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        String gateway = options.get("--gateway");
        String cluster = options.get("--cluster");
        if (gateway == null || cluster == null || args.length % 2 == 0) {
            System.err.println("usage: Demo --gateway URL --cluster ID [--topic NAME] FILE");
            System.exit(2);
            return;
        }
        String topic = options.getOrDefault("--topic", "demo-" + System.currentTimeMillis() / 1000);
        try {
            System.exit(
                    new Demo(System.out)
                            .run(
                                    new GatewayCalls(gateway),
                                    cluster,
                                    topic,
                                    Path.of(args[args.length - 1])));
        } catch (IOException e) {
            System.err.println("headrace: the demo stopped: " + e.getMessage());
            System.exit(1);
        }
    }

    private int run(GatewayCalls gateway, String cluster, String topic, Path file)
            throws IOException, InterruptedException {
        gateway.createTopic(cluster, topic);
        out.println("Lines of " + file + " through the topic " + topic + ":");
        Follower follower = new Follower(gateway, topic, file);
        follower.start();
        produce(gateway, topic, file, follower);
        follower.expect(produced);
        long deadlineNs = System.nanoTime() + ARRIVAL_WAIT_MS * 1_000_000;
        while (!follower.awaitEnd(200) && System.nanoTime() < deadlineNs) {
            show(follower);
        }
        return verdict(follower);
    }

    private void produce(GatewayCalls gateway, String topic, Path file, Follower follower)
            throws IOException {
        ByteArrayOutputStream batch = new ByteArrayOutputStream(BATCH_BYTES_MAX);
        int count = 0;
        try (LineReader lines = new LineReader(file)) {
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                batch.write(line);
                batch.write('\n');
                count++;
                if (count == BATCH_LINES_MAX || batch.size() >= BATCH_BYTES_MAX) {
                    send(gateway, topic, batch, count);
                    count = 0;
                    show(follower);
                }
            }
        }
        if (count > 0) {
            send(gateway, topic, batch, count);
        }
    }

    private void send(GatewayCalls gateway, String topic, ByteArrayOutputStream batch, int count)
            throws IOException {
        gateway.produceLines(topic, batch.toByteArray(), batch.size());
        produced += count;
        producedBytes += batch.size();
        batch.reset();
    }

    private void show(Follower follower) {
        long nowNs = System.nanoTime();
        if (nowNs - shownNs < SHOW_EVERY_NS) {
            return;
        }
        shownNs = nowNs;
        double seconds = (nowNs - startNs) / 1e9;
        out.printf(
                Locale.ROOT,
                "%s  produced %,10d (%,9.0f/s)   arrived %,10d (%,9.0f/s)   %s%s",
                isTerminal ? "\r\u001b[K" : "",
                produced,
                produced / seconds,
                follower.arrived(),
                follower.arrived() / seconds,
                follower.last(),
                isTerminal ? "" : "\n");
        out.flush();
    }

    private int verdict(Follower follower) {
        if (isTerminal) {
            out.print("\r\u001b[K");
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        String problem = follower.problem();
        if (problem == null && follower.arrived() == produced) {
            out.printf(
                    Locale.ROOT,
                    "All %,d lines arrived, in order: %,.1f MB in %.1f s, %,.0f lines/s from file to"
                            + " consumer.%n",
                    produced,
                    producedBytes / 1e6,
                    seconds,
                    produced / seconds);
            return 0;
        }
        out.println(
                "NOT all lines arrived in order: "
                        + produced
                        + " produced, "
                        + follower.arrived()
                        + " arrived; "
                        + (problem == null ? "the rest is missing" : problem));
        return 1;
    }
}
