package io.headrace.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What a process and its children have used so far, as {@code /proc} tells.
 *
 * <p>Shape: {@code /proc/PID/stat}, fields 14 and 15 (user and system time) in ticks of 10 ms,
 * which is {@code USER_HZ} on every Linux; {@code VmRSS} of {@code /proc/PID/status} in KiB. A
 * process that has ended counts as nothing.
 */
public final class ProcessUsage implements DoubleSupplier {

    private static final double TICKS_PER_SECOND = 100;

    private final Supplier<List<Long>> pids;

    public ProcessUsage(long pid) {
        this(() -> List.of(pid));
    }

    /**
     * Of several processes together.
     *
     * @param pids asked anew each time, since processes of a cluster come and go
     */
    public ProcessUsage(Supplier<List<Long>> pids) {
        this.pids = pids;
    }

    /** CPU seconds, apart for user mode and kernel. */
    public record Cpu(double user, double system) {

        public Cpu minus(Cpu earlier) {
            return new Cpu(user - earlier.user, system - earlier.system);
        }
    }

    /** CPU seconds of the process and its living children, user and system. */
    @Override
    public double getAsDouble() {
        Cpu cpu = cpu();
        return cpu.user + cpu.system;
    }

    /** CPU seconds of the process and its living children. */
    public Cpu cpu() {
        long user = 0;
        long system = 0;
        for (long each : family()) {
            String stat = read(each, "stat");
            // The name in brackets may hold anything; fields count from the last bracket.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
            if (fields.length >= 13) {
                user += Long.parseLong(fields[11]);
                system += Long.parseLong(fields[12]);
            }
        }
        return new Cpu(user / TICKS_PER_SECOND, system / TICKS_PER_SECOND);
    }

    /** Resident memory of the process and its living children, MiB. */
    public double residentMiB() {
        long kib = 0;
        for (long each : family()) {
            kib += residentKiB(read(each, "status")).orElse(0);
        }
        return kib / 1024.0;
    }

    static OptionalLong residentKiB(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst();
    }

    private List<Long> family() {
        List<Long> family = new ArrayList<>();
        for (long pid : pids.get()) {
            family.add(pid);
            ProcessHandle.of(pid)
                    .ifPresent(
                            process ->
                                    process.descendants()
                                            .forEach(child -> family.add(child.pid())));
        }
        return family;
    }

    private static String read(long pid, String file) {
        Path path = Path.of("/proc", Long.toString(pid), file);
        try {
            return Files.exists(path) ? Files.readString(path) : "";
        } catch (IOException e) {
            if (!Files.exists(path)) {
                return "";
            }
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }
}
