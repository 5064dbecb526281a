package io.headrace.broker.replication;

import java.time.Duration;

/**
 * How followers fetch.
 *
 * @param partitionBytesMax of one partition in one answer, unless its first batch is larger
 * @param answerBytesMax of one answer, unless its first batch is larger
 * @param bytesMin the leader waits for so many
 * @param waitMax the leader waits no longer
 * @param backoffMin pause after a first failure of a partition or a connection
 * @param backoffMax longest pause
 * @param connectTimeout for a connection
 * @param readTimeout for an answer, on top of {@code waitMax}
 */
public record FetchSettings(
        int partitionBytesMax,
        int answerBytesMax,
        int bytesMin,
        Duration waitMax,
        Duration backoffMin,
        Duration backoffMax,
        Duration connectTimeout,
        Duration readTimeout) {

    public static final FetchSettings DEFAULTS =
            new FetchSettings(
                    1 << 20,
                    10 << 20,
                    1,
                    Duration.ofMillis(500),
                    Duration.ofMillis(20),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(10));

    /**
     * @param failures in a row, 1 or more
     */
    long backoffNanos(int failures) {
        long first = backoffMin.toNanos();
        return Math.min(first << Math.min(failures - 1, 16), backoffMax.toNanos());
    }
}
