package io.headrace.system;

import io.headrace.system.check.Checker;
import io.headrace.system.check.Judgement;
import io.headrace.system.check.SoundHistory;
import io.headrace.system.fault.Plans;
import io.headrace.system.history.HistoryReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs what its first argument says. Exit code 0: sound, 1: not sound or not possible, 2: wrong
 * command line.
 */
public final class SystemTests {

    private static final long MILLION = 1_000_000;
    private static final long NANOS_PER_MS = 1_000_000;

    private SystemTests() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.exit(run(List.of(arguments), out));
    }

    static int run(List<String> arguments, PrintStream out) throws Exception {
        if (arguments.size() == 2 && arguments.getFirst().equals("--check")) {
            return check(Path.of(arguments.get(1)), out);
        }
        if (arguments.size() == 2 && arguments.getFirst().equals("--marks")) {
            HistoryReader.tell(Path.of(arguments.get(1)), new Marks(out));
            return 0;
        }
        if (arguments.equals(List.of("--faults", "list"))) {
            Plans.named("all")
                    .forEach(plan -> out.printf("%-16s %s%n", plan.name(), plan.summary()));
            return 0;
        }
        if (arguments.size() == 2 && arguments.getFirst().equals("--check-speed")) {
            return speed(Long.parseLong(arguments.get(1)) * MILLION, out);
        }
        try {
            Optional<FaultRuns.FaultOptions> faults = faultOptions(arguments);
            if (faults.isPresent() && SeededBugs.isMeant(faults.get().plans())) {
                return new SeededBugs(faults.get(), out).run();
            }
            if (faults.isPresent()) {
                return new FaultRuns(faults.get(), out).run();
            }
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return 2;
        }
        out.println(
                "--faults PLAN|all [--seed N] [--runs N] [--seconds N], --check FILE, --marks FILE, --check-speed MILLIONS");
        out.println("plans: " + String.join(" ", Plans.names()));
        return 2;
    }

    private static Optional<FaultRuns.FaultOptions> faultOptions(List<String> arguments) {
        String plans = "";
        long seed = 1;
        int runs = 1;
        int seconds = Plans.SECONDS;
        for (int i = 0; i + 1 < arguments.size(); i += 2) {
            String value = arguments.get(i + 1);
            switch (arguments.get(i)) {
                case "--faults" -> plans = value;
                case "--seed" -> seed = Long.parseLong(value);
                case "--runs" -> runs = Integer.parseInt(value);
                case "--seconds" -> seconds = Integer.parseInt(value);
                default -> throw new IllegalArgumentException("no option " + arguments.get(i));
            }
        }
        if (plans.isEmpty() || arguments.size() % 2 != 0) {
            return Optional.empty();
        }
        if (!SeededBugs.isMeant(plans)) {
            Plans.named(plans); // says what is wrong with it before anything is started
        }
        List<String> jvm =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString()));
        jvm.addAll(List.of(property("headrace.app.options").split(" ", -1)));
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "headrace-faults");
        return Optional.of(
                new FaultRuns.FaultOptions(
                        plans, seed, runs, seconds, folder, jvm, property("headrace.app")));
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "-D" + name + " is missing: start it with ./headrace test");
        }
        return value;
    }

    private static int check(Path history, PrintStream out) throws IOException {
        long startNs = System.nanoTime();
        Judgement judgement = Checker.check(history);
        out.print(judgement.text());
        out.println("checked in " + (System.nanoTime() - startNs) / NANOS_PER_MS + " ms");
        return judgement.isSound() ? 0 : 1;
    }

    /** Not sound when ten million operations would take more than a minute. */
    private static int speed(long operations, PrintStream out) throws IOException {
        Path folder = Files.createTempDirectory("headrace-history");
        Path history = folder.resolve("history");
        try {
            SoundHistory.write(history, operations);
            out.println(operations + " operations in " + Files.size(history) + " bytes");
            long startNs = System.nanoTime();
            int verdict = check(history, out);
            long boundNs = Duration.ofMinutes(1).toNanos() / (10 * MILLION) * operations;
            boolean isFast = System.nanoTime() - startNs <= boundNs;
            out.println(isFast ? "fast enough" : "TOO SLOW: ten million are to take a minute");
            return isFast ? verdict : 1;
        } finally {
            Files.deleteIfExists(history);
            Files.delete(folder);
        }
    }
}
