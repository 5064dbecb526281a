package io.headrace.model.record;

import java.io.OutputStream;
import java.util.Arrays;

/** A byte array that grows by doubling and lets its owner write into it in place. */
final class GrowingBytes extends OutputStream {

    private static final int SIZE_MAX = Integer.MAX_VALUE - 16;

    private byte[] array;
    private int size;

    GrowingBytes(int capacity) {
        this.array = new byte[capacity];
    }

    byte[] array() {
        return array;
    }

    int size() {
        return size;
    }

    int room() {
        return array.length - size;
    }

    void clear() {
        size = 0;
    }

    void advance(int count) {
        size += count;
    }

    void ensureRoom(int count) {
        if (count > array.length - size) {
            long needed = (long) size + count;
            if (needed > SIZE_MAX) {
                throw new IllegalStateException("more than 2 GiB in one batch");
            }
            int capacity = (int) Math.min(SIZE_MAX, Math.max(needed, 2L * array.length));
            array = Arrays.copyOf(array, capacity);
        }
    }

    @Override
    public void write(int value) {
        ensureRoom(1);
        array[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int from, int length) {
        ensureRoom(length);
        System.arraycopy(source, from, array, size, length);
        size += length;
    }
}
