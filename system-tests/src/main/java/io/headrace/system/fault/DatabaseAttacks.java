package io.headrace.system.fault;

import io.headrace.system.cluster.AdminView;
import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The admin-services' database in trouble (F43). Records and topics do without it. */
final class DatabaseAttacks {

    private static final short COPIES = 3;
    private static final double AWAY = 8;
    private static final Duration CREATION_MAX = Duration.ofSeconds(10);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final Duration WRITTEN_MAX = Duration.ofSeconds(60);

    private enum Trouble {
        DEATH,
        PAUSE,
        STARVATION
    }

    private DatabaseAttacks() {}

    /** F43: it dies, stands still, and gets a tenth of its time; meanwhile topics are made. */
    static void trouble(Field field) throws IOException {
        Node database = field.cluster().database();
        List<String> made = new ArrayList<>();
        try (Admin admin = field.clients().admin()) {
            field.inTurn(
                    List.of(Trouble.values()),
                    trouble -> {
                        String name = field.topic() + "-audited-" + made.size();
                        made.add(name);
                        Quiet before = Quiet.before(field);
                        switch (trouble) {
                            case DEATH -> {
                                ProcessAttacks.kill(field, database);
                                make(field, admin, name);
                                refusesHistory(field);
                                field.pause(AWAY);
                                field.startAgain(database);
                            }
                            case PAUSE -> {
                                field.mark("pause " + database);
                                database.pause();
                                field.attacked();
                                make(field, admin, name);
                                refusesHistory(field);
                                field.pause(AWAY);
                                database.goOn();
                                field.mark(database + " goes on");
                            }
                            case STARVATION -> {
                                make(field, admin, name);
                                ProcessAttacks.starve(field, database);
                            }
                        }
                        before.expectElections(0);
                        before.expectProgress("while the database was in trouble");
                    });
        }
        for (String name : made) {
            if (!Waiting.until(WRITTEN_MAX, () -> isAudited(field, name))) {
                field.wrong("C22", "the audit log does not know that " + name + " was made");
            }
        }
        field.settle();
    }

    /** A change does not wait for the database. */
    private static void make(Field field, Admin admin, String name) throws IOException {
        long startNs = System.nanoTime();
        Clients.answer(admin.createTopics(List.of(new NewTopic(name, 1, COPIES))).all());
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        field.mark(name + " was made in " + ms + " ms");
        if (ms > CREATION_MAX.toMillis()) {
            field.wrong("C22", name + " waited " + ms + " ms for the database");
        }
    }

    /** What is only in the database is refused in time, and in words. */
    private static void refusesHistory(Field field) throws IOException {
        AdminView view = field.cluster().admin();
        for (Node admin : field.cluster().admins()) {
            try {
                int status = view.get(admin, "/audit", ANSWER_MAX).statusCode();
                field.mark(admin + " answers " + status + " without its database");
                if (status != 503) {
                    field.wrong("C22", admin + " answers " + status + " without its database");
                }
            } catch (HttpTimeoutException e) {
                field.wrong("C22", admin + " does not answer without its database");
            }
        }
    }

    private static boolean isAudited(Field field, String topic) throws IOException {
        Node admin = field.cluster().admins().getFirst();
        var answer = field.cluster().admin().get(admin, "/audit?resource=" + topic, ANSWER_MAX);
        return answer.statusCode() == 200 && answer.body().contains("\"" + topic + "\"");
    }
}
