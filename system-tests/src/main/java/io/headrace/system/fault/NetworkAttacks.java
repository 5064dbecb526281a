package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Networks that lose packets between some and not between others (F9 to F18). */
final class NetworkAttacks {

    private static final double LENGTH = 15;
    private static final Duration LAG_MAX = Duration.ofSeconds(40);
    private static final int FLAPS = 4;

    private NetworkAttacks() {}

    /** What is done to a leader. */
    @FunctionalInterface
    private interface Cut {
        void of(Field field, Node leader) throws IOException;
    }

    private static void again(Field field, String what, Cut cut) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            field.mark(what + ": " + leader);
            cut.of(field, leader);
            field.pauseAbout(LENGTH * 0.7, LENGTH * 1.3);
            field.awaitProgress("while " + leader + " was " + what);
            field.healNetwork();
            field.settle();
        }
    }

    /** F9: the leader and its clients against all others. */
    static void isolateLeader(Field field) throws IOException {
        again(field, "isolated from all but clients", (f, leader) -> f.cut(leader, all(f, leader)));
    }

    /** F10. */
    static void isolateFromCoordination(Field field) throws IOException {
        again(
                field,
                "isolated from ZooKeeper and controller",
                (f, leader) -> f.cut(leader, f.coordination()));
    }

    /**
     * F11: the ISR shrinks to the leader, which keeps its partitions and refuses what needs two
     * copies, in a word that says so.
     */
    static void isolateFromFollowers(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            Quiet before = Quiet.before(field);
            List<Node> replicas = new ArrayList<>(field.brokersBut(leader));
            replicas.addFirst(leader);
            String own =
                    field.isAlone()
                            ? field.clients().topicOn(replicas, Map.of("min.insync.replicas", "2"))
                            : "";
            field.mark("isolated from its followers: " + leader);
            field.cut(leader, field.brokersBut(leader));
            if (field.isAlone()) {
                expectTooFewReplicas(field, own);
            }
            field.pauseAbout(LENGTH * 0.7, LENGTH * 1.3);
            before.expectElections(0);
            field.healNetwork();
            field.settle();
        }
    }

    private static void expectTooFewReplicas(Field field, String topic) throws IOException {
        String[] told = {""};
        boolean isTold =
                Waiting.until(
                        LAG_MAX,
                        () -> {
                            told[0] = field.clients().refusal(topic);
                            return told[0].equals("NotEnoughReplicasException");
                        });
        field.note("a producer of two copies is told " + told[0]);
        field.expect(
                isTold, "C22", "where one of two copies is missing a producer is told " + told[0]);
    }

    /** F12: it hears and cannot speak, or speaks and cannot hear. */
    static void oneWay(Field field) throws IOException {
        field.inTurn(
                List.of(true, false),
                isMute -> {
                    Node leader = field.leader();
                    field.mark(leader + (isMute ? " cannot speak" : " cannot hear"));
                    for (Node other : all(field, leader)) {
                        Node receiver = isMute ? other : leader;
                        Node sender = isMute ? leader : other;
                        receiver.host().treatFrom(sender.host().address(), "-j", "DROP");
                    }
                    field.attacked();
                    field.pauseAbout(LENGTH * 0.7, LENGTH * 1.3);
                    field.awaitProgress("while " + leader + " was cut off in one direction");
                    field.healNetwork();
                    field.settle();
                });
    }

    /**
     * F13: connections stand, and no data comes through, from clients neither. Nobody takes over
     * within the attack: ZooKeeper hears such a leader connect, until that stops by itself.
     */
    static void halfOpen(Field field) throws IOException {
        field.inTurn(
                List.of(false, true),
                isAtProxies -> {
                    Node leader = field.leader();
                    field.mark("half-open" + (isAtProxies ? " at proxies: " : ": ") + leader);
                    if (isAtProxies) {
                        ProxyAttacks.halfOpen(field, leader);
                    } else {
                        dropPushes(field, leader);
                    }
                    field.attacked();
                    field.pauseAbout(LENGTH * 0.7, LENGTH * 1.3);
                    field.healNetwork();
                    field.settle();
                });
    }

    private static void dropPushes(Field field, Node leader) throws IOException {
        for (String peer : peers(field, leader)) {
            leader.host().treatFrom(peer, "-p", "tcp", "--tcp-flags", "PSH", "PSH", "-j", "DROP");
        }
    }

    /** F14: every second all its connections are reset, or none. */
    static void resetStorm(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            field.mark("resets at " + leader);
            for (int i = 0; i < LENGTH; i++) {
                for (String peer : peers(field, leader)) {
                    leader.host()
                            .treatFrom(
                                    peer,
                                    "-p",
                                    "tcp",
                                    "-j",
                                    "REJECT",
                                    "--reject-with",
                                    "tcp-reset");
                }
                field.attacked();
                field.pause(0.5);
                leader.host().heal();
                field.pause(0.5);
            }
            field.healNetwork();
            field.settle();
        }
    }

    /** F15: a ring in which each broker loses one other. */
    static void ring(Field field) throws IOException {
        while (field.goesOn()) {
            List<Node> brokers = field.brokersInAnyOrder();
            field.mark("no packets between " + brokers.get(0) + " and " + brokers.get(1));
            field.cut(brokers.get(0), List.of(brokers.get(1)));
            field.pause(LENGTH);
            field.awaitProgress("while two brokers were without each other");
            field.healNetwork();
            field.settle();
        }
    }

    /** F16: everybody loses some of the packets. */
    static void loss(Field field) throws IOException {
        field.inTurn(
                List.of("0.05", "0.20"),
                share -> {
                    field.mark("loss " + share);
                    for (Node broker : field.cluster().brokers()) {
                        broker.host()
                                .treatFrom(
                                        "198.18.0.0/16",
                                        "-m",
                                        "statistic",
                                        "--mode",
                                        "random",
                                        "--probability",
                                        share,
                                        "-j",
                                        "DROP");
                    }
                    field.attacked();
                    field.pause(LENGTH);
                    field.awaitProgress("with " + share + " of the packets lost");
                    field.healNetwork();
                    field.settle();
                });
    }

    /** F18: a follower hears and speaks so slowly that it falls behind; then it catches up. */
    static void narrow(Field field) throws IOException {
        do {
            Node follower = field.brokersBut(field.leader()).getFirst();
            Quiet before = Quiet.before(field);
            field.mark("64 kbit/s both ways at " + follower);
            try {
                follower.host().limitRate(64_000);
                if (field.awaitAnyOut(follower, LAG_MAX)) {
                    field.attacked();
                } else {
                    field.wrong("C22", follower + " is in sync everywhere at 64 kbit/s");
                }
                field.pause(2);
            } finally {
                follower.host().limitRate(0);
            }
            field.mark(follower + " is fast again");
            field.healNetwork();
            field.settle();
            before.expectShrinkAndExpansion(follower + ", which was slow,");
        } while (field.goesOn());
    }

    /**
     * F41: the way to ZooKeeper comes and goes, of the admin-services, the controller first, and of
     * a broker. Whoever is the controller then, no partition needs another leader for it.
     */
    static void flapping(Field field) throws IOException {
        List<Node> nodes = new ArrayList<>(field.adminsInOrder());
        nodes.add(field.leader());
        field.inTurn(
                nodes,
                node -> {
                    Quiet before = Quiet.before(field);
                    field.mark("ZooKeeper comes and goes for " + node);
                    for (int i = 0; i < FLAPS; i++) {
                        field.cut(node, field.cluster().zooKeepers());
                        field.pauseAbout(0.5, 3);
                        field.healNetwork();
                        field.pauseAbout(0.5, 3);
                    }
                    if (field.cluster().admins().contains(node)) {
                        before.expectElections(0);
                    }
                    before.expectProgress("while ZooKeeper came and went for " + node);
                    field.settle();
                });
    }

    private static List<Node> all(Field field, Node but) {
        List<Node> nodes = new ArrayList<>(field.coordination());
        nodes.addAll(field.brokersBut(but));
        nodes.add(field.cluster().gateway());
        return nodes;
    }

    private static List<String> peers(Field field, Node of) {
        List<String> peers =
                new ArrayList<>(
                        all(field, of).stream().map(each -> each.host().address()).toList());
        peers.add(field.cluster().machine().ownAddress());
        return peers;
    }
}
