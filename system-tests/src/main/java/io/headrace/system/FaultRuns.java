package io.headrace.system;

import io.headrace.system.cluster.Cluster;
import io.headrace.system.fault.FaultRun;
import io.headrace.system.fault.Plan;
import io.headrace.system.fault.Plans;
import io.headrace.system.machine.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Runs plans one after the other on one cluster, and says what each showed. */
final class FaultRuns {

    private static final int BROKERS = 3;
    private static final long DISK_BYTES = 1L << 30;

    private final FaultOptions options;
    private final PrintStream out;
    private final List<FaultRun.Outcome> outcomes = new ArrayList<>();

    FaultRuns(FaultOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Answers the exit code. */
    int run() throws IOException, InterruptedException {
        Optional<String> obstacle = Machine.obstacle();
        if (obstacle.isPresent()) {
            out.println("skipped: " + obstacle.get());
            return 0;
        }
        List<Plan> plans = Plans.named(options.plans());
        try (Machine machine = machine(options, out)) {
            Cluster cluster = cluster(machine, options, List.of(), out);
            for (int run = 0; run < options.runs(); run++) {
                for (Plan plan : plans) {
                    one(cluster, plan, options.seed() + run, outcomes.size());
                }
            }
        }
        table();
        return outcomes.stream().allMatch(FaultRun.Outcome::isGood) ? 0 : 1;
    }

    static Machine machine(FaultOptions options, PrintStream out) throws IOException {
        String name = "run-" + System.currentTimeMillis() + "-" + ProcessHandle.current().pid();
        Machine machine = Machine.create(options.folder(), name);
        out.println("logs and histories: " + machine.folder());
        return machine;
    }

    /**
     * @param more options of every JVM
     */
    static Cluster cluster(
            Machine machine, FaultOptions options, List<String> more, PrintStream out)
            throws IOException {
        long startNs = System.nanoTime();
        List<String> jvm = new ArrayList<>(options.jvm());
        jvm.addAll(more);
        Cluster cluster =
                Cluster.start(
                        machine, new Cluster.Setup(jvm, options.classPath(), BROKERS, DISK_BYTES));
        out.println("cluster ready after " + (System.nanoTime() - startNs) / 1_000_000 + " ms");
        return cluster;
    }

    private void one(Cluster cluster, Plan plan, long seed, int number)
            throws IOException, InterruptedException {
        out.println(
                "--- "
                        + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                        + " "
                        + plan.name()
                        + ", seed "
                        + seed
                        + ": "
                        + plan.summary());
        FaultRun.Outcome outcome =
                new FaultRun(cluster, plan.lasting(options.seconds()), seed, number).run();
        outcomes.add(outcome);
        out.print(outcome.judgement().text());
        outcome.traces().forEach((place, trace) -> out.println(place + " " + trace));
        out.println("longest stall in ms: " + new TreeMap<>(outcome.stalls()));
        out.println(outcome.seconds() + " s, history: " + outcome.history());
    }

    private void table() {
        out.println();
        out.printf("%-16s %8s %8s %12s  %s%n", "plan", "seed", "seconds", "longest stall", "");
        for (FaultRun.Outcome outcome : outcomes) {
            long stall = outcome.stalls().values().stream().mapToLong(each -> each).max().orElse(0);
            out.printf(
                    "%-16s %8d %8d %9d ms  %s%n",
                    outcome.plan().name(),
                    outcome.seed(),
                    outcome.seconds(),
                    stall,
                    outcome.judgement().isSound()
                            ? "sound"
                            : outcome.isGood() ? "measured" : "NOT SOUND");
        }
    }

    /**
     * @param plans as {@link Plans#named} takes them
     * @param seconds that each plan lasts about
     * @param folder of the folders of all runs
     * @param jvm binary and options of the processes that are started
     */
    record FaultOptions(
            String plans,
            long seed,
            int runs,
            int seconds,
            Path folder,
            List<String> jvm,
            String classPath) {}
}
