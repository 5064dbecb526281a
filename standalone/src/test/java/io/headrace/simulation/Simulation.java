package io.headrace.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Runs plans, and makes those that fail shorter. */
final class Simulation {

    private static final long HEALED_MS = 90_000;

    /**
     * @param failure what must never be; empty when all went well
     * @param acknowledged records
     * @param commits of offsets, acknowledged
     * @param damaged how often a replica was
     * @param generation of the group, at the end
     * @param fenced processes that were told that another one has their instance id
     * @param trace the same for the same plan
     */
    record Result(
            Optional<Throwable> failure,
            String story,
            long events,
            int acknowledged,
            int commits,
            int damaged,
            int generation,
            int fenced,
            long trace) {}

    private Simulation() {}

    static Result run(Plan plan, Bug bug) {
        World world = new World(plan, bug);
        Optional<Throwable> failure = Optional.empty();
        try {
            Attacks attacks = new Attacks(world);
            world.go(plan.loadMs(), () -> false);
            world.endLoad();
            attacks.heal();
            world.note("all is healed");
            awaitRest(world);
            world.readOffsets();
            awaitRest(world); // members write on meanwhile
            world.judge.end();
        } catch (RuntimeException | AssertionError e) {
            failure = Optional.of(e);
        }
        return new Result(
                failure,
                world.story(),
                world.timeline.count(),
                world.judge.acknowledgedCount(),
                world.judge.groups.acknowledgedCount(),
                world.rot.struckCount() + world.sideFiles.struckCount(),
                world.judge.groups.generation().number(),
                world.fencedCount(),
                world.trace());
    }

    private static void awaitRest(World world) {
        if (!world.go(HEALED_MS, () -> world.unsettled().isEmpty())) {
            world.judge.fail("it does not come to rest: " + world.unsettled());
        }
    }

    /** The places of few faults with which the plan still fails. */
    static List<Integer> shrink(Plan plan, Bug bug) {
        List<Integer> kept =
                new ArrayList<>(IntStream.range(0, plan.faults().size()).boxed().toList());
        for (int size = Math.max(1, kept.size() / 2); size >= 1; size /= 2) {
            for (int at = 0; at < kept.size(); ) {
                List<Integer> fewer = new ArrayList<>(kept);
                fewer.subList(at, Math.min(kept.size(), at + size)).clear();
                if (run(plan.only(fewer), bug).failure().isPresent()) {
                    kept = fewer;
                } else {
                    at += size;
                }
            }
        }
        return kept;
    }
}
