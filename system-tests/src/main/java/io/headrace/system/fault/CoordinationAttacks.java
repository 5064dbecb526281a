package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import java.io.IOException;
import java.util.List;

/** ZooKeeper in trouble (F38, F39). */
final class CoordinationAttacks {

    private CoordinationAttacks() {}

    /** F38: one of three dies or stands still. */
    static void one(Field field) throws IOException {
        while (field.goesOn()) {
            for (Node zooKeeper : field.cluster().zooKeepers()) {
                ProcessAttacks.kill(field, zooKeeper);
                field.pauseAbout(2, 6);
                field.startAgain(zooKeeper);
                field.pause(3);
                ProcessAttacks.pause(field, zooKeeper, 8);
                field.pause(3);
            }
        }
        field.settle();
    }

    /** F39: no majority for a while. */
    static void quorum(Field field) throws IOException {
        while (field.goesOn()) {
            List<Node> two = field.cluster().zooKeepers().subList(0, 2);
            for (Node each : two) {
                ProcessAttacks.kill(field, each);
            }
            field.pauseAbout(15, 25);
            for (Node each : two) {
                field.startAgain(each);
            }
            field.pause(5);
            field.settle();
        }
    }
}
