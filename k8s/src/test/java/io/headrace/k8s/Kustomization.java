package io.headrace.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The part of Kustomize that {@code k8s/} uses, so that the build needs no kubectl: whoever has one
 * has another version of it. Where there is a kubectl, {@link ManifestsTest} compares the two. What
 * it does not know it refuses.
 *
 * <p>It does not append a hash to the names of generated ConfigMaps.
 */
final class Kustomization {

    private static final Set<String> KNOWN =
            Set.of(
                    "apiVersion",
                    "kind",
                    "namespace",
                    "resources",
                    "components",
                    "patches",
                    "configMapGenerator");
    private static final Set<String> CLUSTER_WIDE =
            Set.of("Namespace", "ClusterRole", "ClusterRoleBinding");

    private Kustomization() {}

    /** All documents of the overlay, in the order in which they are named. */
    static List<Map<String, Object>> render(Path folder) {
        List<Map<String, Object>> documents = new ArrayList<>();
        applyTo(documents, folder);
        return documents;
    }

    /** The overlay with one more component. */
    static List<Map<String, Object>> render(Path folder, Path component) {
        List<Map<String, Object>> documents = render(folder);
        applyTo(documents, component);
        return documents;
    }

    private static void applyTo(List<Map<String, Object>> documents, Path folder) {
        Map<String, Object> wanted = documents(folder.resolve("kustomization.yaml")).getFirst();
        if (!KNOWN.containsAll(wanted.keySet())) {
            throw new IllegalArgumentException(folder + " uses more of Kustomize than is known");
        }
        for (Object each : list(wanted.get("resources"))) {
            Path path = folder.resolve((String) each).normalize();
            documents.addAll(Files.isDirectory(path) ? render(path) : documents(path));
        }
        for (Object each : list(wanted.get("configMapGenerator"))) {
            documents.add(configMap(folder, map(each)));
        }
        for (Object each : list(wanted.get("components"))) {
            applyTo(documents, folder.resolve((String) each).normalize());
        }
        for (Object each : list(wanted.get("patches"))) {
            patch(documents, map(each));
        }
        if (wanted.get("namespace") instanceof String namespace) {
            documents.forEach(document -> place(document, namespace));
        }
    }

    private static Map<String, Object> configMap(Path folder, Map<String, Object> wanted) {
        Map<String, Object> data = new TreeMap<>();
        for (Object file : list(wanted.get("files"))) {
            Path path = folder.resolve((String) file).normalize();
            data.put(path.getFileName().toString(), text(path));
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", wanted.get("name"));
        if (wanted.get("options") instanceof Map<?, ?> options && options.containsKey("labels")) {
            metadata.put("labels", options.get("labels"));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("apiVersion", "v1");
        result.put("kind", "ConfigMap");
        result.put("metadata", metadata);
        result.put("data", data);
        return result;
    }

    private static void place(Map<String, Object> document, String namespace) {
        if (!CLUSTER_WIDE.contains(document.get("kind"))) {
            map(document.get("metadata")).put("namespace", namespace);
        }
    }

    private static void patch(List<Map<String, Object>> documents, Map<String, Object> wanted) {
        Object patch = yaml().load((String) wanted.get("patch"));
        int count = 0;
        for (Map<String, Object> document : documents) {
            if (patch instanceof Map<?, ?> && isSame(document, map(patch))) {
                merge(document, map(patch));
                count++;
            } else if (patch instanceof List<?> steps
                    && document.get("kind").equals(map(wanted.get("target")).get("kind"))) {
                steps.forEach(step -> replace(document, map(step)));
                count++;
            }
        }
        if (count == 0) {
            throw new IllegalArgumentException("nothing to patch: " + patch);
        }
    }

    private static boolean isSame(Map<String, Object> document, Map<String, Object> patch) {
        return document.get("kind").equals(patch.get("kind")) && name(document).equals(name(patch));
    }

    /** A strategic merge: objects field by field, lists of named things by name, null removes. */
    private static void merge(Map<String, Object> target, Map<String, Object> patch) {
        patch.forEach(
                (key, value) -> {
                    Object old = target.get(key);
                    if (value == null) {
                        target.remove(key);
                    } else if (value instanceof Map<?, ?> && old instanceof Map<?, ?>) {
                        merge(map(old), map(value));
                    } else if (old instanceof List<?> && mergeKey(key, value) != null) {
                        target.put(key, merged(list(old), list(value), mergeKey(key, value)));
                    } else {
                        target.put(key, withoutNulls(value));
                    }
                });
    }

    private static List<Object> merged(List<Object> old, List<Object> patch, String mergeKey) {
        List<Object> result = new ArrayList<>(old);
        for (Object each : patch) {
            Object id = map(each).get(mergeKey);
            Map<String, Object> same = null;
            for (Object candidate : result) {
                if (id.equals(map(candidate).get(mergeKey))) {
                    same = map(candidate);
                }
            }
            if (same == null) {
                result.add(withoutNulls(each));
            } else {
                merge(same, map(each));
            }
        }
        return result;
    }

    private static String mergeKey(String field, Object value) {
        if (list(value).isEmpty() || !(list(value).getFirst() instanceof Map<?, ?>)) {
            return null;
        }
        return switch (field) {
            case "volumeMounts" -> "mountPath";
            case "ports" -> "containerPort";
            case "env", "containers", "initContainers", "volumes" -> "name";
            default -> null;
        };
    }

    private static Object withoutNulls(Object value) {
        if (value instanceof Map<?, ?>) {
            Map<String, Object> result = new LinkedHashMap<>();
            merge(result, map(value));
            return result;
        }
        return value;
    }

    private static void replace(Map<String, Object> document, Map<String, Object> step) {
        String path = (String) step.get("path");
        if (!"replace".equals(step.get("op"))) {
            throw new IllegalArgumentException("only replace is known: " + step);
        }
        Object parent = document;
        String[] names = path.substring(1).split("/", -1);
        for (int i = 0; i < names.length - 1; i++) {
            parent =
                    parent instanceof List<?> items
                            ? items.get(Integer.parseInt(names[i]))
                            : map(parent).get(names[i]);
        }
        if (map(parent).replace(names[names.length - 1], step.get("value")) == null) {
            throw new IllegalArgumentException("nothing to replace at " + path);
        }
    }

    static String name(Map<String, Object> document) {
        return (String) map(document.get("metadata")).get("name");
    }

    static List<Map<String, Object>> documents(Path file) {
        return parse(text(file));
    }

    static List<Map<String, Object>> parse(String text) {
        List<Map<String, Object>> result = new ArrayList<>();
        yaml().loadAll(text).forEach(each -> result.add(map(each)));
        return result;
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object value) {
        return value == null ? List.of() : (List<Object>) value;
    }
}
