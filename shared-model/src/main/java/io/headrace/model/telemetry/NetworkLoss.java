package io.headrace.model.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees that the network loses packets, from how many segments of TCP this machine (or container)
 * had to send again.
 *
 * <p>Owner: the thread that looks; figures may be asked from any. Errors: a machine that does not
 * say these figures is not looked at.
 */
final class NetworkLoss implements Look, MeterBinder {

    /** Where Linux says them, for the network namespace of this process. */
    static final Path FIGURES = Path.of("/proc/self/net/snmp");

    static final String SENT = "headrace.network.segments.sent";
    static final String SENT_AGAIN = "headrace.network.segments.sent.again";

    static final Duration WINDOW = Duration.ofSeconds(5);

    /** With fewer, one unlucky segment would be a large share. */
    static final long SENT_MIN = 200;

    static final long AGAIN_MIN = 5;

    private static final Logger LOG = LoggerFactory.getLogger(NetworkLoss.class);

    private static final String PROTOCOL = "Tcp:";

    /** Since the machine was started. */
    private record Segments(long sent, long again) {}

    private final Troubles troubles;
    private final Path figures;
    private final double shareMax;
    private volatile @Nullable Segments last;
    private long lookedNs;
    private boolean isOff;

    /**
     * @param shareMax of all segments sent, as from 0 to 1; more sent again is a trouble
     */
    NetworkLoss(Troubles troubles, Path figures, double shareMax) {
        this.troubles = troubles;
        this.figures = figures;
        this.shareMax = shareMax;
    }

    @Override
    public void look(long nowNs) {
        Segments before = last;
        if (isOff || (before != null && nowNs - lookedNs < WINDOW.toNanos())) {
            return;
        }
        long passedNs = nowNs - lookedNs;
        lookedNs = nowNs;
        Segments now = read();
        last = now;
        if (now == null) {
            isOff = true;
        } else if (before != null) {
            compare(
                    now.sent() - before.sent(),
                    now.again() - before.again(),
                    TimeUnit.NANOSECONDS.toSeconds(passedNs));
        }
    }

    private void compare(long sent, long again, long seconds) {
        double share = (double) again / Math.max(1, sent + again);
        if (sent >= SENT_MIN && again >= AGAIN_MIN && share > shareMax) {
            troubles.note(
                    Trouble.PACKETS_LOST,
                    () ->
                            String.format(
                                    Locale.ROOT,
                                    "%d segments were sent again in %d s, %.1f %% of all",
                                    again,
                                    seconds,
                                    100 * share));
        }
    }

    private @Nullable Segments read() {
        try {
            List<String> lines =
                    Files.readAllLines(figures).stream()
                            .filter(line -> line.startsWith(PROTOCOL))
                            .toList();
            if (lines.size() == 2) {
                List<String> names = List.of(lines.get(0).split(" ", -1));
                List<String> values = List.of(lines.get(1).split(" ", -1));
                int sent = names.indexOf("OutSegs");
                int again = names.indexOf("RetransSegs");
                if (sent > 0 && again > 0 && values.size() == names.size()) {
                    return new Segments(
                            Long.parseLong(values.get(sent)), Long.parseLong(values.get(again)));
                }
            }
            LOG.debug("{} does not say what is sent again", figures);
        } catch (IOException | NumberFormatException e) {
            LOG.atDebug().setCause(e).log("What is sent again cannot be told here");
        }
        return null;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder(SENT, this, NetworkLoss::sent).register(registry);
        FunctionCounter.builder(SENT_AGAIN, this, NetworkLoss::again).register(registry);
    }

    private double sent() {
        Segments now = last;
        return now == null ? 0 : now.sent();
    }

    private double again() {
        Segments now = last;
        return now == null ? 0 : now.again();
    }
}
