package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** Disks that are full or damaged (F21, F33, F34). */
final class DiskAttacks {

    private static final int CHUNK = 1 << 20;

    /** Two rounds of the scrubbers. */
    private static final double SCRUBBED = 15;

    private static final Duration TAKEN_MAX = Duration.ofSeconds(20);
    private static final Duration REFUSED_MAX = Duration.ofSeconds(10);
    private static final String CHECKPOINT = "-offset-checkpoint";
    private static final String IDENTITY = "meta.properties";
    private static final Duration FOREIGN_MAX = Duration.ofSeconds(45);
    private static final Duration REPAIR_MAX = Duration.ofSeconds(30);

    private DiskAttacks() {}

    /** F21: no space is left on the disk of a leader, for a while. */
    static void full(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            Path filler = leader.disk().path().resolve("filler");
            String alone = field.isAlone() ? field.clients().topicAt(leader) : "";
            Node other = field.brokersBut(leader).getFirst();
            String elsewhere = field.isAlone() ? field.clients().topicAt(other) : "";
            field.mark("no space left at " + leader);
            try {
                fill(filler);
                field.attacked();
                if (field.isAlone()) {
                    refuses(field, alone);
                    field.expect(
                            field.clients().readFromStart(2) > 0,
                            "C22",
                            leader + ": nothing could be read while it was full");
                    String told = field.clients().refusal(elsewhere);
                    field.expect(
                            told.isEmpty(),
                            "C22",
                            other + " has space, and tells a producer: " + told);
                }
                field.pauseAbout(10, 20);
            } finally {
                Files.deleteIfExists(filler);
            }
            field.mark("space again at " + leader);
            if (field.isAlone()) {
                field.expect(
                        Waiting.until(TAKEN_MAX, () -> field.clients().refusal(alone).isEmpty()),
                        "C22",
                        leader + " takes nothing " + TAKEN_MAX + " after space returned");
            }
            field.pause(5);
            if (!leader.runs()) {
                field.wrong("C22", leader + " ended when its disk was full");
                field.startAgain(leader);
            }
            field.settle();
        }
    }

    /** What cannot be stored is refused soon, in a word that clients know. */
    private static void refuses(Field field, String topic) throws IOException {
        String[] told = {""};
        boolean isRefused =
                Waiting.until(
                        REFUSED_MAX,
                        () -> {
                            told[0] = field.clients().refusal(topic);
                            return !told[0].isEmpty();
                        });
        field.mark("a producer is told " + told[0]);
        field.expect(
                isRefused && told[0].equals("KafkaStorageException"),
                "C22",
                "of a full disk a producer is told: " + told[0]);
    }

    private static void fill(Path filler) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (FileChannel file =
                FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (true) {
                chunk.clear();
                file.write(chunk);
            }
        } catch (IOException full) {
            if (Files.size(filler) == 0) {
                throw full;
            }
        }
    }

    /**
     * F33: bits of files of a broker change while it is down. Where all of its files have changed
     * it copies the partition anew, so what becomes of damaged records is seen when only they have.
     */
    static void flipBits(Field field) throws IOException {
        changeFiles(field, file -> flip(field, file));
        field.pause(SCRUBBED);
        expectRepair(field);
    }

    static void expectRepair(Field field) throws IOException {
        for (Node broker : field.isAlone() ? field.cluster().brokers() : List.<Node>of()) {
            field.expect(
                    Waiting.until(REPAIR_MAX, () -> damaged(broker) == 0),
                    "C22",
                    broker + " holds damaged segments that nobody repaired");
        }
    }

    private static double damaged(Node broker) throws IOException {
        return broker.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith("headrace_broker_damaged_segments"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow(() -> new IOException("no such series"));
    }

    private static List<Path> files(Field field, Node broker, TopicPartition partition)
            throws IOException {
        int id = field.cluster().brokers().indexOf(broker) + 1;
        Path folder = field.cluster().partition(id, partition.toString());
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void flip(Field field, Path path) throws IOException {
        try (FileChannel file =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (file.size() == 0) {
                return;
            }
            long at = field.random().nextLong(file.size());
            ByteBuffer one = ByteBuffer.allocate(1);
            file.read(one, at);
            one.put(0, (byte) (one.get(0) ^ (1 << field.random().nextInt(8))));
            file.write(one.flip(), at);
            field.mark("flip a bit of " + path + " at " + at);
        }
    }

    private enum Kind {
        INDEXES("index"),
        SEGMENTS(".log"),
        EVERYTHING("");

        private final String end;

        Kind(String end) {
            this.end = end;
        }
    }

    /** What is done to a file of a broker that is down. */
    @FunctionalInterface
    private interface Change {
        void to(Path file) throws IOException;
    }

    /** Of any partition of any broker, one kind of files after the other. */
    private static void changeFiles(Field field, Change change) throws IOException {
        field.inTurn(
                List.of(Kind.values()),
                kind -> {
                    Node broker = field.anyBroker();
                    TopicPartition partition = field.anyPartition();
                    ProcessAttacks.kill(field, broker);
                    for (Path file : files(field, broker, partition)) {
                        if (file.toString().endsWith(kind.end)) {
                            change.to(file);
                        }
                    }
                    field.startAgain(broker);
                    field.settle();
                });
    }

    /** F34: files are missing, or all of them, or the directory is another broker's. */
    static void loseFiles(Field field) throws IOException {
        changeFiles(field, file -> delete(field, file));
        if (field.isAlone()) {
            loseCheckpoints(field);
            foreignDirectory(field);
        }
    }

    private static void delete(Field field, Path file) throws IOException {
        Files.delete(file);
        field.mark("delete " + file);
    }

    /** What is written down of all partitions is gone: more is recovered, less is trusted. */
    private static void loseCheckpoints(Field field) throws IOException {
        Node broker = field.anyBroker();
        ProcessAttacks.kill(field, broker);
        try (Stream<Path> all = Files.list(data(broker))) {
            for (Path file : all.filter(each -> each.toString().endsWith(CHECKPOINT)).toList()) {
                delete(field, file);
            }
        }
        field.startAgain(broker);
        field.settle();
    }

    /** A broker whose directory says that it is another one's must not serve it. */
    private static void foreignDirectory(Field field) throws IOException {
        Node broker = field.anyBroker();
        Path own = data(broker).resolve(IDENTITY);
        Path kept = data(broker).resolveSibling(IDENTITY);
        ProcessAttacks.kill(field, broker);
        Files.copy(own, kept, StandardCopyOption.REPLACE_EXISTING);
        Node other = field.brokersBut(broker).getFirst();
        Files.copy(data(other).resolve(IDENTITY), own, StandardCopyOption.REPLACE_EXISTING);
        field.mark("the directory of " + broker + " says that it is that of " + other);
        broker.start();
        broker.mayEnd();
        field.expect(
                Waiting.until(FOREIGN_MAX, () -> !broker.runs()),
                "C22",
                broker + " runs on the directory of " + other);
        if (broker.runs()) {
            ProcessAttacks.kill(field, broker);
        }
        Files.move(kept, own, StandardCopyOption.REPLACE_EXISTING);
        field.startAgain(broker);
        field.settle();
    }

    private static Path data(Node broker) {
        return broker.disk().path().resolve("data");
    }
}
