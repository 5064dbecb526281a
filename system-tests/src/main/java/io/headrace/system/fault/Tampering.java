package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import io.headrace.system.machine.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** System calls of a process that fail or dawdle, by strace, until it is closed. */
final class Tampering implements AutoCloseable {

    private static final Duration ATTACH_MAX = Duration.ofSeconds(20);

    private final Field field;
    private final Node node;
    private final Program strace;
    private final Path calls;

    private Tampering(Field field, Node node, Program strace, Path calls) {
        this.field = field;
        this.node = node;
        this.strace = strace;
        this.calls = calls;
    }

    /**
     * Returns when strace is attached.
     *
     * @param calls names with commas between
     * @param how in strace's words, for example {@code error=EIO}
     * @param only the files whose calls are meant; none: all calls
     * @throws IOException when it does not attach
     */
    static Tampering with(Field field, Node node, String calls, String how, List<Path> only)
            throws IOException {
        Path seen = field.cluster().machine().folder().resolve("calls-" + node.name());
        Files.deleteIfExists(seen);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "strace",
                                "-f",
                                "-qq",
                                "-o",
                                seen.toString(),
                                "-e",
                                "trace=" + calls,
                                "-e",
                                "inject=" + calls + ":" + how,
                                "-p",
                                Long.toString(node.pid())));
        for (Path file : only) {
            command.add("-P");
            command.add(file.toString());
        }
        Program strace =
                field.cluster().machine().program(node.host(), "strace-" + node.name(), command);
        Tampering tampering = new Tampering(field, node, strace, seen);
        if (!Waiting.until(ATTACH_MAX, () -> tampering.isAttached() || !strace.isAlive())
                || !strace.isAlive()) {
            tampering.close();
            throw new IOException(
                    "strace did not attach to " + node + "; its log is strace-" + node.name());
        }
        return tampering;
    }

    private boolean isAttached() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + node.pid() + "/status")).stream()
                .anyMatch(line -> line.startsWith("TracerPid:") && !line.endsWith("\t0"));
    }

    /** From now on no call is tampered with; those that were are an attack. */
    @Override
    public void close() throws IOException {
        if (strace.isAlive()) {
            strace.kill9();
        }
        long count = 0;
        if (Files.exists(calls)) {
            try (Stream<String> lines = Files.lines(calls)) {
                count =
                        lines.filter(line -> line.contains("INJECTED") || line.contains("DELAYED"))
                                .count();
            }
        }
        Files.deleteIfExists(calls);
        field.mark(count + " calls of " + node + " were tampered with");
        if (count > 0) {
            field.attacked();
        }
    }
}
