package io.headrace.system.fault;

import io.headrace.system.cluster.Waiting;
import io.headrace.system.load.Bystander;
import io.headrace.system.load.Load;
import io.headrace.system.machine.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Clients that stand still (F8). */
final class ClientAttacks {

    private static final Duration JOIN_MAX = Duration.ofSeconds(40);
    private static final double BEYOND_SESSION = 13;
    private static final double AWAKE = 3;

    private ClientAttacks() {}

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
                field.pause(BEYOND_SESSION);
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
