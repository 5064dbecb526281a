package io.headrace.system.cluster;

import java.io.IOException;
import java.time.Duration;

/** Waits for a condition by asking again and again. */
public final class Waiting {

    private static final long PAUSE_MS = 250;

    /** What is waited for; an {@link IOException} is a no. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws IOException;
    }

    private Waiting() {}

    /** Answers whether it held in time. */
    public static boolean until(Duration bound, Condition condition) throws IOException {
        long deadlineNs = System.nanoTime() + bound.toNanos();
        do {
            if (holds(condition)) {
                return true;
            }
            pause(Duration.ofMillis(PAUSE_MS));
        } while (System.nanoTime() < deadlineNs);
        return false;
    }

    private static boolean holds(Condition condition) {
        try {
            return condition.holds();
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    public static void pause(Duration duration) throws IOException {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
