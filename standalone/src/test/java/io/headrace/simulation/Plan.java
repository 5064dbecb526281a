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
        SLOW_ZOOKEEPER,
        MEMBER_KILL,
        /** It comes back as a zombie, if that takes longer than its session. */
        MEMBER_PAUSE,
        MEMBER_LEAVE,
        /** One write to a log fails, leaving some of its bytes. */
        FAILED_WRITE,
        /** One force of a log fails; what it should have made durable is lost with the power. */
        FAILED_FORCE,
        FULL_DISK,
        /** The wall clock of one broker is hours ahead, or behind. */
        CLOCK_JUMP,
        /** A bit of a committed batch flips in the file of one replica. */
        FLIPPED_BIT,
        /** A byte of a committed batch cannot be read any more in the file of one replica. */
        FAILED_READ,
        /** Another process takes the instance id of a static member that still runs. */
        MEMBER_TWIN,
        /** A broker ends, and before it starts again a file beside the records is gone. */
        LOST_FILE,
        /** The same, and a bit of the file flips, or a byte of it cannot be read any more. */
        ROTTEN_FILE,
        /** As {@link #FLIPPED_BIT}, in the log of the groups. */
        FLIPPED_OFFSETS_BIT,
        /** As {@link #FAILED_READ}, in the log of the groups. */
        FAILED_OFFSETS_READ
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
            long leadersIntervalMs,
            boolean groups,
            boolean staticMembers) {

        Options withGroups(boolean areStatic) {
            return new Options(
                    brokers,
                    replicas,
                    minIsr,
                    lagMs,
                    fetchBytes,
                    segmentBytes,
                    flushOnAck,
                    leadersIntervalMs,
                    true,
                    areStatic);
        }
    }

    static final int PARTITIONS = 2;

    static Plan of(long seed) {
        Plan plan = first(seed);
        Random random = new Random(seed * 0xD1B54A32D192ED03L + 2);
        if (random.nextInt(3) == 0) {
            plan = plan.withGroups();
        }
        plan = plan.withDiskFaults(random.nextInt(4) == 0 ? 2 : 0);
        plan = random.nextInt(4) == 0 ? plan.withRot() : plan;
        if (new Random(seed * 0xE7037ED1A0B428DBL + 7).nextInt(4) == 0) {
            plan = plan.withMoreRot();
        }
        return plan.options().groups() && random.nextInt(3) == 0 ? plan.withStaticMembers() : plan;
    }

    /**
     * The same with failing disks and jumping clocks.
     *
     * @param oneIn how many kinds there are for one that is taken; 0 takes none
     */
    Plan withDiskFaults(int oneIn) {
        Random random = new Random(seed * 0xBF58476D1CE4E5B9L + 4);
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : EnumSet.range(Kind.FAILED_WRITE, Kind.CLOCK_JUMP)) {
            if (oneIn > 0 && random.nextInt(oneIn) == 0) {
                kinds.add(kind);
            }
        }
        return with(options, kinds, random, 5);
    }

    /** The same with bytes that rot on the disks. */
    Plan withRot() {
        Random random = new Random(seed * 0xD6E8FEB86659FD93L + 5);
        return with(options, List.of(Kind.FLIPPED_BIT, Kind.FAILED_READ), random, 7);
    }

    /** The same with files beside the records that rot or are lost, and a rotten log of groups. */
    Plan withMoreRot() {
        Random random = new Random(seed * 0x8EBC6AF09C88C6E3L + 8);
        List<Kind> kinds = new ArrayList<>(List.of(Kind.LOST_FILE, Kind.ROTTEN_FILE));
        if (options.groups()) {
            kinds.addAll(List.of(Kind.FLIPPED_OFFSETS_BIT, Kind.FAILED_OFFSETS_READ));
        }
        return with(options, kinds, random, 7);
    }

    /** Whether there may be damage that a scrubber has to look for. */
    boolean rots() {
        return faults.stream()
                .map(Fault::kind)
                .anyMatch(
                        kind ->
                                kind == Kind.FLIPPED_BIT
                                        || kind == Kind.FAILED_READ
                                        || kind.compareTo(Kind.LOST_FILE) >= 0);
    }

    private Plan with(Options changed, List<Kind> kinds, Random random, int countMax) {
        List<Fault> more = new ArrayList<>(faults);
        for (int i = kinds.isEmpty() ? 0 : random.nextInt(countMax + 1); i > 0; i--) {
            more.add(fault(random, kinds, options.brokers(), loadMs));
        }
        more.sort(Comparator.comparingLong(Fault::atMs));
        return new Plan(seed, changed, List.copyOf(more), loadMs);
    }

    /** The same with a group of consumers, and what happens to its members. */
    Plan withGroups() {
        Random random = new Random(seed * 0x94D049BB133111EBL + 3);
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : EnumSet.range(Kind.MEMBER_KILL, Kind.MEMBER_LEAVE)) {
            if (random.nextBoolean()) {
                kinds.add(kind);
            }
        }
        return with(options.withGroups(false), kinds, random, 7);
    }

    /**
     * The same with a group whose members have instance ids: some die and come back, some are
     * started twice.
     */
    Plan withStaticMembers() {
        Random random = new Random(seed * 0xA24BAED4963EE407L + 6);
        List<Kind> kinds = List.of(Kind.MEMBER_KILL, Kind.MEMBER_TWIN);
        return with(options.withGroups(true), kinds, random, 7);
    }

    /** The kinds that there were first; later ones draw from a source of their own. */
    private static Plan first(long seed) {
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
                        random.nextBoolean() ? 2_000 : 300_000,
                        false,
                        false);
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

    /** The same with only some of the faults, by their places. */
    Plan only(List<Integer> kept) {
        return new Plan(seed, options, kept.stream().map(faults::get).toList(), loadMs);
    }

    /** All of it, as {@link #parse} reads it. */
    String text() {
        String head =
                "seed %d load %d\nbrokers %d replicas %d minIsr %d lag %d fetch %d segment %d forced %b leaders %d groups %b static %b\n"
                        .formatted(
                                seed,
                                loadMs,
                                options.brokers(),
                                options.replicas(),
                                options.minIsr(),
                                options.lagMs(),
                                options.fetchBytes(),
                                options.segmentBytes(),
                                options.flushOnAck(),
                                options.leadersIntervalMs(),
                                options.groups(),
                                options.staticMembers());
        return faults.stream()
                .map(
                        each ->
                                "%s at %d for %d on %d %d"
                                        .formatted(
                                                each.kind(),
                                                each.atMs(),
                                                each.forMs(),
                                                each.a(),
                                                each.b()))
                .collect(Collectors.joining("\n", head, "\n"));
    }

    static Plan parse(String text) {
        List<String> lines = text.lines().toList();
        String[] head = lines.get(0).split(" ", -1);
        String[] option = lines.get(1).split(" ", -1);
        Options options =
                new Options(
                        Integer.parseInt(option[1]),
                        Integer.parseInt(option[3]),
                        Integer.parseInt(option[5]),
                        Long.parseLong(option[7]),
                        Integer.parseInt(option[9]),
                        Integer.parseInt(option[11]),
                        Boolean.parseBoolean(option[13]),
                        Long.parseLong(option[15]),
                        Boolean.parseBoolean(option[17]),
                        option.length > 19 && Boolean.parseBoolean(option[19]));
        List<Fault> faults = lines.subList(2, lines.size()).stream().map(Plan::parseFault).toList();
        return new Plan(Long.parseLong(head[1]), options, faults, Long.parseLong(head[3]));
    }

    private static Fault parseFault(String line) {
        String[] word = line.split(" ", -1);
        return new Fault(
                Kind.valueOf(word[0]),
                Long.parseLong(word[2]),
                Long.parseLong(word[4]),
                Integer.parseInt(word[6]),
                Integer.parseInt(word[7]));
    }
}
