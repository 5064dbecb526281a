package io.headrace.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines of a real log file of this machine, each with a number in front, repeated until there are
 * enough. Where there is no package log, a text that every JDK brings is used instead.
 */
final class RealLines {

    private RealLines() {}

    static List<String> numbered(int count) {
        List<String> source = source();
        List<String> lines = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            lines.add(i + " " + source.get(i % source.size()));
        }
        return lines;
    }

    private static List<String> source() {
        List<Path> candidates =
                List.of(
                        Path.of("/var/log/dpkg.log"),
                        Path.of("/var/lib/dpkg/status"),
                        Path.of(System.getProperty("java.home"), "lib", "classlist"),
                        Path.of(System.getProperty("java.home"), "release"));
        for (Path file : candidates) {
            if (Files.isReadable(file) && Files.isRegularFile(file)) {
                List<String> lines = lines(file);
                if (!lines.isEmpty()) {
                    System.out.println("lines of " + file + ": " + lines.size());
                    return lines;
                }
            }
        }
        throw new AssertionError("none of these can be read: " + candidates);
    }

    private static List<String> lines(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
