package io.headrace.system.check;

import io.headrace.system.history.History;
import io.headrace.system.history.History.ReaderKind;

/** A history by hand: two partitions, two producers, and a reader of each kind. */
final class Story {

    static final int IDEMPOTENT = 0;
    static final int PLAIN = 1;
    static final int ASSIGNED = 0;
    static final int FINAL = 1;
    static final int MEMBER = 2;
    static final int OTHER_MEMBER = 3;

    final Checker checker = new Checker();
    private long timeMs;

    Story() {
        checker.partition(0, "t-0");
        checker.partition(1, "t-1");
        checker.producer(IDEMPOTENT, "p", true);
        checker.producer(PLAIN, "q", false);
        checker.reader(ASSIGNED, ReaderKind.ASSIGNED, "", "assigned");
        checker.reader(FINAL, ReaderKind.FINAL, "", "final");
        // Groups are told only by the histories that have one.
    }

    Story group() {
        checker.reader(MEMBER, ReaderKind.GROUP, "g", "member");
        checker.reader(OTHER_MEMBER, ReaderKind.GROUP, "g", "other member");
        return this;
    }

    /** Acknowledged at these offsets: the values 0, 1, 2... of a producer in partition 0. */
    Story sent(int producer, long... offsets) {
        for (int counter = 0; counter < offsets.length; counter++) {
            checker.invoke(producer, counter, 0, timeMs++);
        }
        for (int counter = 0; counter < offsets.length; counter++) {
            checker.ok(producer, counter, offsets[counter], timeMs++);
        }
        return this;
    }

    Story invoked(int producer, long counter) {
        checker.invoke(producer, counter, 0, timeMs++);
        return this;
    }

    /** From this offset of partition 0 a reader sees these values of the idempotent producer. */
    Story reads(int reader, long offset, long... counters) {
        checker.position(reader, 0, offset);
        return goesOn(reader, offset, counters);
    }

    Story goesOn(int reader, long offset, long... counters) {
        for (int i = 0; i < counters.length; i++) {
            checker.read(reader, 0, offset + i, IDEMPOTENT, counters[i]);
        }
        return this;
    }

    /**
     * After the run partition 0 holds these values of the idempotent producer, the other nothing.
     */
    Story finallyHolds(long... counters) {
        return finallyHoldsFrom(0, counters);
    }

    Story finallyHoldsFrom(long start, long... counters) {
        reads(FINAL, start, counters);
        return ends(start, start + counters.length);
    }

    Story ends(long start, long end) {
        checker.bounds(FINAL, 0, start, end);
        checker.bounds(FINAL, 1, 0, 0);
        return this;
    }

    Judgement judge() {
        return checker.judge();
    }

    static final int DAMAGED = History.DAMAGED;
}
