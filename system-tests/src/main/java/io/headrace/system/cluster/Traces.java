package io.headrace.system.cluster;

import io.headrace.system.cluster.Watcher.Sight;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What an operator can see of a fault, and how soon: the first series that moves, the first line in
 * a log, the first change of a health, in any process of the cluster.
 *
 * <p>Owner: one thread for each process writes; {@link #found} may be asked from any. Bounds: it
 * looks for {@link #LOOKS} at most.
 */
public final class Traces implements AutoCloseable {

    /** Where a fault can be seen. */
    public enum Place {
        METRICS,
        LOG,
        HEALTH
    }

    /**
     * @param afterMs since the traces are looked for
     */
    public record Trace(long afterMs, String text) {

        @Override
        public String toString() {
            return "after " + afterMs + " ms: " + text;
        }
    }

    /** A trace that comes later is one of something else. */
    public static final Duration LOOKS = Duration.ofSeconds(30);

    private static final Duration ALL_WELL = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final long startNs = System.nanoTime();
    private final Map<Place, Trace> found = new EnumMap<>(Place.class);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    private Traces() {}

    /** Looks once at everything, which must be well, and from then on for changes. */
    static Traces of(List<Watcher> watchers) throws IOException {
        Map<String, Sight> before = new TreeMap<>();
        for (Watcher each : watchers) {
            Sight[] first = {each.look()};
            Waiting.until(
                    ALL_WELL,
                    () -> {
                        first[0] = each.look();
                        return first[0].isWhole();
                    });
            before.put(each.node().name(), first[0]);
        }
        Traces traces = new Traces();
        for (Watcher each : watchers) {
            Sight first = before.get(each.node().name());
            if (first != null) {
                traces.threads.add(Thread.ofVirtual().start(() -> traces.watch(each, first)));
            }
        }
        return traces;
    }

    private void watch(Watcher watcher, Sight before) {
        try {
            while (!closed && System.nanoTime() - startNs < LOOKS.toNanos()) {
                compare(watcher.node().name(), before, watcher.look());
                Waiting.pause(PAUSE);
            }
        } catch (IOException e) {
            note(Place.LOG, watcher.node().name() + " cannot be looked at: " + e);
        }
    }

    private void compare(String name, Sight before, Sight now) {
        if (!now.metrics().equals(before.metrics())) {
            note(Place.METRICS, name + " " + Watcher.change(before.metrics(), now.metrics()));
        }
        if (now.logBytes() != before.logBytes()) {
            note(Place.LOG, name + " wrote " + (now.logBytes() - before.logBytes()) + " bytes");
        }
        if (!now.health().equals(before.health())) {
            note(Place.HEALTH, name + " " + now.health());
        }
    }

    private synchronized void note(Place place, String text) {
        long afterMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        found.putIfAbsent(place, new Trace(afterMs, text));
    }

    /** What was seen first. */
    public synchronized Map<Place, Trace> found() {
        return new EnumMap<>(found);
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
    }
}
