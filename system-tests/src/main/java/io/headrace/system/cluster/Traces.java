package io.headrace.system.cluster;

import io.headrace.system.cluster.Watcher.Sight;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What an operator can see of a fault, and how soon: the first series, the first line in a log and
 * the first change of a health that is looked for, in any process of the cluster, and the first
 * process that gives no answer.
 *
 * <p>Owner: one thread for each process looks; {@link #begin} and {@link #found} may be called from
 * any. Bounds: it looks for {@link #LOOKS} at most.
 */
public final class Traces implements AutoCloseable {

    /** Where a fault can be seen. */
    public enum Place {
        METRICS,
        LOG,
        HEALTH,
        /** A process says nothing: seen, and never enough. */
        NO_ANSWER
    }

    /**
     * @param afterMs since the fault began
     */
    public record Trace(long afterMs, String text) {

        @Override
        public String toString() {
            return "after " + afterMs + " ms: " + text;
        }
    }

    /** A trace that comes later is one of something else. */
    public static final Duration LOOKS = Duration.ofSeconds(40);

    /** Health remembers a trouble of the run before for a minute. */
    private static final Duration ALL_WELL = Duration.ofSeconds(75);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Map<Place, Trace> found = new EnumMap<>(Place.class);
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private volatile long startNs;
    private volatile boolean closed;

    private Traces() {}

    /** Looks once at everything, which must be well; {@link #begin} starts the clock. */
    static Traces of(List<Watcher> watchers) throws IOException {
        Map<Watcher, Sight> before = new LinkedHashMap<>();
        for (Watcher each : watchers) {
            Sight[] first = {each.look()};
            Waiting.until(
                    ALL_WELL,
                    () -> {
                        first[0] = each.look();
                        return first[0].answers() && !each.remembers(first[0]);
                    });
            before.put(each, first[0]);
            each.passLog();
        }
        Traces traces = new Traces();
        before.forEach(
                (watcher, sight) ->
                        traces.threads.add(
                                Thread.ofVirtual().start(() -> traces.watch(watcher, sight))));
        return traces;
    }

    /** The fault begins now; later calls do nothing. */
    public synchronized void begin() {
        if (begun.getCount() > 0) {
            startNs = System.nanoTime();
            begun.countDown();
        }
    }

    private void watch(Watcher watcher, Sight before) {
        try {
            begun.await();
            while (!closed && System.nanoTime() - startNs < LOOKS.toNanos()) {
                compare(watcher, before);
                Waiting.pause(PAUSE);
            }
        } catch (IOException e) {
            note(Place.NO_ANSWER, watcher.node().name() + " cannot be looked at: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void compare(Watcher watcher, Sight before) throws IOException {
        String name = watcher.node().name() + " ";
        watcher.line().ifPresent(line -> note(Place.LOG, name + line));
        Sight now = watcher.look();
        if (!now.answers()) {
            note(Place.NO_ANSWER, name + "does not answer");
        }
        watcher.series(before, now).ifPresent(text -> note(Place.METRICS, name + text));
        watcher.health(before, now).ifPresent(text -> note(Place.HEALTH, name + text));
    }

    private synchronized void note(Place place, String text) {
        if (!closed) {
            long afterMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            found.putIfAbsent(place, new Trace(afterMs, text));
        }
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
