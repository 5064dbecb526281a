package io.headrace.broker.log.compaction;

/**
 * How a cleaner works.
 *
 * @param mapBytesMax memory for keys in one round (Kafka's {@code log.cleaner.dedupe.buffer.size})
 * @param readBytes bytes read at once
 * @param bytesPerSecondMax bytes read plus bytes written per second
 * @param backoffMs pause when nothing is dirty enough
 * @param decompressedBytesMax largest batch after decompression
 */
public record CleanerSettings(
        long mapBytesMax,
        int readBytes,
        long bytesPerSecondMax,
        long backoffMs,
        int decompressedBytesMax) {

    /** Kafka's: 128 MiB for keys, no limit of speed, 15 s. */
    public static final CleanerSettings DEFAULTS =
            new CleanerSettings(128L << 20, 1 << 20, Long.MAX_VALUE, 15_000, 256 << 20);

    public CleanerSettings {
        if (mapBytesMax < 0 || readBytes < 1 || bytesPerSecondMax < 1 || backoffMs < 1) {
            throw new IllegalArgumentException("cleaner settings must be positive");
        }
    }

    public CleanerSettings withMapBytesMax(long bytes) {
        return new CleanerSettings(
                bytes, readBytes, bytesPerSecondMax, backoffMs, decompressedBytesMax);
    }

    public CleanerSettings withBackoffMs(long millis) {
        return new CleanerSettings(
                mapBytesMax, readBytes, bytesPerSecondMax, millis, decompressedBytesMax);
    }

    public CleanerSettings withBytesPerSecondMax(long bytes) {
        return new CleanerSettings(mapBytesMax, readBytes, bytes, backoffMs, decompressedBytesMax);
    }
}
