package io.headrace.standalone;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which process listens on a TCP port of this machine, as far as Linux lets us see it.
 *
 * <p>Source: proc(5), {@code /proc/net/tcp}: field 2 is the local address as {@code HEX:PORT},
 * field 4 the state (0A = listening), field 10 the inode of the socket.
 */
final class PortHolder {

    private static final String LISTENING = "0A";

    private PortHolder() {}

    /** For example {@code pid 4711 (nginx)}; empty when it cannot be found out. */
    static Optional<String> of(int port) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            sockets.addAll(listeningSockets(Path.of(table), port));
        }
        return sockets.isEmpty() ? Optional.empty() : processWith(sockets);
    }

    private static Set<String> listeningSockets(Path table, int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        Set<String> found = new HashSet<>();
        try {
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 9
                        && fields[1].endsWith(suffix)
                        && fields[3].equals(LISTENING)) {
                    found.add("socket:[" + fields[9] + "]");
                }
            }
        } catch (IOException e) {
            return Set.of(); // not Linux: the sentence does without the process
        }
        return found;
    }

    private static Optional<String> processWith(Set<String> sockets) {
        return ProcessHandle.allProcesses()
                .filter(process -> holds(process.pid(), sockets))
                .findFirst()
                .map(process -> "pid " + process.pid() + program(process.pid()));
    }

    private static boolean holds(long pid, Set<String> sockets) {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : files) {
                if (Files.isSymbolicLink(file)
                        && sockets.contains(Files.readSymbolicLink(file).toString())) {
                    return true;
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return false; // another user's process, or one that ended meanwhile
        }
        return false;
    }

    private static String program(long pid) {
        try {
            return " ("
                    + Files.readString(Path.of("/proc", Long.toString(pid), "comm")).strip()
                    + ")";
        } catch (IOException e) {
            return "";
        }
    }
}
