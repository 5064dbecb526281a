package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Brokers whose disks lose what was not synced (F28 to F30). */
final class PowerAttacks {

    private static final Duration SHRINK = Duration.ofSeconds(30);

    private PowerAttacks() {}

    /** F28: the leader of the moment. */
    static void one(Field field) throws IOException {
        while (field.goesOn()) {
            Node leader = field.leader();
            off(field, leader);
            field.awaitProgress("without " + leader);
            field.pauseAbout(0, 8);
            field.startAgain(leader);
            field.settle();
        }
    }

    /** F29: all brokers in the same moment. */
    static void all(Field field) throws IOException {
        while (field.goesOn()) {
            field.mark("power loss of all brokers");
            for (Node broker : field.cluster().brokers()) {
                broker.powerOff();
            }
            for (Node broker : field.cluster().brokers()) {
                broker.losePower();
            }
            field.attacked();
            for (Node broker : field.brokersInAnyOrder()) {
                broker.start();
                field.pauseAbout(0, 5);
            }
            ProcessAttacks.awaitAll(field);
            field.settle();
        }
    }

    /** F30: two are cut off one after the other, then the third loses power, then all is well. */
    static void lastReplicaStanding(Field field) throws IOException {
        while (field.goesOn()) {
            List<Node> brokers = field.brokersInAnyOrder();
            for (Node away : brokers.subList(0, 2)) {
                field.mark("isolate " + away);
                field.cut(away, field.brokersBut(away));
                field.cut(away, field.coordination());
                field.expect(
                        field.awaitOut(away, SHRINK),
                        "INCOMPLETE",
                        away + " is still in sync, and so nobody is the last one");
                field.pauseAbout(1, 4);
            }
            off(field, brokers.getLast());
            field.pauseAbout(1, 4);
            field.healNetwork();
            field.startAgain(brokers.getLast());
            field.settle();
        }
    }

    static void off(Field field, Node broker) throws IOException {
        field.mark("power loss of " + broker);
        broker.losePower();
        field.attacked();
    }
}
