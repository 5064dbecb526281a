package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** ZooKeeper in trouble (F38, F39, F42). */
final class CoordinationAttacks {

    private static final String DATA = "version-2";
    private static final String KEPT = "kept";
    private static final double WITHOUT_DATA = 15;

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

    /** F42: ZooKeeper comes back with nothing, and later with all that it had. */
    static void lostData(Field field) throws IOException {
        List<Node> all = field.cluster().zooKeepers();
        while (field.goesOn()) {
            for (Node each : all) {
                ProcessAttacks.kill(field, each);
                Files.move(data(field, each, DATA), data(field, each, KEPT));
            }
            field.mark("ZooKeeper has lost everything");
            startAll(field, all);
            field.pause(WITHOUT_DATA);
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
