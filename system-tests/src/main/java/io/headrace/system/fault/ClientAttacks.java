package io.headrace.system.fault;

import io.headrace.system.cluster.Waiting;
import io.headrace.system.load.Bystander;
import io.headrace.system.load.Load;
import io.headrace.system.load.Probes;
import io.headrace.system.machine.Program;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/** Clients that stand still (F8). */
final class ClientAttacks {

    private static final Duration JOIN_MAX = Duration.ofSeconds(40);
    private static final double BEYOND_SESSION = 13;
    private static final double AWAKE = 3;

    private ClientAttacks() {}

    /** What the member would send when it wakes up and is told nothing. */
    private static void commitOfTheDead(Field field, Path log) throws IOException {
        String[] words =
                Files.readAllLines(log).stream()
                        .filter(line -> line.startsWith(Bystander.OWNS))
                        .findFirst()
                        .orElseThrow()
                        .split(" ", -1);
        String group = Load.group(field.topic());
        try (Admin admin = field.clients().admin()) {
            Node coordinator =
                    Clients.answer(admin.describeConsumerGroups(List.of(group)).all())
                            .values()
                            .iterator()
                            .next()
                            .coordinator();
            Errors told =
                    Probes.commit(
                            new InetSocketAddress(coordinator.host(), coordinator.port()),
                            group,
                            words[1],
                            Integer.parseInt(words[2]),
                            new TopicPartition(field.topic(), 0),
                            0);
            field.mark("a commit in its name is answered with " + told);
            field.expect(
                    told == Errors.UNKNOWN_MEMBER_ID
                            || told == Errors.ILLEGAL_GENERATION
                            || told == Errors.FENCED_INSTANCE_ID,
                    "C12",
                    "the commit of a member that was given up is answered with " + told);
        }
    }

    /** F8: a member of the group stands still beyond its session, comes back, and dies. */
    static void standingMember(Field field) throws IOException {
        String name = "bystander";
        Path log = field.cluster().machine().folder().resolve(name + ".log");
        while (field.goesOn()) {
            Files.deleteIfExists(log);
            Program member =
                    field.cluster()
                            .machine()
                            .program(
                                    field.cluster().gateway().host(),
                                    name,
                                    List.of(
                                            Path.of(System.getProperty("java.home"), "bin", "java")
                                                    .toString(),
                                            "-XX:TieredStopAtLevel=1",
                                            "-Xmx96m",
                                            "-cp",
                                            System.getProperty("java.class.path"),
                                            Bystander.class.getName(),
                                            field.cluster().bootstrapServers(),
                                            Load.group(field.topic()),
                                            field.topic()));
            try {
                if (!Waiting.until(
                        JOIN_MAX, () -> Files.readString(log).contains(Bystander.OWNS))) {
                    field.wrong("C22", "a new member was given nothing within " + JOIN_MAX);
                    return;
                }
                field.mark("a member of the group stands still");
                member.pause();
                field.attacked();
                field.pause(BEYOND_SESSION);
                commitOfTheDead(field, log);
                member.goOn();
                field.mark("it goes on");
                field.pause(AWAKE);
            } finally {
                member.kill9();
            }
            field.mark("it is gone");
        }
    }
}
