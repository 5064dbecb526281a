package io.headrace.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The command line of {@link Bench}, parsed.
 *
 * @param names benches to run, in order
 * @param directory where files are written (and deleted again)
 * @param json file for the JSON lines; printed after the tables as well
 * @param only runs only the parts of a bench whose name contains this
 * @param server a running platform's {@code headrace.run}, or empty to start one
 * @param heap largest heap of a platform that a bench starts, as {@code -Xmx} takes it
 */
public record BenchOptions(
        List<String> names,
        Mode mode,
        Path directory,
        Optional<Path> json,
        String only,
        Optional<Path> server,
        String heap) {

    /** What was typed cannot be understood; the message is for the person who typed it. */
    public static final class UsageException extends Exception {

        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /** Options with everything at its default, for tests and nested runs. */
    public static BenchOptions of(Mode mode, Path directory) {
        return new BenchOptions(
                List.of(), mode, directory, Optional.empty(), "", Optional.empty(), "512m");
    }

    static BenchOptions parse(List<String> arguments) throws UsageException {
        List<String> names = new ArrayList<>();
        Map<String, String> values = new TreeMap<>();
        Mode mode = Mode.QUICK;
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            switch (word) {
                case "--smoke", "--quick", "--full" ->
                        mode = Mode.valueOf(word.substring(2).toUpperCase(Locale.ROOT));
                case "--dir", "--json", "--only", "--server", "--heap" -> {
                    if (++i == arguments.size()) {
                        throw new UsageException(word + " needs a value");
                    }
                    values.put(word, arguments.get(i));
                }
                default -> {
                    if (word.startsWith("-")) {
                        throw new UsageException(
                                "there is no option " + word + "; --help lists them");
                    }
                    names.add(word);
                }
            }
        }
        return new BenchOptions(
                List.copyOf(names),
                mode,
                Path.of(values.getOrDefault("--dir", System.getProperty("java.io.tmpdir"))),
                Optional.ofNullable(values.get("--json")).map(Path::of),
                values.getOrDefault("--only", ""),
                Optional.ofNullable(values.get("--server")).map(Path::of),
                values.getOrDefault("--heap", "512m"));
    }

    /** Whether the part is wanted. */
    public boolean wants(String part) {
        return part.contains(only);
    }
}
