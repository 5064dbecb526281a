package io.headrace.system.history;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * What a record of a run holds: its producer, a counter, padding that follows from both, and a
 * checksum over all of it, in letters and digits so that it passes through text formats. Bytes that
 * were cut, mixed or changed do not parse.
 */
public record Value(int producer, long counter) {

    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    /**
     * @param padding how many characters it carries besides
     */
    public String text(int padding) {
        StringBuilder text = new StringBuilder(padding + 40);
        text.append(producer).append(':').append(counter).append(':');
        SplittableRandom letters = new SplittableRandom(counter * 31 + producer);
        for (int i = 0; i < padding; i++) {
            text.append(ALPHABET.charAt(letters.nextInt(ALPHABET.length())));
        }
        text.append(':');
        return text.append(Long.toHexString(checksum(text.toString()))).toString();
    }

    /** Damaged bytes answer a value of the producer {@link History#DAMAGED}. */
    public static Value parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.US_ASCII);
        int end = text.lastIndexOf(':');
        int first = text.indexOf(':');
        int second = text.indexOf(':', first + 1);
        if (first < 0
                || second < 0
                || end <= second - 1
                || !Arrays.equals(bytes, text.getBytes(StandardCharsets.US_ASCII))
                || !text.substring(end + 1)
                        .equals(Long.toHexString(checksum(text.substring(0, end + 1))))) {
            return new Value(History.DAMAGED, 0);
        }
        return new Value(
                Integer.parseInt(text.substring(0, first)),
                Long.parseLong(text.substring(first + 1, second)));
    }

    private static long checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return crc.getValue();
    }
}
