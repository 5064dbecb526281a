package io.headrace.system.check;

/** What is known of the values of one producer, by their counters. */
final class Sender {

    static final int INVOKED = 1;
    static final int OK = 2;
    static final int FAILED = 4;
    static final int READ = 8;
    static final int FINAL = 16;

    private static final int OFFSET_BITS = 44;
    private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

    final String name;
    final boolean isIdempotent;
    final BytePages flags = new BytePages();
    private final LongPages places = new LongPages();

    Sender(String name, boolean isIdempotent) {
        this.name = name;
        this.isIdempotent = isIdempotent;
    }

    void invoke(long counter, int partition) {
        flags.set(counter, INVOKED);
        places.put(counter, (long) partition << OFFSET_BITS);
    }

    int partition(long counter) {
        return (int) (places.get(counter) >>> OFFSET_BITS);
    }

    /** Where a reply or a reader first said that the value is; -1 while nobody did. */
    long offset(long counter) {
        return (places.get(counter) & OFFSET_MASK) - 1;
    }

    void offset(long counter, long offset) {
        places.put(counter, (places.get(counter) & ~OFFSET_MASK) | (offset + 1));
    }
}
