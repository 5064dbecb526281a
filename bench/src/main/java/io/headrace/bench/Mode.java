package io.headrace.bench;

import java.time.Duration;

/**
 * How long and how large a bench runs.
 *
 * <p>{@link #SMOKE} only shows that the bench works; its figures mean nothing and it says so.
 */
public enum Mode {
    SMOKE(1, Duration.ofMillis(200), Duration.ofMillis(300)),
    QUICK(3, Duration.ofSeconds(1), Duration.ofSeconds(2)),
    FULL(5, Duration.ofSeconds(1), Duration.ofSeconds(5));

    private final int rounds;
    private final Duration warmUp;
    private final Duration measured;

    Mode(int rounds, Duration warmUp, Duration measured) {
        this.rounds = rounds;
        this.warmUp = warmUp;
        this.measured = measured;
    }

    /** How often each side of a comparison runs. */
    public int rounds() {
        return rounds;
    }

    /** Of one cell of a load table, before its first round. */
    public Duration warmUp() {
        return warmUp;
    }

    /** Of one round of one cell of a load table. */
    public Duration measured() {
        return measured;
    }

    /** The value that belongs to this mode. */
    public long pick(long smoke, long quick, long full) {
        return switch (this) {
            case SMOKE -> smoke;
            case QUICK -> quick;
            case FULL -> full;
        };
    }
}
