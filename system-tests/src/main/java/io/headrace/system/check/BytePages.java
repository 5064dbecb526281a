package io.headrace.system.check;

import java.util.Arrays;

/** Eight flags at each index from 0. */
final class BytePages {

    private static final int PAGE_BITS = 16;
    private static final int PAGE = 1 << PAGE_BITS;

    private byte[][] pages = new byte[16][];
    private long size;

    int get(long index) {
        int page = (int) (index >>> PAGE_BITS);
        return index >= 0 && page < pages.length && pages[page] != null
                ? pages[page][(int) index & (PAGE - 1)]
                : 0;
    }

    boolean has(long index, int flag) {
        return (get(index) & flag) != 0;
    }

    void set(long index, int flag) {
        int page = (int) (index >>> PAGE_BITS);
        if (page >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(page + 1, pages.length * 2));
        }
        if (pages[page] == null) {
            pages[page] = new byte[PAGE];
        }
        pages[page][(int) index & (PAGE - 1)] |= (byte) flag;
        size = Math.max(size, index + 1);
    }

    /** One more than the largest index with a flag. */
    long size() {
        return size;
    }
}
