package io.headrace.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** {@code compose.yml} as compose reads it, with the defaults of its variables filled in. */
@SuppressWarnings("unchecked") // YAML has no types; the tests say what they expect
record Compose(Map<String, Object> file) {

    static final Path FOLDER = Path.of("").toAbsolutePath();

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{[A-Z_]+:-([^}]*)}");

    static Compose read() {
        try {
            String text = Files.readString(FOLDER.resolve("compose.yml"));
            return new Compose(new Yaml().load(VARIABLE.matcher(text).replaceAll("$1")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, Map<String, Object>> services() {
        return (Map<String, Map<String, Object>>) file.get("services");
    }

    Set<String> volumes() {
        return ((Map<String, Object>) file.get("volumes")).keySet();
    }

    /** Those of our own images, by name. */
    Map<String, Map<String, Object>> own() {
        Map<String, Map<String, Object>> result = new TreeMap<>();
        services()
                .forEach(
                        (name, service) -> {
                            if (service.containsKey("build")) {
                                result.put(name, service);
                            }
                        });
        return result;
    }

    static Map<String, Object> environment(Map<String, Object> service) {
        return (Map<String, Object>) service.getOrDefault("environment", Map.of());
    }

    static Map<String, Object> build(Map<String, Object> service) {
        return (Map<String, Object>) service.get("build");
    }

    static List<String> strings(Map<String, Object> service, String key) {
        return (List<String>) service.getOrDefault(key, List.of());
    }

    /** Container ports that are open to the host. */
    static Stream<Integer> published(Map<String, Object> service) {
        return strings(service, "ports").stream()
                .map(port -> Integer.valueOf(port.substring(port.lastIndexOf(':') + 1)));
    }
}
