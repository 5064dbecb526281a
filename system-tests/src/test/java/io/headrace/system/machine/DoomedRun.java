package io.headrace.system.machine;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A run that makes one of everything and waits to be killed. */
public final class DoomedRun {

    /** What it says when all is there. */
    static final String READY = "everything is there";

    private static final long DISK_BYTES = 8L << 20;
    private static final List<String> SLEEP = List.of("sleep", "600");

    private DoomedRun() {}

    /** Folder of the folders of all runs, name of this one. */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Machine machine = Machine.create(Path.of(arguments[0]), arguments[1])) {
            Host host = machine.host("one");
            host.treatFrom(machine.ownAddress(), "-j", "DROP");
            machine.disk("one", DISK_BYTES);
            ControlGroup group = machine.controlGroup(ControlGroup.Resource.THREADS);
            Program listed = machine.program(host, "listed", SLEEP);
            group.take(listed.pid());
            listed.pause();
            unlisted(host);
            out.println(READY);
            new CountDownLatch(1).await();
        }
    }

    /** As if it had been killed between the start and the entry in the list. */
    private static void unlisted(Host host) throws IOException {
        new ProcessBuilder(host.inside(SLEEP)).inheritIO().start();
    }
}
