package io.headrace.system.check;

import java.util.Arrays;

/** Numbers at indexes from 0 without gaps to speak of; 0 where nothing was put. */
final class LongPages {

    private static final int PAGE_BITS = 14;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final long INDEX_MAX = 1L << 40;

    private long[][] pages = new long[16][];

    long get(long index) {
        int page = (int) (index >>> PAGE_BITS);
        return page < pages.length && pages[page] != null
                ? pages[page][(int) index & (PAGE - 1)]
                : 0;
    }

    void put(long index, long value) {
        if (index < 0 || index >= INDEX_MAX) {
            throw new IllegalArgumentException("index " + index);
        }
        int page = (int) (index >>> PAGE_BITS);
        if (page >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(page + 1, pages.length * 2));
        }
        if (pages[page] == null) {
            pages[page] = new long[PAGE];
        }
        pages[page][(int) index & (PAGE - 1)] = value;
    }
}
