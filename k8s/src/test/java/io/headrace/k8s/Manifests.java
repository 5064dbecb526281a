package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An overlay as typed resources. */
record Manifests(String name, List<HasMetadata> resources) {

    /** The folder {@code k8s/} of the project; tests start in it. */
    static final Path FOLDER = Path.of("").toAbsolutePath();

    static final List<String> OVERLAYS =
            List.of("single", "single-port-forward", "ha", "ha-outside", "monitoring");
    private static final KubernetesSerialization MAPPER = new KubernetesSerialization();

    /** A pod of the platform, with what manages it. */
    record Workload(HasMetadata owner, PodTemplateSpec template) {

        /** broker, admin, gateway or zookeeper. */
        String part() {
            return labels().get("app.kubernetes.io/component");
        }

        Map<String, String> labels() {
            return template.getMetadata().getLabels();
        }

        Container container() {
            return template.getSpec().getContainers().getFirst();
        }

        List<Container> containers() {
            List<Container> all = new ArrayList<>(template.getSpec().getContainers());
            all.addAll(template.getSpec().getInitContainers());
            return all;
        }

        @Override
        public String toString() {
            return owner.getKind() + " " + owner.getMetadata().getName();
        }
    }

    static Manifests of(String overlay) {
        return of(overlay, Kustomization.render(FOLDER.resolve("overlays").resolve(overlay)));
    }

    static Manifests of(String name, List<Map<String, Object>> documents) {
        List<HasMetadata> resources = new ArrayList<>();
        for (Map<String, Object> document : documents) {
            resources.add(MAPPER.unmarshal(MAPPER.asJson(document)));
        }
        return new Manifests(name, resources);
    }

    <T extends HasMetadata> List<T> all(Class<T> kind) {
        return resources.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    <T extends HasMetadata> T one(Class<T> kind, String name) {
        List<T> found =
                all(kind).stream().filter(r -> r.getMetadata().getName().equals(name)).toList();
        assertThat(found).as("%s %s in %s", kind.getSimpleName(), name, this.name).hasSize(1);
        return found.getFirst();
    }

    List<Workload> workloads() {
        return Stream.concat(
                        all(StatefulSet.class).stream()
                                .map(set -> new Workload(set, set.getSpec().getTemplate())),
                        all(Deployment.class).stream()
                                .map(set -> new Workload(set, set.getSpec().getTemplate())))
                .toList();
    }

    Workload workload(String part) {
        return workloads().stream().filter(w -> w.part().equals(part)).findFirst().orElseThrow();
    }

    /** The services of ours, without ZooKeeper. */
    List<Workload> services() {
        return workloads().stream().filter(w -> !w.part().equals("zookeeper")).toList();
    }

    List<GenericKubernetesResource> untyped() {
        return all(GenericKubernetesResource.class);
    }

    /** Names of fields that the models do not have, each with where it stands. */
    static List<String> unknownFields(HasMetadata resource) {
        List<String> unknown = new ArrayList<>();
        collect(resource, resource.getKind() + " " + resource.getMetadata().getName(), unknown);
        return unknown;
    }

    private static void collect(Object value, String path, List<String> unknown) {
        switch (value) {
            case null -> {}
            case List<?> items -> items.forEach(item -> collect(item, path, unknown));
            case Map<?, ?> items ->
                    items.forEach((key, item) -> collect(item, path + "." + key, unknown));
            default -> {
                if (value.getClass().getName().startsWith("io.fabric8.")
                        && !value.getClass().isEnum()) {
                    fields(value, path, unknown);
                }
            }
        }
    }

    private static void fields(Object value, String path, List<String> unknown) {
        for (Class<?> type = value.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())) {
                    continue;
                }
                field.setAccessible(true);
                Object content;
                try {
                    content = field.get(value);
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
                if (field.getName().equals("additionalProperties")) {
                    ((Map<?, ?>) content).keySet().forEach(key -> unknown.add(path + "." + key));
                } else {
                    collect(content, path + "." + field.getName(), unknown);
                }
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
