package io.headrace.simulation;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.replica.Leadership;
import io.headrace.broker.replica.Partition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes the faults of a plan happen, and ends them.
 *
 * <p>What nobody promises to survive is left out: a broker dies uncleanly only while another member
 * of the ISR, which has not just done so, lives; or alone, with everything committed forced.
 */
final class Attacks {

    private final World world;

    /** When a broker died last, as the time of ZooKeeper, until it was admitted again. */
    private final Map<Integer, Long> suspects = new HashMap<>();

    /** The same of partitions, which were lost while the broker was down. */
    private final Map<Integer, Doubt> doubts = new HashMap<>();

    private record Doubt(long zxid, Set<Integer> partitions) {}

    private final List<Runnable> healing = new ArrayList<>();

    Attacks(World world) {
        this.world = world;
        world.rot.whenDied(this::suspect);
        world.sideFiles.rules(this::mayLose);
        for (Plan.Fault fault : world.plan.faults()) {
            world.timeline.in(ms(fault.atMs()), () -> begin(fault));
        }
    }

    private static long ms(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void begin(Plan.Fault fault) {
        if (!world.isLoading()) {
            return;
        }
        world.note(fault.toString());
        BrokerRun run = world.run(fault.a());
        int a = fault.a();
        int b = fault.b();
        switch (fault.kind()) {
            case KILL -> {
                if (run != null && mayDie(a)) {
                    suspect(a);
                    world.kill(a);
                    if (world.random.nextBoolean()) {
                        world.timeline.in(ms(30), () -> tellOfDeath(a));
                    }
                    later(fault, () -> world.start(a));
                }
            }
            case POWER -> {
                if (run != null && mayDie(a)) {
                    suspect(a);
                    cutPower(a, run);
                    later(fault, () -> world.start(a));
                }
            }
            case PAUSE -> {
                if (run != null) {
                    run.program.pause();
                    later(fault, run.program::resume);
                }
            }
            case CLEAN_STOP -> {
                if (run != null && !run.isStopping()) {
                    run.program.in(0, run::stopCleanly);
                }
            }
            case CUT -> {
                world.network.cut(a, b);
                later(fault, () -> world.network.heal(a, b));
            }
            case CUT_ZOOKEEPER -> {
                boolean isBoth = b % 2 == 0;
                world.network.cut(a, Network.ZOOKEEPER);
                if (isBoth) {
                    world.network.cut(Network.ZOOKEEPER, a);
                }
                later(
                        fault,
                        () -> {
                            world.network.heal(a, Network.ZOOKEEPER);
                            world.network.heal(Network.ZOOKEEPER, a);
                        });
            }
            case EXPIRE_SESSION -> {
                if (run != null && run.zk.session() != 0) {
                    world.zooKeeper.end(run.zk.session());
                }
            }
            case SLOW -> {
                world.network.slow(a, b, 20 + fault.forMs() / 10);
                later(fault, () -> world.network.usual(a, b));
            }
            case SLOW_ZOOKEEPER -> {
                world.network.slow(a, Network.ZOOKEEPER, 20 + fault.forMs() / 10);
                world.network.slow(Network.ZOOKEEPER, a, 20 + fault.forMs() / 10);
                later(
                        fault,
                        () -> {
                            world.network.usual(a, Network.ZOOKEEPER);
                            world.network.usual(Network.ZOOKEEPER, a);
                        });
            }
            case KILL_CONTROLLER -> {
                int index = a % world.admins.size();
                world.admins.get(index).program().kill();
                later(fault, () -> world.admins.set(index, world.admin(index)));
            }
            case PAUSE_CONTROLLER -> {
                Program program = world.admins.get(a % world.admins.size()).program();
                program.pause();
                later(fault, program::resume);
            }
            case MOVE -> move(fault);
            case MEMBER_KILL -> memberGoes(fault, member -> member.program.kill());
            case MEMBER_TWIN -> {
                if (!world.members().isEmpty()) {
                    world.startMember(a % world.members().size());
                }
            }
            case MEMBER_LEAVE -> memberGoes(fault, GroupMember::leave);
            case FAILED_WRITE, FAILED_FORCE -> {
                if (run != null) {
                    failDisk(fault, run);
                }
            }
            case FULL_DISK -> {
                SimulatedDisk disk = world.disks.get(a);
                disk.fill(world.random.nextInt(3_000));
                later(fault, () -> disk.capacity(Long.MAX_VALUE));
            }
            case CLOCK_JUMP -> {
                world.clockAhead(a, (b % 2 == 0 ? 1 : -1) * TimeUnit.HOURS.toMillis(3));
                later(fault, () -> world.clockAhead(a, 0));
            }
            case FLIPPED_BIT, FAILED_READ -> rot(fault.kind(), run, b % Plan.PARTITIONS);
            case FLIPPED_OFFSETS_BIT, FAILED_OFFSETS_READ -> {
                int p = world.partitions.indexOf(World.OFFSETS);
                boolean isFlip = fault.kind() == Plan.Kind.FLIPPED_OFFSETS_BIT;
                if (p >= 0) {
                    rot(isFlip ? Plan.Kind.FLIPPED_BIT : Plan.Kind.FAILED_READ, run, p);
                }
            }
            case LOST_FILE, ROTTEN_FILE -> {
                world.sideFiles.plan(a, fault.kind());
                boolean isClean = b % 2 == 0;
                if (run != null && isClean && !run.isStopping()) {
                    run.program.in(0, run::stopCleanly);
                } else if (run != null && !isClean && mayDie(a)) {
                    suspect(a);
                    world.kill(a);
                    later(fault, () -> world.start(a));
                }
            }
            case MEMBER_PAUSE -> {
                if (!world.members().isEmpty()) {
                    Program program = member(fault).program;
                    program.pause();
                    later(fault, program::resume);
                }
            }
        }
    }

    /** Not of a broker that stops: its end was allowed with what was damaged before. */
    private void rot(Plan.Kind kind, BrokerRun run, int p) {
        if (run != null && !run.isStopping() && mayRot(run.id, p)) {
            world.rot.strike(kind, run, p);
        }
    }

    private void later(Plan.Fault fault, Runnable end) {
        boolean[] isOver = new boolean[1];
        Runnable once =
                () -> {
                    if (!isOver[0]) {
                        isOver[0] = true;
                        end.run();
                    }
                };
        healing.add(once);
        world.timeline.in(ms(fault.forMs()), once);
    }

    void heal() {
        List.copyOf(healing).forEach(Runnable::run);
        for (int id = 0; id < world.brokerCount(); id++) {
            world.start(id);
        }
    }

    private void cutPower(int id, BrokerRun run) {
        if (world.random.nextBoolean()) {
            world.lostPower(id);
            return;
        }
        var disk = world.disks.get(id);
        disk.crashAtCall(
                disk.callCount() + 1 + world.random.nextInt(40),
                io.headrace.broker.disk.Unflushed.TORN);
        world.timeline.in(
                ms(40),
                () -> {
                    if (world.run(id) == run) {
                        world.lostPower(id);
                    }
                });
    }

    /** A log directory that goes offline is a death: it strikes only when that may be. */
    private void failDisk(Plan.Fault fault, BrokerRun run) {
        SimulatedDisk disk = world.disks.get(run.id);
        Predicate<Path> strikes =
                path -> {
                    boolean isOn =
                            path.toString().endsWith(".log")
                                    && run.isJoined()
                                    && world.run(run.id) == run
                                    && world.isLoading()
                                    && mayDie(run.id);
                    if (isOn) {
                        suspect(run.id);
                    }
                    return isOn;
                };
        if (fault.kind() == Plan.Kind.FAILED_WRITE) {
            disk.failWrites(strikes, 1);
        } else {
            disk.failForces(strikes, 1);
        }
        later(
                fault,
                () -> {
                    disk.failWrites(path -> false, 0);
                    disk.failForces(path -> false, 0);
                    if (run.isOffline() && world.run(run.id) == run) {
                        world.kill(run.id);
                        world.start(run.id);
                    }
                });
    }

    private void tellOfDeath(int id) {
        for (World.Admin admin : world.admins) {
            admin.program()
                    .in(
                            0,
                            () -> {
                                if (world.run(id) == null) {
                                    admin.controller().brokerGone(id);
                                }
                            });
        }
    }

    private GroupMember member(Plan.Fault fault) {
        return world.members().get(fault.a() % world.members().size());
    }

    /** Another one comes in its place. */
    private void memberGoes(Plan.Fault fault, Consumer<GroupMember> how) {
        if (world.members().isEmpty() || !member(fault).program.isRunning()) {
            return;
        }
        int index = fault.a() % world.members().size();
        how.accept(member(fault));
        later(fault, () -> world.startMember(index));
    }

    private void move(Plan.Fault fault) {
        int brokers = world.brokerCount();
        List<Integer> target = new ArrayList<>();
        for (int i = 0; i < world.plan.options().replicas(); i++) {
            target.add((fault.a() + i) % brokers);
        }
        for (World.Admin admin : world.admins) {
            admin.program()
                    .in(
                            0,
                            () ->
                                    admin.controller()
                                            .move(
                                                    world.partitions.get(
                                                            fault.b() % world.partitions.size()),
                                                    target));
        }
    }

    // ---- what may be done

    private void suspect(int id) {
        suspects.put(id, world.zooKeeper.zxid());
    }

    private boolean mayDie(int id) {
        forgetAdmitted();
        for (int p = 0; p < world.partitions.size(); p++) {
            if (!mayDie(id, p)) {
                return false;
            }
        }
        return true;
    }

    private boolean mayDie(int id, int p) {
        List<Integer> isr = world.stateNode(world.partitions.get(p)).orElseThrow().isr();
        boolean isAlone = isr.equals(List.of(id)) && world.rot.isSound(id, p);
        boolean isKept = hasOther(isr, id, p) || (isAlone && isForced(id, p));
        return isKept && wanted(p).allMatch(next -> hasOther(next, id, p));
    }

    /** Others have it right, and the broker may go offline for what it cannot read. */
    private boolean mayRot(int id, int p) {
        return mayDie(id)
                && hasOther(world.stateNode(world.partitions.get(p)).orElseThrow().isr(), id, p);
    }

    /** A replica of a broker that is down, which will prove nothing. */
    private boolean mayLose(int id, int p) {
        forgetAdmitted();
        List<Integer> isr = world.stateNode(world.partitions.get(p)).orElseThrow().isr();
        boolean may =
                world.rot.isNowhere(p)
                        && hasOther(isr, id, p)
                        && wanted(p).allMatch(next -> hasOther(next, id, p));
        if (may) {
            doubt(id, Set.of(p));
        }
        return may;
    }

    private void doubt(int id, Set<Integer> partitions) {
        Set<Integer> all = new TreeSet<>(partitions);
        Doubt before = doubts.get(id);
        if (before != null) {
            all.addAll(before.partitions());
        }
        doubts.put(id, new Doubt(world.zooKeeper.zxid(), all));
    }

    private boolean hasOther(List<Integer> isr, int id, int p) {
        return isr.stream()
                .anyMatch(
                        other ->
                                other != id
                                        && isSafe(other)
                                        && !world.rot.isAnyDamaged(other)
                                        && !isDoubted(other, p));
    }

    private boolean isDoubted(int id, int p) {
        Doubt doubt = doubts.get(id);
        return doubt != null && doubt.partitions().contains(p);
    }

    /** What leaders have asked for and ZooKeeper may be late to do. */
    private Stream<List<Integer>> wanted(int p) {
        return IntStream.range(0, world.brokerCount())
                .mapToObj(world::run)
                .filter(Objects::nonNull)
                .flatMap(run -> run.wanted(world.partitions.get(p)).stream());
    }

    private boolean isSafe(int id) {
        BrokerRun run = world.run(id);
        return run != null && !run.isStopping() && !suspects.containsKey(id);
    }

    /** Alone, it acknowledges only what it forced. */
    private boolean isForced(int id, int p) {
        for (Partition partition : world.run(id).replicas.partitions()) {
            Leadership leadership = partition.leadership();
            if (partition.name().equals(world.partitions.get(p))) {
                return leadership != null
                        && leadership.isr().size() == 1
                        && partition.log().recoveryPoint() >= world.judge.committedEnd(p);
            }
        }
        return false;
    }

    private void forgetAdmitted() {
        world.zooKeeper
                .epochsKnownToController()
                .forEach(
                        (id, epoch) -> {
                            Long died = suspects.get(id);
                            if (died != null && epoch > died) {
                                suspects.remove(id);
                            }
                            Doubt doubt = doubts.get(id);
                            if (doubt != null && epoch > doubt.zxid()) {
                                doubts.remove(id);
                            }
                        });
    }
}
