package io.headrace.system.fault;

import io.headrace.model.coordination.ZkPaths;
import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** ZooKeeper in trouble (F38, F39, F42). */
final class CoordinationAttacks {

    private static final String DATA = "version-2";
    private static final String KEPT = "kept";
    private static final double WITHOUT_DATA = 15;
    private static final double WITHOUT_TOPIC = 8;
    private static final int LOST_BYTES = 2_000_000;
    private static final int SESSION_MS = 10_000;
    private static final Duration READ_MAX = Duration.ofMinutes(1);
    private static final double NOTICED = 7;
    private static final Duration REFUSED_MAX = Duration.ofSeconds(10);

    private CoordinationAttacks() {}

    /** F38: one of three dies or stands still. */
    static void one(Field field) throws IOException {
        while (field.goesOn()) {
            for (Node zooKeeper : field.cluster().zooKeepers()) {
                Quiet before = Quiet.before(field);
                ProcessAttacks.kill(field, zooKeeper);
                field.pauseAbout(2, 6);
                field.startAgain(zooKeeper);
                field.pause(3);
                ProcessAttacks.pause(field, zooKeeper, 8);
                field.pause(3);
                before.expectElections(0);
                before.expectProgress("with two of three ZooKeepers");
            }
        }
        field.settle();
    }

    /**
     * F42: what ZooKeeper knows of a topic is gone, and comes back; then ZooKeeper comes back with
     * nothing, and later with all that it had.
     */
    static void lostData(Field field) throws IOException {
        if (field.isAlone()) {
            lostTopic(field);
        }
        List<Node> all = field.cluster().zooKeepers();
        do {
            for (Node each : all) {
                ProcessAttacks.kill(field, each);
                Files.move(data(field, each, DATA), data(field, each, KEPT));
            }
            field.mark("ZooKeeper has lost everything");
            startAll(field, all);
            field.pause(WITHOUT_DATA);
            expectRecords(field, field.topic(), field.partitions());
            for (Node each : all) {
                ProcessAttacks.kill(field, each);
                try (Stream<Path> files = Files.walk(data(field, each, DATA))) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
                Files.move(data(field, each, KEPT), data(field, each, DATA));
            }
            field.mark("ZooKeeper has everything again");
            startAll(field, all);
            field.settle();
        } while (field.goesOn());
    }

    private static void lostTopic(Field field) throws IOException {
        String topic = field.topic() + "-lost";
        TopicAttacks.fill(field, topic, LOST_BYTES);
        int count = TopicAttacks.readAll(field, topic, Long.MAX_VALUE).size();
        try {
            ZooKeeper zooKeeper =
                    new ZooKeeper(
                            field.cluster().zooKeeperConnect(),
                            SESSION_MS,
                            event -> field.note("ZooKeeper: " + event.getState()));
            try {
                byte[] known = zooKeeper.getData(ZkPaths.topic(topic), false, null);
                byte[] states = zooKeeper.getData(ZkPaths.states(topic), false, null);
                zooKeeper.delete(ZkPaths.states(topic), -1);
                zooKeeper.delete(ZkPaths.topic(topic), -1);
                field.note("ZooKeeper knows nothing of " + topic);
                field.pause(WITHOUT_TOPIC);
                expectRecords(field, topic, 1);
                expectAlarm(field);
                for (boolean isTopic : new boolean[] {true, false}) {
                    zooKeeper.create(
                            isTopic ? ZkPaths.topic(topic) : ZkPaths.states(topic),
                            isTopic ? known : states,
                            ZooDefs.Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT);
                }
                field.note("ZooKeeper knows " + topic + " again");
            } finally {
                zooKeeper.close();
            }
        } catch (KeeperException e) {
            throw new IOException("ZooKeeper: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        field.expect(
                Waiting.until(
                        READ_MAX,
                        () -> TopicAttacks.readAll(field, topic, Long.MAX_VALUE).size() == count),
                "C1",
                topic + " does not hold what it held before its metadata were away");
    }

    /** Metadata that are not there are no reason to delete anything. */
    private static void expectRecords(Field field, String topic, int partitions) {
        for (int id = 1; id <= field.cluster().brokers().size(); id++) {
            for (int p = 0; p < partitions; p++) {
                String partition = topic + "-" + p;
                field.expect(
                        Files.isDirectory(field.cluster().partition(id, partition)),
                        "C1",
                        "broker " + id + " has given up " + partition + " for want of metadata");
            }
        }
    }

    /** Files that nothing explains are told to the operator. */
    private static void expectAlarm(Field field) throws IOException {
        for (Node broker : field.cluster().brokers()) {
            String health = broker.get("/actuator/health").body();
            field.expect(
                    health.contains("strayReplicas") && !health.contains("\"strayReplicas\":[]"),
                    "C22",
                    broker + " does not say that it holds files without metadata");
        }
    }

    private static Path data(Field field, Node zooKeeper, String name) {
        return field.cluster().machine().folder().resolve(zooKeeper.name()).resolve(name);
    }

    private static void startAll(Field field, List<Node> all) throws IOException {
        for (Node each : all) {
            field.mark("start " + each);
            each.start();
        }
        for (Node each : all) {
            field.awaitReady(each);
        }
    }

    /**
     * F39: no majority for a while. What the controller would have to write is refused soon, and
     * when the majority is back, everybody leads what it led.
     */
    static void quorum(Field field) throws IOException {
        while (field.goesOn()) {
            List<Node> two = field.cluster().zooKeepers().subList(0, 2);
            Map<TopicPartition, Integer> before =
                    field.isAlone() ? field.clients().leaderEpochs() : Map.of();
            for (Node each : two) {
                ProcessAttacks.kill(field, each);
            }
            field.pause(NOTICED);
            if (field.isAlone()) {
                refusesTopics(field);
            }
            Quiet without = Quiet.before(field);
            field.pauseAbout(8, 18);
            without.expectProgress("while ZooKeeper was away");
            for (Node each : two) {
                field.startAgain(each);
            }
            field.pause(5);
            field.settle();
            Map<TopicPartition, Integer> after =
                    field.isAlone() ? field.clients().leaderEpochs() : Map.of();
            field.expect(
                    after.equals(before),
                    "C20",
                    "elections without need: leader epochs " + before + ", then " + after);
        }
    }

    private static void refusesTopics(Field field) throws IOException {
        for (Node admin : field.cluster().admins()) {
            String body =
                    """
                    {"topic_name":"%s-refused","partitions_count":1,"replication_factor":3}"""
                            .formatted(field.topic());
            try {
                int status =
                        field.cluster()
                                .admin()
                                .post(admin, "/topics", body, REFUSED_MAX)
                                .statusCode();
                field.mark(admin + " answers " + status + " without a majority");
                field.expect(
                        status == 503, "C22", admin + " answers " + status + " without ZooKeeper");
            } catch (HttpTimeoutException e) {
                field.wrong("C22", admin + " does not answer without ZooKeeper");
            }
        }
    }
}
