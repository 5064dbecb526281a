package io.headrace.system;

import io.headrace.system.FaultRuns.FaultOptions;
import io.headrace.system.bug.BugAgent;
import io.headrace.system.bug.SeededBug;
import io.headrace.system.check.Check;
import io.headrace.system.cluster.Cluster;
import io.headrace.system.fault.FaultRun;
import io.headrace.system.fault.Plan;
import io.headrace.system.fault.Plans;
import io.headrace.system.machine.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Proves that fault runs see bugs: puts one after the other into admin-services and brokers, runs
 * the plan that must show it, and fails when one goes unnoticed.
 */
final class SeededBugs {

    /** Stands for this among the plans' names; one bug's name runs that one alone. */
    static final String NAME = "seeded-bugs";

    private static final Duration RESTART_MAX = Duration.ofMinutes(3);

    private final FaultOptions options;
    private final PrintStream out;
    private final List<String> unnoticed = new ArrayList<>();
    private int runs;

    SeededBugs(FaultOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    static boolean isMeant(String plans) {
        return plans.equals(NAME) || plans.startsWith(NAME + ":");
    }

    /** {@code seeded-bugs} or {@code seeded-bugs:NAME,NAME}. */
    private static List<SeededBug> chosen(String plans) {
        if (plans.equals(NAME)) {
            return List.of(SeededBug.values());
        }
        List<SeededBug> bugs = new ArrayList<>();
        for (String each : plans.substring(NAME.length() + 1).split(",", -1)) {
            bugs.add(SeededBug.valueOf(each));
        }
        return bugs;
    }

    /** Answers the exit code. */
    int run() throws IOException, InterruptedException {
        List<SeededBug> bugs = chosen(options.plans());
        Optional<String> obstacle = Machine.obstacle();
        if (obstacle.isPresent()) {
            out.println("skipped: " + obstacle.get());
            return 0;
        }
        try (Machine machine = FaultRuns.machine(options, out)) {
            Path jar = machine.folder().resolve("bug.jar");
            Path file = machine.folder().resolve("bug");
            BugAgent.writeJar(jar);
            Files.writeString(file, "");
            Cluster cluster =
                    FaultRuns.cluster(
                            machine, options, List.of("-javaagent:" + jar + "=" + file), out);
            for (SeededBug bug : bugs) {
                Files.writeString(file, bug.name());
                one(cluster, bug);
            }
        }
        out.println(
                unnoticed.isEmpty()
                        ? "all " + bugs.size() + " seeded bugs were noticed"
                        : "UNNOTICED: " + unnoticed);
        return unnoticed.isEmpty() ? 0 : 1;
    }

    private void one(Cluster cluster, SeededBug bug) throws IOException, InterruptedException {
        out.println("--- " + bug + " under " + bug.plan() + ": " + bug.summary());
        List<String> missing = cluster.restartServices(RESTART_MAX);
        if (!missing.isEmpty()) {
            throw new IOException(missing + " did not start with the bug in it");
        }
        Plan plan = Plans.named(bug.plan()).getFirst().lasting(options.seconds());
        FaultRun.Outcome outcome = new FaultRun(cluster, plan, options.seed(), runs++).run();
        List<Check> fired =
                bug.checks().stream()
                        .map(Check::valueOf)
                        .filter(each -> outcome.judgement().count(each) > 0)
                        .toList();
        boolean isNoticed = !fired.isEmpty();
        out.print(outcome.judgement().text());
        out.println(
                bug
                        + (isNoticed ? " was noticed by " + words(fired) : " WENT UNNOTICED")
                        + " after "
                        + outcome.seconds()
                        + " s, history: "
                        + outcome.history());
        if (!isNoticed) {
            unnoticed.add(bug.name());
        }
    }

    private static String words(List<Check> fired) {
        return fired.stream()
                .map(each -> each + " (" + each.meaning() + ")")
                .collect(Collectors.joining(", "));
    }
}
