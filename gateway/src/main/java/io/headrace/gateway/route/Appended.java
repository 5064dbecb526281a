package io.headrace.gateway.route;

/**
 * Where records were appended.
 *
 * @param baseOffset of the first; -1 if the broker was not asked (acks=0)
 * @param lastOffset of the last, inclusive
 */
public record Appended(long baseOffset, long lastOffset) {

    static final Appended UNKNOWN = new Appended(-1, -1);
}
