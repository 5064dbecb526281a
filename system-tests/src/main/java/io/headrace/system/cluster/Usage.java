package io.headrace.system.cluster;

import io.headrace.system.machine.Machine;
import io.headrace.system.machine.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What processes hold: connections, threads, and what is left of their heaps after a collection.
 */
public final class Usage {

    private static final Duration COLLECTION_MAX = Duration.ofSeconds(20);
    private static final int CONNECTIONS_MORE = 40;
    private static final int THREADS_MORE = 30;
    private static final long HEAP_MORE = 64L << 20;

    private record Figures(long pid, long connections, long threads, long heapBytes) {}

    private final Map<String, Figures> figures;

    private Usage(Map<String, Figures> figures) {
        this.figures = figures;
    }

    static Usage of(Machine machine, List<Node> nodes) throws IOException {
        Map<String, Figures> figures = new TreeMap<>();
        for (Node node : nodes) {
            if (node.runs()) {
                collect(machine, node);
                figures.put(
                        node.name(),
                        new Figures(node.pid(), connections(node), threads(node), heap(node)));
            }
        }
        return new Usage(figures);
    }

    private static void collect(Machine machine, Node node) throws IOException {
        Program tool =
                machine.program(
                        node.host(),
                        "tool-" + node.name(),
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(node.pid()),
                                "GC.run"));
        if (!Waiting.until(COLLECTION_MAX, () -> !tool.isAlive())) {
            tool.kill9();
            throw new IOException(node + " does not collect its garbage");
        }
    }

    private static long connections(Node node) throws IOException {
        long count = 0;
        try (Stream<Path> all = Files.list(proc(node).resolve("fd"))) {
            for (Path each : all.toList()) {
                // A file that is closed meanwhile is none.
                if (Files.isSymbolicLink(each)
                        && Files.readSymbolicLink(each).toString().startsWith("socket:")) {
                    count++;
                }
            }
        }
        return count;
    }

    private static long threads(Node node) throws IOException {
        return Files.readAllLines(proc(node).resolve("status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToLong(line -> Long.parseLong(line.substring("Threads:".length()).strip()))
                .sum();
    }

    private static Path proc(Node node) {
        return Path.of("/proc", Long.toString(node.pid()));
    }

    private static long heap(Node node) throws IOException {
        return node.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    /** What the same processes hold much more of than before, in words. */
    public List<String> growthSince(Usage before) {
        List<String> grown = new ArrayList<>();
        figures.forEach(
                (name, now) -> {
                    Figures then = before.figures.get(name);
                    if (then != null
                            && then.pid() == now.pid()
                            && (now.connections() > then.connections() + CONNECTIONS_MORE
                                    || now.threads() > then.threads() + THREADS_MORE
                                    || now.heapBytes() > then.heapBytes() + HEAP_MORE)) {
                        grown.add(name + " held " + then + ", then " + now);
                    }
                });
        return grown;
    }

    @Override
    public String toString() {
        return figures.toString();
    }
}
