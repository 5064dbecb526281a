package io.headrace.system.fault;

import io.headrace.system.cluster.Cluster;
import io.headrace.system.cluster.Node;
import io.headrace.system.load.Probes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/** Processes that die, stop and stand still (F1 to F7, F40, F49). */
final class ProcessAttacks {

    private static final double BEYOND_SESSION = 14;

    /** Session and election, with some room. */
    private static final double BEYOND_ELECTION = 20;

    private static final int STARVED_TURNS = 75; // of 0.2 s

    /**
     * Away, when its session ends. Not back, and so not away again: whoever has registered anew
     * leads nothing that others can lead for 30 s, which is longer than it is starved.
     */
    private static final int ELECTIONS_OF_STARVED = 1;

    private static final long PRODUCER = (1L << 40) + 6; // never handed out

    private ProcessAttacks() {}

    /** F1: the leader of the moment, again and again. */
    static void killLeader(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            kill(field, leader);
            field.awaitProgress("without " + leader);
            field.pauseAbout(1, 8);
            field.startAgain(leader);
            field.settle();
        }
    }

    /** F2: a follower, both admin-services, the coordinator of the group. */
    static void killTheOthers(Field field) throws IOException {
        while (field.goesOn()) {
            Node follower = field.brokersBut(field.leader()).getFirst();
            Quiet before = Quiet.before(field);
            kill(field, follower);
            field.awaitProgress("without " + follower);
            field.pauseAbout(1, 4);
            field.startAgain(follower);
            before.expectElectionsOnlyOf(follower);
            for (Node admin : field.cluster().admins()) {
                kill(field, admin);
                field.awaitProgress("without " + admin);
                field.pauseAbout(1, 8);
                field.startAgain(admin);
            }
            Node coordinator = field.leader("__consumer_offsets", field.random().nextInt(3));
            kill(field, coordinator);
            field.pauseAbout(1, 8);
            field.startAgain(coordinator);
            field.settle();
        }
    }

    /** F3: all brokers at once; they come back in any order. */
    static void killAll(Field field) throws IOException {
        while (field.goesOn()) {
            for (Node broker : field.cluster().brokers()) {
                kill(field, broker);
            }
            field.pauseAbout(0, 3);
            for (Node broker : field.brokersInAnyOrder()) {
                field.mark("start " + broker);
                broker.start();
                field.pauseAbout(0, 8);
            }
            awaitAll(field);
            field.settle();
        }
    }

    static void awaitAll(Field field) throws IOException {
        for (Node broker : field.cluster().brokers()) {
            field.awaitReady(broker);
        }
    }

    /** F4: one after the other, in order, as an upgrade does it. */
    static void restartInTurn(Field field) throws IOException {
        do {
            for (Node broker : field.cluster().brokers()) {
                field.mark("stop " + broker);
                int code = broker.stop();
                field.attacked();
                if (code != 0 && code != 143) {
                    field.wrong("C22", broker + " ended with " + code);
                }
                field.startAgain(broker);
                field.settle();
            }
        } while (field.goesOn());
    }

    /** F5: somebody every few seconds. */
    static void storm(Field field) throws IOException {
        while (field.goesOn()) {
            Node broker = field.anyBroker();
            if (broker.runs()) {
                kill(field, broker);
            }
            field.pauseAbout(2, 5);
            startWhoIsDown(field);
        }
        awaitAll(field);
        field.settle();
    }

    static void startWhoIsDown(Field field) throws IOException {
        for (Node each : field.cluster().brokers()) {
            if (!each.runs()) {
                field.mark("start " + each);
                each.start();
            }
        }
    }

    /** F6: the leader stands still, shorter and longer than its session. */
    static void pauseLeader(Field field) throws IOException {
        field.inTurn(
                List.of(25.0, 10.0, 1.0),
                seconds -> {
                    int partition = field.random().nextInt(field.partitions());
                    Node leader = field.leader(field.topic(), partition);
                    boolean isDeposed = field.isAlone() && seconds > BEYOND_ELECTION;
                    String own = isDeposed ? ledBy(field, leader) : "";
                    field.mark("pause " + leader + " for " + seconds + " s");
                    leader.pause();
                    field.attacked();
                    field.pause(seconds);
                    if (isDeposed) {
                        field.expect(
                                field.leader(field.topic(), partition) != leader,
                                "C22",
                                leader + " leads after " + seconds + " s without a word");
                        field.awaitProgress("while " + leader + " stood still");
                    }
                    leader.goOn();
                    field.mark(leader + " goes on");
                    if (isDeposed) {
                        expectRefusal(field, leader, own);
                    }
                    field.pauseAbout(2, 5);
                    field.settle();
                });
    }

    private static String ledBy(Field field, Node leader) throws IOException {
        List<Node> replicas = new ArrayList<>(field.brokersBut(leader));
        replicas.addFirst(leader);
        return field.clients().topicOn(replicas);
    }

    /** Whoever was deposed while it stood still acknowledges nothing in its old leader epoch. */
    private static void expectRefusal(Field field, Node deposed, String topic) throws IOException {
        Errors told;
        try {
            told =
                    Probes.produce(
                            new InetSocketAddress(deposed.host().address(), Cluster.KAFKA_PORT),
                            new TopicPartition(topic, 0),
                            PRODUCER,
                            (short) 0,
                            0);
        } catch (IOException e) {
            field.mark(deposed + " answers a produce with nothing: " + e);
            return;
        }
        field.mark(deposed + " answers a produce with " + told);
        field.expect(
                told != Errors.NONE || field.leader(topic, 0) == deposed,
                "C20",
                deposed + " acknowledged a record after it was deposed");
    }

    /** F7: each admin-service stands still for longer than its session, the controller first. */
    static void pauseController(Field field) throws IOException {
        field.inTurn(
                field.adminsInOrder(),
                admin -> {
                    field.mark("pause " + admin);
                    admin.pause();
                    field.attacked();
                    Node leader = field.leader();
                    kill(field, leader); // somebody must elect
                    field.pause(BEYOND_SESSION);
                    field.awaitProgress("without " + leader + ", while " + admin + " stood still");
                    admin.goOn();
                    field.mark(admin + " goes on");
                    field.startAgain(leader);
                    field.settle();
                });
    }

    /** F40: a broker and the admin-services stand still until ZooKeeper has given them up. */
    static void expire(Field field) throws IOException {
        List<Node> all = new ArrayList<>();
        all.add(field.leader());
        all.addAll(field.adminsInOrder());
        field.inTurn(
                all,
                node -> {
                    field.mark("pause " + node + " for " + BEYOND_SESSION + " s");
                    node.pause();
                    field.attacked();
                    field.pause(BEYOND_SESSION);
                    field.awaitProgress("while " + node + " stood still");
                    node.goOn();
                    field.mark(node + " goes on");
                    field.pauseAbout(1, 3);
                    field.settle();
                });
    }

    /** F49: the leader runs for 20 ms in each 200 ms. */
    static void starve(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            Quiet before = Quiet.before(field);
            starve(field, leader);
            before.expectElections(ELECTIONS_OF_STARVED);
            field.settle();
        }
    }

    static void starve(Field field, Node node) throws IOException {
        field.mark("a tenth of the time for " + node);
        for (int i = 0; i < STARVED_TURNS; i++) {
            node.pause();
            field.pause(0.18);
            node.goOn();
            field.pause(0.02);
        }
        field.attacked();
        field.mark(node + " has its time again");
    }

    static void pause(Field field, Node node, double seconds) throws IOException {
        field.mark("pause " + node + " for " + seconds + " s");
        node.pause();
        field.attacked();
        field.pause(seconds);
        node.goOn();
        field.mark(node + " goes on");
    }

    static void kill(Field field, Node node) throws IOException {
        field.mark("kill -9 " + node);
        node.kill9();
        field.attacked();
    }
}
