package io.headrace.admin.balance;

/**
 * What one replica of a partition costs.
 *
 * @param bytes on disk
 * @param bytesPerSecond by which it grows
 */
public record Load(long bytes, long bytesPerSecond) {

    public static final Load UNKNOWN = new Load(0, 0);
}
