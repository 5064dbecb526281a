package io.headrace.bench.load;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;

/**
 * Keeps a number of connections busy, each with one request at a time (a closed loop), and measures
 * what the server answers.
 *
 * <p>Owner: the calling thread does everything. Bounds: one request in flight per connection; a
 * connection that is silent for {@value #SILENCE_SECONDS_MAX} s ends the run as an error. A broken
 * connection is an error too and is opened again; after {@value #ERRORS_MAX} errors the run ends.
 */
public final class HttpLoad {

    private static final int ERRORS_MAX = 100;
    private static final int SILENCE_SECONDS_MAX = 30;
    private static final int INPUT_BYTES = 256 * 1024;
    private static final long LATENCY_NS_MAX = Duration.ofMinutes(2).toNanos();

    private final InetSocketAddress server;
    private final DoubleSupplier serverCpuSeconds;
    private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT_BYTES);
    private final Histogram latency = new Histogram(LATENCY_NS_MAX, 3);
    private long requests;
    private long records;
    private long bodyBytes;
    private long errors;
    private String firstError = "";
    private long lastAnswerNs;

    /**
     * @param serverCpuSeconds what the server has used so far
     */
    public HttpLoad(InetSocketAddress server, DoubleSupplier serverCpuSeconds) {
        this.server = server;
        this.serverCpuSeconds = serverCpuSeconds;
    }

    /**
     * Runs warm-up and measured window on the same connections, then closes them.
     *
     * @param conversations gives each connection, by number, what to say
     */
    public LoadResult run(
            int connections,
            IntFunction<Conversation> conversations,
            Duration warmUp,
            Duration measured)
            throws IOException {
        List<Connection> open = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                Connection connection = new Connection(server, selector, conversations.apply(i));
                open.add(connection);
                connection.connect();
            }
            forget();
            if (!warmUp.isZero()) {
                loop(selector, System.nanoTime() + warmUp.toNanos());
                forgetCounts();
            }
            return measure(selector, measured);
        } finally {
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    private LoadResult measure(Selector selector, Duration measured) throws IOException {
        double serverCpu = serverCpuSeconds.getAsDouble();
        double clientCpu = threadCpuSeconds();
        long startNs = System.nanoTime();
        loop(selector, startNs + measured.toNanos());
        double seconds = (System.nanoTime() - startNs) / 1e9;
        return new LoadResult(
                requests,
                records,
                bodyBytes,
                errors,
                firstError,
                seconds,
                serverCpuSeconds.getAsDouble() - serverCpu,
                threadCpuSeconds() - clientCpu,
                latency.copy());
    }

    private void forget() {
        errors = 0;
        firstError = "";
        forgetCounts();
    }

    /** Errors of the warm-up stay: they are errors of the run. */
    private void forgetCounts() {
        requests = 0;
        records = 0;
        bodyBytes = 0;
        latency.reset();
    }

    private void loop(Selector selector, long untilNs) throws IOException {
        lastAnswerNs = System.nanoTime();
        long now = lastAnswerNs;
        while (now < untilNs && errors < ERRORS_MAX) {
            long waitMs = Math.clamp((untilNs - now) / 1_000_000, 1, 1_000);
            selector.select(this::ready, waitMs);
            now = System.nanoTime();
            if (now - lastAnswerNs > SILENCE_SECONDS_MAX * 1_000_000_000L) {
                fail("no answer on any connection for " + SILENCE_SECONDS_MAX + " s");
                return;
            }
        }
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        try {
            if (key.isWritable()) {
                connection.send();
            }
            if (key.isReadable()) {
                input.clear();
                connection.receive(input);
                input.flip();
                while (input.hasRemaining()) {
                    if (connection.parser().accept(input)) {
                        answered(connection);
                    }
                }
            }
        } catch (IOException | WrongAnswerException e) {
            fail(String.valueOf(e.getMessage()));
            connection.reopen();
        }
    }

    private void answered(Connection connection) throws IOException {
        lastAnswerNs = System.nanoTime();
        ResponseParser parser = connection.parser();
        if (connection.conversation().isMeasured()) {
            latency.recordValue(Math.min(lastAnswerNs - connection.sentNs(), LATENCY_NS_MAX));
            requests++;
            bodyBytes += parser.bodyBytes();
        }
        try {
            records +=
                    connection
                            .conversation()
                            .check(parser.status(), parser.body(), parser.bodyBytes());
        } catch (WrongAnswerException e) {
            fail(String.valueOf(e.getMessage()));
        }
        if (parser.isLast()) {
            throw new IOException("the server closes the connection after an answer");
        }
        connection.begin();
    }

    private void fail(String text) {
        errors++;
        if (firstError.isEmpty()) {
            firstError = text;
        }
    }

    private static double threadCpuSeconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
    }
}
