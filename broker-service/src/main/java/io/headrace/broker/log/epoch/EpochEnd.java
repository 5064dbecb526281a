package io.headrace.broker.log.epoch;

/**
 * Where an epoch ended in a log.
 *
 * @param epoch the largest epoch of this log that is at most the one asked for; {@link #UNDEFINED}
 *     when the log cannot say
 * @param endOffset one above its last record; {@link #UNDEFINED} when the log cannot say
 */
public record EpochEnd(int epoch, long endOffset) {

    public static final int UNDEFINED = -1;

    public static final EpochEnd UNKNOWN = new EpochEnd(UNDEFINED, UNDEFINED);
}
