package io.headrace.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** One run of a program: what it planned does not happen once it is dead, and waits in a pause. */
public final class Program {

    private final Timeline timeline;
    private final Consumer<Runnable> guard;
    private final Deque<Runnable> held = new ArrayDeque<>();
    private boolean isDead;
    private boolean isPaused;

    /**
     * @param guard runs each task
     */
    Program(Timeline timeline, Consumer<Runnable> guard) {
        this.timeline = timeline;
        this.guard = guard;
    }

    public Timeline timeline() {
        return timeline;
    }

    public void in(long nanos, Runnable task) {
        timeline.in(nanos, () -> run(task));
    }

    private void run(Runnable task) {
        if (isDead) {
            return;
        }
        if (isPaused) {
            held.add(task);
            return;
        }
        guard.accept(task);
    }

    boolean isDead() {
        return isDead;
    }

    public boolean isRunning() {
        return !isDead && !isPaused;
    }

    void kill() {
        isDead = true;
        held.clear();
    }

    void pause() {
        isPaused = true;
    }

    void resume() {
        isPaused = false;
        while (!held.isEmpty()) {
            in(0, held.poll());
        }
    }
}
