package io.headrace.broker.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Decides, change by change and in their order, what a crash leaves of what was not forced. */
sealed interface CrashFate {

    /** What is left of a write. */
    enum Left {
        NOTHING,
        ALL,
        /** Some of its sectors. */
        TORN
    }

    /**
     * @param isCutOff an earlier change of the same directory is lost, so that this one is lost,
     *     too
     */
    boolean keepsName(boolean isCutOff);

    /**
     * @param isLast no later change of the same file is pending
     */
    Left left(boolean isLast);

    /** Which sectors are left of a torn write. */
    Random sectors();

    /** As {@link Unflushed} says. */
    record Drawn(Unflushed unflushed, Random random) implements CrashFate {

        @Override
        public boolean keepsName(boolean isCutOff) {
            return switch (unflushed) {
                case LOST -> false;
                case KEPT -> true;
                case TORN -> random.nextInt(3) != 0;
            };
        }

        @Override
        public Left left(boolean isLast) {
            return switch (unflushed) {
                case LOST -> Left.NOTHING;
                case KEPT -> Left.ALL;
                case TORN ->
                        switch (random.nextInt(3)) {
                            case 0 -> Left.ALL;
                            case 1 -> Left.TORN;
                            default -> Left.NOTHING;
                        };
            };
        }

        @Override
        public Random sectors() {
            return random;
        }
    }

    /**
     * One possibility after the other: each change lost or kept, the last one of each file also
     * torn. Every crash must meet the same changes; {@link #next} says whether there is another.
     */
    final class Enumerated implements CrashFate {

        private final List<Integer> chosen = new ArrayList<>();
        private final List<Integer> counts = new ArrayList<>();
        private int at;

        private int choose(int count) {
            if (at == chosen.size()) {
                chosen.add(0);
                counts.add(count);
            }
            return chosen.get(at++);
        }

        /** Goes on to the next possibility; false when there is none. */
        boolean next() {
            at = 0;
            while (!chosen.isEmpty()) {
                int choice = chosen.removeLast() + 1;
                if (choice < counts.getLast()) {
                    chosen.add(choice);
                    return true;
                }
                counts.removeLast();
            }
            return false;
        }

        @Override
        public boolean keepsName(boolean isCutOff) {
            return !isCutOff && choose(2) == 1;
        }

        @Override
        public Left left(boolean isLast) {
            return switch (choose(isLast ? 3 : 2)) {
                case 0 -> Left.NOTHING;
                case 1 -> Left.ALL;
                default -> Left.TORN;
            };
        }

        @Override
        public Random sectors() {
            return new Random(at);
        }

        @Override
        public String toString() {
            return "possibility " + chosen;
        }
    }
}
