package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import io.headrace.system.machine.Program;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** Disks that fail or dawdle, and logs that end badly (F24, F26, F31, F32, F34). */
final class StorageAttacks {

    private static final double LENGTH = 12;
    private static final int GARBAGE = 4096;
    private static final Duration NOTICE = Duration.ofSeconds(15);

    private StorageAttacks() {}

    /**
     * F24: flushes fail for a moment; then the power goes, so that nobody can have trusted them.
     */
    static void failingFlush(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            field.mark("every flush of " + leader + " fails");
            Program strace = tamper(field, leader, "fsync,fdatasync", "error=EIO");
            try {
                if (!Waiting.until(NOTICE, () -> !leader.runs() || !leader.isReady())) {
                    field.wrong("C22", leader + " is ready although its disk fails");
                }
            } finally {
                strace.kill9();
            }
            PowerAttacks.off(field, leader);
            field.pauseAbout(0, 3);
            field.startAgain(leader);
            field.settle();
        }
    }

    /** F26: every flush takes seconds. */
    static void slowFlush(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            field.mark("every flush of " + leader + " takes 2 s");
            Program strace = tamper(field, leader, "fsync,fdatasync", "delay_exit=2000000");
            try {
                field.pause(LENGTH);
            } finally {
                strace.kill9();
            }
            field.mark("flushes of " + leader + " are fast again");
            field.settle();
        }
    }

    private static Program tamper(Field field, Node node, String calls, String how)
            throws IOException {
        return field.cluster()
                .machine()
                .program(
                        node.host(),
                        "strace-" + node.name(),
                        List.of(
                                "strace",
                                "-f",
                                "-qq",
                                "-e",
                                "trace=" + calls,
                                "-e",
                                "inject=" + calls + ":" + how,
                                "-p",
                                Long.toString(node.pid())));
    }

    /** F31: a log ends somewhere inside its last batches. */
    static void tornTail(Field field) throws IOException {
        spoil(
                field,
                (file, size) -> {
                    long cut = Math.min(size, 1 + field.random().nextInt(400));
                    file.truncate(size - cut);
                    return "cut " + cut + " bytes off";
                });
    }

    /** F32: behind the end of a log are zeros, noise, or a part of it again. */
    static void garbageTail(Field field) throws IOException {
        spoil(
                field,
                (file, size) -> {
                    byte[] garbage = new byte[GARBAGE];
                    String what = "zeros";
                    if (field.random().nextBoolean()) {
                        field.random().nextBytes(garbage);
                        what = "noise";
                    } else if (field.random().nextBoolean()) {
                        file.read(ByteBuffer.wrap(garbage), 0);
                        what = "its own first bytes";
                    }
                    file.write(ByteBuffer.wrap(garbage), size);
                    return "add " + what + " to";
                });
    }

    /** What is done to the newest file of a log, in words. */
    @FunctionalInterface
    private interface Damage {
        String of(FileChannel file, long size) throws IOException;
    }

    private static void spoil(Field field, Damage damage) throws IOException {
        while (field.goesOn()) {
            Node broker = field.anyBroker();
            ProcessAttacks.kill(field, broker);
            for (int p = 0; p < field.partitions(); p++) {
                Path newest = newest(field, broker, new TopicPartition(field.topic(), p));
                try (FileChannel file =
                        FileChannel.open(
                                newest, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    field.mark(damage.of(file, file.size()) + " " + newest);
                }
            }
            field.startAgain(broker);
            field.settle();
        }
    }

    private static Path newest(Field field, Node broker, TopicPartition partition)
            throws IOException {
        int id = field.cluster().brokers().indexOf(broker) + 1;
        Path folder = field.cluster().partition(id, partition.toString());
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> new IOException(folder + " holds no segment"));
        }
    }

    /** F34: a broker comes back with an empty disk and its old id, and must not lead with it. */
    static void emptyDisk(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            ProcessAttacks.kill(field, leader);
            field.mark("empty disk of " + leader);
            try (Stream<Path> all = Files.walk(leader.disk().path().resolve("data"))) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
            field.startAgain(leader);
            field.settle();
        }
    }
}
