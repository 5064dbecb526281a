package io.headrace.admin.envelope;

/** How many items one page may hold. */
public final class Paging {

    public static final int SIZE_MAX = 1_000;

    private Paging() {}

    public static void check(int size) {
        if (size < 1 || size > SIZE_MAX) {
            throw V3Exception.badRequest("page_size must be from 1 to " + SIZE_MAX);
        }
    }
}
