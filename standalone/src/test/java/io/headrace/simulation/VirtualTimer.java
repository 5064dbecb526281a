package io.headrace.simulation;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The executor and timer of a program in virtual time. */
final class VirtualTimer extends AbstractExecutorService implements ScheduledExecutorService {

    private final Program program;
    private final Consumer<Throwable> onFailure;

    VirtualTimer(Program program, Consumer<Throwable> onFailure) {
        this.program = program;
        this.onFailure = onFailure;
    }

    private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {

        private final long everyNanos;

        Task(Callable<V> callable, long everyNanos) {
            super(callable);
            this.everyNanos = everyNanos;
        }

        @Override
        public void run() {
            if (everyNanos == 0) {
                super.run();
            } else if (runAndReset()) {
                program.in(everyNanos, this);
            }
        }

        @Override
        protected void setException(Throwable failure) {
            super.setException(failure);
            onFailure.accept(failure);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return Integer.compare(System.identityHashCode(this), System.identityHashCode(other));
        }
    }

    @Override
    public void execute(Runnable task) {
        program.in(0, task);
    }

    private <V> Task<V> plan(Callable<V> callable, long nanos, long everyNanos) {
        Task<V> task = new Task<>(callable, everyNanos);
        program.in(nanos, task);
        return task;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return plan(Executors.callable(task), unit.toNanos(delay), 0);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return plan(task, unit.toNanos(delay), 0);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
            Runnable task, long first, long every, TimeUnit unit) {
        return plan(Executors.callable(task), unit.toNanos(first), unit.toNanos(every));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
            Runnable task, long first, long every, TimeUnit unit) {
        return scheduleAtFixedRate(task, first, every, unit);
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
