package io.headrace.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** Virtual time, and what is to happen in it: in order of time, then of planning. */
public final class Timeline {

    private record Event(long atNanos, long number, Runnable task) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::number));
    private long nowNanos = TimeUnit.SECONDS.toNanos(1);
    private long planned;
    private long done;

    public long nanos() {
        return nowNanos;
    }

    public long millis() {
        return 1_700_000_000_000L + nowNanos / 1_000_000;
    }

    public void in(long nanos, Runnable task) {
        events.add(new Event(nowNanos + Math.max(0, nanos), planned++, task));
    }

    long count() {
        return done;
    }

    /** Lets the next event happen; false when nothing is planned. */
    boolean step() {
        Event next = events.poll();
        if (next == null) {
            return false;
        }
        nowNanos = next.atNanos();
        done++;
        next.task().run();
        return true;
    }
}
