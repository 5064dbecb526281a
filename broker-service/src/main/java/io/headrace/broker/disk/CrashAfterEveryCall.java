package io.headrace.broker.disk;

import java.util.function.LongFunction;

/**
 * Runs a scenario once to count its disk calls, then again for each call and each fate of unflushed
 * changes, losing power in the midst of that call, and checks what a restart finds.
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

    private CrashAfterEveryCall() {}

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
        long last = whole.callCount();
        long crashes = 0;
        for (long call = first; call <= last; call++) {
            for (Unflushed unflushed : Unflushed.values()) {
                SimulatedDisk disk = disks.apply(seed + call);
                crashOnce(disk, call, unflushed, scenario);
                try {
                    check.verify(disk, call);
                } catch (Exception | Error e) {
                    throw new AssertionError(
                            "seed " + seed + ", crash in call " + call + ", unflushed " + unflushed,
                            e);
                }
                crashes++;
            }
        }
        return crashes;
    }

    private static void crashOnce(
            SimulatedDisk disk, long call, Unflushed unflushed, Scenario scenario)
            throws Exception {
        disk.crashAtCall(call, unflushed);
        try {
            scenario.run(disk);
        } catch (Exception | Error e) {
            if (!disk.isCrashed()) {
                throw e;
            }
        }
        if (!disk.isCrashed()) {
            disk.crash(unflushed);
        }
        disk.restart();
    }
}
