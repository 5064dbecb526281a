package io.headrace.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is to happen in one simulation; all of it follows from the seed. Which kinds of faults there
 * are, and the limits, are drawn first (swarm), so that rare pairs come alone, too.
 *
 * @param loadMs how long clients write and faults begin
 */
record Plan(long seed, Options options, List<Fault> faults, long loadMs) {

    enum Kind {
        /** kill -9: the page cache stays. */
        KILL,
        /** The power fails, at once or in the midst of a disk call. */
        POWER,
        PAUSE,
        CLEAN_STOP,
        /** One direction between two brokers. */
        CUT,
        /** One direction, or both, between a broker and ZooKeeper. */
        CUT_ZOOKEEPER,
        EXPIRE_SESSION,
        SLOW,
        KILL_CONTROLLER,
        PAUSE_CONTROLLER,
        MOVE
    }

    /**
     * @param a broker, or whatever the kind needs
     */
    record Fault(Kind kind, long atMs, long forMs, int a, int b) {}

    record Options(
            int brokers,
            int replicas,
            int minIsr,
            long lagMs,
            int fetchBytes,
            int segmentBytes,
            boolean flushOnAck,
            long leadersIntervalMs) {}

    static final int PARTITIONS = 2;

    static Plan of(long seed) {
        Random random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            if (random.nextBoolean()) {
                kinds.add(kind);
            }
        }
        int brokers = kinds.contains(Kind.MOVE) ? 4 : 3;
        int replicas = random.nextInt(4) == 0 ? 2 : 3;
        Options options =
                new Options(
                        brokers,
                        replicas,
                        random.nextInt(3) == 0 ? 1 : 2,
                        random.nextBoolean() ? 1_000 : 3_000,
                        random.nextBoolean() ? 200 : 100_000,
                        random.nextBoolean() ? 1_500 : 100_000,
                        random.nextInt(4) == 0,
                        random.nextBoolean() ? 2_000 : 300_000);
        long loadMs = 6_000L + random.nextInt(14_000);
        List<Fault> faults = new ArrayList<>();
        int count = kinds.isEmpty() ? 0 : 2 + random.nextInt(14);
        List<Kind> all = List.copyOf(new ArrayList<>(kinds));
        for (int i = 0; i < count; i++) {
            int a = random.nextInt(brokers);
            int b = (a + 1 + random.nextInt(brokers - 1)) % brokers;
            faults.add(
                    new Fault(
                            all.get(random.nextInt(all.size())),
                            500L + random.nextInt((int) loadMs),
                            random.nextInt(3) == 0
                                    ? 50L + random.nextInt(500)
                                    : 500L + random.nextInt(7_000),
                            a,
                            b));
        }
        faults.sort(Comparator.comparingLong(Fault::atMs));
        return new Plan(seed, options, List.copyOf(faults), loadMs);
    }

    /** The same with only some of the faults, by their places. */
    Plan only(List<Integer> kept) {
        return new Plan(seed, options, kept.stream().map(faults::get).toList(), loadMs);
    }

    String text() {
        return faults.stream()
                .map(
                        each ->
                                "  "
                                        + each.kind()
                                        + " at "
                                        + each.atMs()
                                        + " for "
                                        + each.forMs()
                                        + " ms ("
                                        + each.a()
                                        + ", "
                                        + each.b()
                                        + ")")
                .collect(Collectors.joining("\n", "seed " + seed + ", " + options + "\n", ""));
    }
}
