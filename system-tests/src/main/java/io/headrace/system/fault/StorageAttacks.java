package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** Disks that fail or dawdle, and logs that end badly (F22 to F24, F26, F27, F31, F32, F34). */
final class StorageAttacks {

    private static final double LENGTH = 12;
    private static final int GARBAGE = 4096;
    private static final Duration NOTICE = Duration.ofSeconds(15);
    private static final Duration ROLL_MAX = Duration.ofSeconds(60);
    private static final String FLUSHES = "fsync,fdatasync";
    private static final String WRITES = "pwrite64,pwritev,write,writev";
    private static final String READS = "pread64,preadv,read,sendfile";
    private static final int TIMES_FULL = 4;
    private static final double FULL = 3;

    private StorageAttacks() {}

    /**
     * F24: flushes fail for a moment; then the power goes, so that nobody can have trusted them.
     */
    static void failingFlush(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            field.mark("every flush of " + leader + " fails");
            leader.mayEnd();
            try (Tampering _ = Tampering.with(field, leader, FLUSHES, "error=EIO", List.of())) {
                awaitNotice(field, leader);
                field.awaitNotLeading(leader);
            }
            PowerAttacks.off(field, leader);
            field.pauseAbout(0, 3);
            field.startAgain(leader);
            field.settle();
        }
    }

    /** F26: every flush takes seconds; whoever does not wait for one does not feel it. */
    static void slowFlush(Field field) throws IOException {
        do {
            Node leader = field.leader();
            Quiet before = Quiet.before(field);
            field.mark("every flush of " + leader + " takes 2 s");
            field.journal().beginLatencies();
            try (Tampering _ =
                    Tampering.with(field, leader, FLUSHES, "delay_exit=2000000", List.of())) {
                field.pause(LENGTH);
                field.expectFastSends(List.of(leader));
            }
            before.expectShrinks(0, "while flushes took 2 s, less than the lag that is allowed");
            field.mark("flushes of " + leader + " are fast again");
            field.settle();
        } while (field.goesOn());
    }

    /** F22: some writes of a leader's logs find no room, in the midst of an append. */
    static void noRoom(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            field.mark("some writes of " + leader + " find no room");
            for (int i = 0; i < TIMES_FULL; i++) { // a log that is rolled needs a look anew
                try (Tampering _ =
                        Tampering.with(
                                field,
                                leader,
                                WRITES,
                                "error=ENOSPC:when=2+3",
                                ends(field, leader))) {
                    field.pause(FULL);
                }
            }
            field.mark("room again at " + leader);
            if (!leader.runs()) {
                field.wrong("C22", leader + " ended when writes found no room");
                field.startAgain(leader);
            }
            field.settle();
        }
    }

    /** F23: every write of a leader's logs fails; nothing may be acknowledged by it then. */
    static void failingWrite(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            field.mark("every write of the logs of " + leader + " fails");
            leader.mayEnd();
            try (Tampering _ =
                    Tampering.with(field, leader, WRITES, "error=EIO", ends(field, leader))) {
                awaitNotice(field, leader);
                field.awaitNotLeading(leader);
            }
            if (leader.runs()) {
                ProcessAttacks.kill(field, leader);
            }
            field.startAgain(leader);
            field.settle();
        }
    }

    private static void awaitNotice(Field field, Node leader) throws IOException {
        if (!Waiting.until(NOTICE, () -> !leader.runs() || !leader.isReady())) {
            field.wrong("C22", leader + " is ready although its disk fails");
        }
    }

    /** F27: the older files of a leader cannot be read, while somebody reads all from the start. */
    static void failingRead(Field field) throws IOException {
        do {
            Node leader = field.leader();
            if (!Waiting.until(ROLL_MAX, () -> !older(field, leader).isEmpty())) {
                throw new IOException(leader + " has no older file after " + ROLL_MAX);
            }
            List<Path> older = older(field, leader);
            field.mark(older.size() + " files of " + leader + " cannot be read");
            try (Tampering _ = Tampering.with(field, leader, READS, "error=EIO", older)) {
                field.clients().readFromStart(LENGTH);
                field.awaitProgress("while older files of " + leader + " could not be read");
            }
            field.mark("all can be read again");
            if (!leader.runs()) {
                field.wrong("C22", leader + " ended when it could not read");
                field.startAgain(leader);
            }
            field.settle();
            DiskAttacks.expectRepair(field);
        } while (field.goesOn());
    }

    private static List<Path> older(Field field, Node broker) throws IOException {
        List<Path> ends = ends(field, broker);
        return segments(field, broker).stream().filter(file -> !ends.contains(file)).toList();
    }

    /** The files to which a broker appends. */
    private static List<Path> ends(Field field, Node broker) throws IOException {
        List<Path> ends = new ArrayList<>();
        for (int p = 0; p < field.partitions(); p++) {
            ends.add(newest(field, broker, new TopicPartition(field.topic(), p)));
        }
        return ends;
    }

    private static List<Path> segments(Field field, Node broker) throws IOException {
        List<Path> all = new ArrayList<>();
        for (int p = 0; p < field.partitions(); p++) {
            all.addAll(segments(field, broker, new TopicPartition(field.topic(), p)));
        }
        return all;
    }

    private static List<Path> segments(Field field, Node broker, TopicPartition partition)
            throws IOException {
        int id = field.cluster().brokers().indexOf(broker) + 1;
        Path folder = field.cluster().partition(id, partition.toString());
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".log")).toList();
        }
    }

    /** F31: a log ends somewhere inside its last batches. */
    static void tornTail(Field field) throws IOException {
        spoil(
                field,
                List.of(
                        (file, size) -> {
                            long cut = Math.min(size, 1 + field.random().nextInt(400));
                            file.truncate(size - cut);
                            return "cut " + cut + " bytes off";
                        }));
    }

    /** F32: behind the end of a log are zeros, noise, or a part of it again. */
    static void garbageTail(Field field) throws IOException {
        spoil(
                field,
                List.of(
                        (file, size) -> {
                            file.write(ByteBuffer.allocate(GARBAGE), size);
                            return "add zeros to";
                        },
                        (file, size) -> {
                            byte[] noise = new byte[GARBAGE];
                            field.random().nextBytes(noise);
                            file.write(ByteBuffer.wrap(noise), size);
                            return "add noise to";
                        },
                        (file, size) -> {
                            ByteBuffer again = ByteBuffer.allocate(GARBAGE);
                            file.read(again, 0);
                            file.write(again.flip(), size);
                            return "add its own first bytes to";
                        }));
    }

    /** What is done to the newest file of a log, in words. */
    @FunctionalInterface
    private interface Damage {
        String of(FileChannel file, long size) throws IOException;
    }

    private static void spoil(Field field, List<Damage> damages) throws IOException {
        field.inTurn(
                damages,
                damage -> {
                    Node broker = field.anyBroker();
                    ProcessAttacks.kill(field, broker);
                    for (int p = 0; p < field.partitions(); p++) {
                        Path newest = newest(field, broker, new TopicPartition(field.topic(), p));
                        try (FileChannel file =
                                FileChannel.open(
                                        newest,
                                        StandardOpenOption.READ,
                                        StandardOpenOption.WRITE)) {
                            field.mark(damage.of(file, file.size()) + " " + newest);
                        }
                    }
                    field.startAgain(broker);
                    field.settle();
                });
    }

    private static Path newest(Field field, Node broker, TopicPartition partition)
            throws IOException {
        return segments(field, broker, partition).stream()
                .max(Comparator.naturalOrder())
                .orElseThrow(() -> new IOException(partition + " holds no segment"));
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
