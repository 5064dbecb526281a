package io.headrace.model.record;

/**
 * Zig-zag variable-length integers, written into an array; {@link ByteCursor} reads them.
 *
 * <p>Seven bits a byte, least significant first, top bit says that more follow. {@code 0, -1, 1,
 * -2} become {@code 0, 1, 2, 3}.
 */
final class Varints {

    static final int VARINT_SIZE_MAX = 5;
    static final int VARLONG_SIZE_MAX = 10;

    private Varints() {}

    static int sizeOf(int value) {
        int bits = 32 - Integer.numberOfLeadingZeros(((value << 1) ^ (value >> 31)) | 1);
        return (bits + 6) / 7;
    }

    static int sizeOf(long value) {
        int bits = 64 - Long.numberOfLeadingZeros(((value << 1) ^ (value >> 63)) | 1L);
        return (bits + 6) / 7;
    }

    /** Returns the position after the written bytes. */
    static int write(int value, byte[] target, int at) {
        int rest = (value << 1) ^ (value >> 31);
        while ((rest & ~0x7f) != 0) {
            target[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[at++] = (byte) rest;
        return at;
    }

    /** Returns the position after the written bytes. */
    static int write(long value, byte[] target, int at) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            target[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[at++] = (byte) rest;
        return at;
    }

    static int zigZag(int raw) {
        return (raw >>> 1) ^ -(raw & 1);
    }

    static long zigZag(long raw) {
        return (raw >>> 1) ^ -(raw & 1);
    }
}
