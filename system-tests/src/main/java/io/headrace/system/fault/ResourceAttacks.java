package io.headrace.system.fault;

import io.headrace.system.cluster.Cluster;
import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import io.headrace.system.machine.ControlGroup;
import io.headrace.system.machine.Program;
import io.headrace.system.proxy.Behaviour;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Processes that run short of time, memory, files and connections (F45 to F48, F50, F52). */
final class ResourceAttacks {

    private static final double LENGTH = 10;
    private static final double SINGLE_BYTES = 5;
    private static final int DUMPS = 5;
    private static final int FILES_LEFT = 6;
    private static final int CROWD = 150;
    private static final double TICKS_PER_SECOND = 100; // of Linux, everywhere
    private static final int USER_TIME = 11; // of the fields after the name in /proc/PID/stat
    private static final double BUSY = 0.9; // of a core, for one that has little to do
    private static final int SLOW_READERS = 400;
    private static final int BIG_BYTES = 20 << 20;
    private static final int FLOOD_MAX = 3000;
    private static final double FLOOD_LEAST = 150; // a second
    private static final double SECOND_OF_FLOOD = 1.0 / 500;
    private static final int CONNECT_MAX_MS = 1000;
    private static final int HEAP_LEAST = 24; // MiB, and at most twice as many
    private static final int MEMORY_LEAST = 80; // MiB, and at most twice as many
    private static final Duration SHORT_OF_MEMORY = Duration.ofSeconds(20);
    private static final Duration TOOL_MAX = Duration.ofSeconds(60);

    private ResourceAttacks() {}

    /** F45: a leader stands still while its heap is written down, again and again. */
    static void safepoints(Field field) throws IOException {
        Path dump = field.cluster().machine().folder().resolve("heap.hprof");
        while (field.goesOn()) {
            Node leader = field.leader();
            field.mark("heap dumps of " + leader);
            for (int i = 0; i < DUMPS; i++) {
                run(
                        field,
                        leader,
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(leader.pid()),
                        "GC.heap_dump",
                        "-overwrite",
                        dump.toString());
                field.attacked();
            }
            Files.deleteIfExists(dump);
            field.settle();
        }
    }

    /** F46: a leader has a heap that is too small, then no more threads, while many want in. */
    static void noMemory(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            int megabytes = HEAP_LEAST + field.random().nextInt(HEAP_LEAST);
            ProcessAttacks.kill(field, leader);
            field.mark("start " + leader + " with a heap of " + megabytes + " MiB");
            leader.startWithHeap(megabytes);
            if (Waiting.until(SHORT_OF_MEMORY, () -> !leader.runs())) {
                field.mark(leader + " ended");
            } else {
                field.mark(leader + " lives with it");
                expectAllOrNothing(field, leader);
                ProcessAttacks.kill(field, leader);
            }
            field.startAgain(leader);
            field.settle();
            noThreads(field, field.leader());
            field.settle();
        }
    }

    /** Whoever leads is ready; a process that is half dead leads nothing. */
    private static void expectAllOrNothing(Field field, Node broker) throws IOException {
        field.expect(
                Waiting.until(
                        SHORT_OF_MEMORY,
                        () -> !broker.runs() || broker.isReady() || !field.leads(broker)),
                "C22",
                broker + " leads and is not ready");
    }

    private static void noThreads(Field field, Node leader) throws IOException {
        ControlGroup group = field.cluster().machine().controlGroup(ControlGroup.Resource.THREADS);
        field.mark("no more threads for " + leader);
        leader.mayEnd();
        group.limit(1);
        group.take(leader.pid());
        List<Socket> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                connect(crowd, leader, URI.create(leader.url()).getPort());
            }
            byte[] ask = request(leader, field.topic(), "");
            for (Socket each : crowd) {
                each.getOutputStream().write(ask);
            }
            field.attacked();
            field.pause(LENGTH);
        } finally {
            leave(crowd);
            if (leader.runs()) {
                group.release(leader.pid());
            }
        }
        field.mark("threads again for " + leader);
        if (!leader.runs()) {
            field.mark(leader + " ended without threads");
            field.startAgain(leader);
        }
        field.awaitReady(leader);
    }

    /** F47: the kernel kills a leader that comes back to too little memory. */
    static void killedByKernel(Field field) throws IOException {
        ControlGroup group = field.cluster().machine().controlGroup(ControlGroup.Resource.MEMORY);
        boolean wasKilled = false;
        while (field.goesOn() || !wasKilled) {
            Node leader = field.leader();
            ProcessAttacks.kill(field, leader);
            int megabytes = MEMORY_LEAST + field.random().nextInt(MEMORY_LEAST);
            field.mark("start " + leader + " with " + megabytes + " MiB of memory");
            group.limit((long) megabytes << 20);
            leader.startIn(group);
            if (Waiting.until(SHORT_OF_MEMORY, () -> !leader.runs())) {
                field.mark("the kernel has killed " + leader);
                wasKilled = true;
            } else {
                field.mark(leader + " lives with it");
                ProcessAttacks.kill(field, leader);
            }
            field.startAgain(leader);
            field.settle();
        }
    }

    /** F48: a leader can open only few more files and connections, and many want in. */
    static void noFiles(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            int open;
            try (Stream<Path> all = Files.list(Path.of("/proc/" + leader.pid() + "/fd"))) {
                open = (int) all.count();
            }
            field.mark("six more files for " + leader + ", which has " + open);
            String before = limit(leader);
            limit(field, leader, Integer.toString(open + FILES_LEFT));
            List<Socket> crowd = new ArrayList<>();
            try {
                for (int i = 0; i < CROWD; i++) {
                    connect(crowd, leader, Cluster.KAFKA_PORT);
                }
                field.attacked();
                long ticks = ticks(leader);
                field.pause(LENGTH);
                double share = (ticks(leader) - ticks) / (TICKS_PER_SECOND * LENGTH);
                field.note(leader + " used " + share + " of a core without files");
                field.expect(
                        share < BUSY, "C22", leader + " used " + share + " of a core for nothing");
            } finally {
                leave(crowd);
                if (leader.runs()) {
                    limit(field, leader, before);
                }
            }
            field.mark("files again for " + leader);
            if (!leader.runs()) {
                field.wrong("C22", leader + " ended when it could open no files");
                field.startAgain(leader);
            }
            field.settle();
        }
    }

    /** Processor time so far; of one that has ended 0. */
    private static long ticks(Node node) throws IOException {
        if (!node.runs()) {
            return 0;
        }
        String stat = Files.readString(Path.of("/proc/" + node.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[USER_TIME + 1]);
    }

    /** The soft limit of open files. */
    private static String limit(Node node) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + node.pid() + "/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.substring("Max open files".length()).strip().split(" +", -1)[0])
                .findFirst()
                .orElseThrow();
    }

    private static void limit(Field field, Node node, String soft) throws IOException {
        run(field, node, "prlimit", "--pid", Long.toString(node.pid()), "--nofile=" + soft + ":");
    }

    private static void run(Field field, Node node, String... command) throws IOException {
        Program tool =
                field.cluster()
                        .machine()
                        .program(node.host(), "tool-" + node.name(), List.of(command));
        if (!Waiting.until(TOOL_MAX, () -> !tool.isAlive())) {
            tool.kill9();
            throw new IOException(String.join(" ", command) + " does not end");
        }
    }

    /**
     * F50: many ask a leader for much over HTTP, more than the kernel's buffers hold, and read a
     * byte a second.
     */
    static void slowReaders(Field field) throws IOException {
        String big = field.topic() + "-big";
        TopicAttacks.fill(field, big, BIG_BYTES);
        do {
            Node leader = field.leader(big, 0);
            byte[] ask = request(leader, big, "/batches?offset=0&max_bytes=50000000");
            field.mark(SLOW_READERS + " slow readers at " + leader);
            field.journal().beginLatencies();
            List<Socket> readers = new ArrayList<>();
            try {
                for (int i = 0; i < SLOW_READERS; i++) {
                    connect(readers, leader, URI.create(leader.url()).getPort());
                }
                for (Socket reader : readers) {
                    reader.getOutputStream().write(ask);
                }
                int answered = 0;
                for (int i = 0; i < LENGTH; i++) {
                    field.pause(1);
                    answered = 0;
                    for (Socket reader : readers) {
                        if (reader.getInputStream().available() > 0) {
                            int ignored = reader.getInputStream().read();
                            answered++;
                        }
                    }
                }
                field.mark(answered + " of " + readers.size() + " readers have something to read");
                if (answered > readers.size() / 2) {
                    field.attacked();
                }
                field.expectFastSends(List.of());
            } finally {
                leave(readers);
            }
            field.mark("the slow readers are gone");
            if (field.isAlone()) {
                field.mark("every byte by itself between clients and " + leader);
                field.fromClients(leader).behave(Behaviour.CLEAR.singleBytes());
                field.pause(SINGLE_BYTES);
                field.healNetwork();
            }
            field.settle();
        } while (field.goesOn());
    }

    /** F52: hundreds of new connections a second, which stay and say nothing. */
    static void flood(Field field) throws IOException {
        do {
            Node leader = field.leader();
            Quiet before = Quiet.before(field);
            field.mark("a flood of connections to " + leader);
            field.journal().beginLatencies();
            long startNs = System.nanoTime();
            List<Socket> flood = new ArrayList<>();
            try {
                for (int i = 0; i < FLOOD_MAX; i++) {
                    connect(flood, leader, Cluster.KAFKA_PORT);
                    field.pause(SECOND_OF_FLOOD);
                }
                double seconds = (System.nanoTime() - startNs) / 1e9;
                field.mark(flood.size() + " of " + FLOOD_MAX + " were taken in " + seconds + " s");
                if (FLOOD_MAX / seconds > FLOOD_LEAST) {
                    field.attacked();
                }
                field.expectFastSends(List.of());
            } finally {
                leave(flood);
            }
            before.expectShrinks(0, "in a flood of connections");
            field.settle();
        } while (field.goesOn());
    }

    private static byte[] request(Node node, String topic, String what) {
        return ("GET /v1/topics/"
                        + topic
                        + "/partitions/0"
                        + what
                        + " HTTP/1.1\r\nHost: "
                        + node.host().address()
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A connection that is refused is no fault of the one who refuses. */
    private static void connect(List<Socket> all, Node node, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(node.host().address(), port), CONNECT_MAX_MS);
            all.add(socket);
        } catch (IOException refused) {
            socket.close();
        }
    }

    private static void leave(List<Socket> all) throws IOException {
        for (Socket each : all) {
            each.close();
        }
    }
}
