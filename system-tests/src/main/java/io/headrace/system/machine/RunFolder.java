package io.headrace.system.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of one run: its logs, its history, and lists of what must be undone when it ends. An
 * entry is on the list before the thing exists.
 */
final class RunFolder {

    private static final String SCRIPT = "cleanup.sh";
    private static final int STARTED_FIELD = 19; // of those after the name in /proc/PID/stat

    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /** Also starts the watchdog. */
    static RunFolder create(Path path) throws IOException {
        Files.createDirectories(path);
        RunFolder folder = new RunFolder(path);
        try (InputStream script = RunFolder.class.getResourceAsStream(SCRIPT)) {
            if (script == null) {
                throw new IOException(SCRIPT + " is not on the class path");
            }
            Files.copy(script, path.resolve(SCRIPT), StandardCopyOption.REPLACE_EXISTING);
        }
        long own = ProcessHandle.current().pid();
        String started = started(own).orElseThrow();
        Files.writeString(path.resolve("owner"), own + " " + started + "\n");
        new ProcessBuilder("setsid", "sh", folder.script(), path.toString(), own + "", started)
                .redirectErrorStream(true)
                .redirectOutput(path.resolve("watchdog.log").toFile())
                .start();
        return folder;
    }

    Path path() {
        return path;
    }

    private String script() {
        return path.resolve(SCRIPT).toString();
    }

    synchronized void enter(String list, String entry) throws IOException {
        Files.writeString(
                path.resolve(list),
                entry + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    void enterProcess(long pid) throws IOException {
        Optional<String> started = started(pid);
        if (started.isPresent()) {
            enter("processes", pid + " " + started.get());
        }
    }

    /** Undoes everything; a second time does nothing. */
    void cleanUp() throws IOException {
        Command.run("sh", script(), path.toString());
    }

    /** Of runs whose process is gone. */
    static void cleanUpDeadRuns(Path runs) throws IOException {
        if (!Files.isDirectory(runs)) {
            return;
        }
        try (Stream<Path> all = Files.list(runs)) {
            for (Path run : all.toList()) {
                Path owner = run.resolve("owner");
                if (Files.exists(run.resolve("ended")) || !Files.exists(owner)) {
                    continue;
                }
                List<String> words = List.of(Files.readString(owner).strip().split(" ", -1));
                if (!started(Long.parseLong(words.get(0))).equals(Optional.of(words.get(1)))) {
                    new RunFolder(run).cleanUp();
                }
            }
        }
    }

    /** When a process started, in the kernel's ticks: with its id it names it for ever. */
    private static Optional<String> started(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return Optional.of(fields[STARTED_FIELD]);
        } catch (IOException e) {
            return Optional.empty(); // it is gone
        }
    }
}
