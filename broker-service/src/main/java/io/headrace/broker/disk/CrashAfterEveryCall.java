package io.headrace.broker.disk;

import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/**
 * Runs a scenario once to count its disk calls, then again for each call, losing power in the midst
 * of it, and checks what a restart finds. Where few changes are unflushed, every disk is tried that
 * the crash may leave: each change kept or lost, the last one of a file also torn; else samples
 * are.
 *
 * <pre>{@code
 * CrashAfterEveryCall.run(seed, disk -> append(disk), (disk, call) -> reopenAndCheck(disk));
 * }</pre>
 *
 * <p>The scenario must make the same disk calls each time: no clock, no randomness but the seed's,
 * no threads whose order matters.
 */
public final class CrashAfterEveryCall {

    /** What is interrupted by the crash. */
    @FunctionalInterface
    public interface Scenario {
        void run(SimulatedDisk disk) throws Exception;
    }

    /** What must hold after the restart; the call is the one that was interrupted. */
    @FunctionalInterface
    public interface Check {
        void verify(SimulatedDisk disk, long call) throws Exception;
    }

    /** With so many pending changes, all disks that a crash may leave are tried. */
    private static final int PENDING_MAX = 6;

    /** Else so many, by seed, besides those where all is lost, or kept. */
    private static final int SAMPLES = 4;

    /** After so many crashes only samples are tried. */
    private static final int CRASHES_MAX = 5_000;

    private final long seed;
    private final LongFunction<SimulatedDisk> disks;
    private final Scenario scenario;
    private final Check check;
    private long count;
    private long wholeCalls;

    private CrashAfterEveryCall(
            long seed, LongFunction<SimulatedDisk> disks, Scenario scenario, Check check) {
        this.seed = seed;
        this.disks = disks;
        this.scenario = scenario;
        this.check = check;
    }

    /**
     * Returns how many crashes were tried.
     *
     * @throws AssertionError naming seed, call and fate of the first that went wrong
     */
    public static long run(long seed, Scenario scenario, Check check) throws Exception {
        return run(seed, SimulatedDisk::new, scenario, check);
    }

    /** Like the above on disks that the caller prepares. */
    public static long run(
            long seed, LongFunction<SimulatedDisk> disks, Scenario scenario, Check check)
            throws Exception {
        SimulatedDisk whole = disks.apply(seed);
        long first = whole.callCount() + 1;
        scenario.run(whole);
        CrashAfterEveryCall crashes = new CrashAfterEveryCall(seed, disks, scenario, check);
        for (long call = first; call <= whole.callCount(); call++) {
            crashes.in(call);
        }
        System.out.printf(
                "%d crashes in %d calls; of %d calls every disk that may be left was tried%n",
                crashes.count, whole.callCount() - first + 1, crashes.wholeCalls);
        return crashes.count;
    }

    private void in(long call) throws Exception {
        SimulatedDisk disk = crashed(seed + call, call);
        boolean isWhole = disk.pendingCount() <= PENDING_MAX && count < CRASHES_MAX;
        if (isWhole) {
            wholeCalls++;
            CrashFate.Enumerated fate = new CrashFate.Enumerated();
            restart(disk, call, fate);
            while (fate.next()) {
                restart(crashed(seed + call, call), call, fate);
            }
            return;
        }
        for (Unflushed unflushed : List.of(Unflushed.LOST, Unflushed.KEPT)) {
            restart(disk, call, new CrashFate.Drawn(unflushed, new Random(seed)));
            disk = crashed(seed + call, call);
        }
        for (int i = 0; i < SAMPLES; i++) {
            restart(
                    i == 0 ? disk : crashed(seed + call, call),
                    call,
                    new CrashFate.Drawn(Unflushed.TORN, new Random(seed + call * SAMPLES + i)));
        }
    }

    private void restart(SimulatedDisk disk, long call, CrashFate fate) {
        disk.restart(fate);
        count++;
        try {
            check.verify(disk, call);
        } catch (Exception | Error e) {
            throw new AssertionError("seed " + seed + ", crash in call " + call + ", " + fate, e);
        }
    }

    private SimulatedDisk crashed(long diskSeed, long call) throws Exception {
        SimulatedDisk disk = disks.apply(diskSeed);
        disk.crashAtCall(call, Unflushed.TORN);
        try {
            scenario.run(disk);
        } catch (Exception | Error e) {
            if (!disk.isCrashed()) {
                throw e;
            }
        }
        if (!disk.isCrashed()) {
            disk.crash(Unflushed.TORN);
        }
        return disk;
    }
}
