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
        MOVE,
        /** Both directions between a broker and ZooKeeper. */
        SLOW_ZOOKEEPER
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
        for (Kind kind : EnumSet.range(Kind.KILL, Kind.MOVE)) {
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
            faults.add(fault(random, all, brokers, loadMs));
        }
        if (random.nextInt(4) == 0) {
            for (int i = 0; i < 3; i++) {
                faults.add(fault(random, List.of(Kind.SLOW_ZOOKEEPER), brokers, loadMs));
            }
        }
        faults.sort(Comparator.comparingLong(Fault::atMs));
        return new Plan(seed, options, List.copyOf(faults), loadMs);
    }

    /** Brokers die and come back at once, all the time, while ZooKeeper answers late. */
    static Plan storm(long seed) {
        Plan calm = of(seed);
        Random random = new Random(seed * 77);
        int brokers = calm.options().brokers();
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < 22; i++) {
            boolean isDeath = i < 14;
            List<Kind> kinds =
                    isDeath
                            ? List.of(Kind.KILL, Kind.POWER, Kind.POWER)
                            : List.of(Kind.SLOW_ZOOKEEPER);
            Fault any = fault(random, kinds, brokers, calm.loadMs());
            long forMs = isDeath ? 50L + random.nextInt(400) : 3_000L + random.nextInt(5_000);
            faults.add(new Fault(any.kind(), any.atMs(), forMs, any.a(), any.b()));
        }
        faults.sort(Comparator.comparingLong(Fault::atMs));
        return new Plan(seed, calm.options(), List.copyOf(faults), calm.loadMs());
    }

    private static Fault fault(Random random, List<Kind> kinds, int brokers, long loadMs) {
        int a = random.nextInt(brokers);
        int b = (a + 1 + random.nextInt(brokers - 1)) % brokers;
        return new Fault(
                kinds.get(random.nextInt(kinds.size())),
                500L + random.nextInt((int) loadMs),
                random.nextInt(3) == 0 ? 50L + random.nextInt(500) : 500L + random.nextInt(7_000),
                a,
                b);
    }

    /** The same without one kind of faults. */
    Plan without(Kind kind) {
        return new Plan(
                seed,
                options,
                faults.stream().filter(fault -> fault.kind() != kind).toList(),
                loadMs);
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
