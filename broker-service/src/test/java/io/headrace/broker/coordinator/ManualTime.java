package io.headrace.broker.coordinator;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.Executor;

/** A clock, a timer and an executor that move only when a test says so; one thread. */
public final class ManualTime implements InstantSource, ShardTimer, Executor {

    private record Planned(long atMs, long order, Runnable task) {}

    private final PriorityQueue<Planned> planned =
            new PriorityQueue<>(
                    Comparator.comparingLong(Planned::atMs).thenComparingLong(Planned::order));
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private long nowMs = 1_000_000_000_000L;
    private long order;

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(nowMs);
    }

    @Override
    public Pending schedule(long delayMs, Runnable task) {
        Planned added = new Planned(nowMs + delayMs, order++, task);
        planned.add(added);
        return () -> planned.remove(added);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** Runs everything that can run now. */
    public void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Lets time pass, and everything happen that is due by then, in order. */
    public void pass(long ms) {
        long end = nowMs + ms;
        settle();
        for (Planned next = planned.peek();
                next != null && next.atMs() <= end;
                next = planned.peek()) {
            planned.poll();
            nowMs = Math.max(nowMs, next.atMs());
            next.task().run();
            settle();
        }
        nowMs = end;
    }
}
