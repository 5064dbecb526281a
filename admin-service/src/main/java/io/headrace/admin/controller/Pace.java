package io.headrace.admin.controller;

/**
 * Lets the machines rest between moves: what a move costs (images, leader epochs, code that runs
 * for the first time) all brokers pay at once, and clients wait for it. So the next one is not
 * begun for a multiple of the time that the last one took: short where moves are cheap, and never
 * long.
 *
 * <p>Owner: the thread {@code controller}.
 */
final class Pace {

    /** Moves that take long do so because they copy much, which is throttled by itself. */
    static final long REST_MS_MAX = 1_000;

    private final int restFactor;
    private long begunMs;
    private long restsUntilMs;
    private boolean isUnderWay;

    /**
     * @param restFactor how many times as long as a move takes; 0 for no rest
     */
    Pace(int restFactor) {
        this.restFactor = restFactor;
    }

    /** Asked when there is room for another move, which ends the one that was begun last. */
    boolean mayBegin(long nowMs) {
        if (isUnderWay) {
            isUnderWay = false;
            restsUntilMs = nowMs + Math.clamp((nowMs - begunMs) * restFactor, 0, REST_MS_MAX);
        }
        return restMs(nowMs) == 0;
    }

    void begun(long nowMs) {
        begunMs = nowMs;
        isUnderWay = true;
    }

    /** How much longer nothing begins; 0 for not. A clock that jumps does not make it longer. */
    long restMs(long nowMs) {
        long left = restsUntilMs - nowMs;
        return left <= REST_MS_MAX ? Math.max(0, left) : 0;
    }
}
