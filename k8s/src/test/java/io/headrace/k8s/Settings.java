package io.headrace.k8s;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Volume;
import io.headrace.k8s.Manifests.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;

/**
 * What one pod of a service is configured with, as Spring sees it there: the environment, the
 * manifest's file, the file in the jar.
 *
 * @param given what the manifests set, without the file in the jar
 */
record Settings(StandardEnvironment environment, List<EnumerablePropertySource<?>> given) {

    /** What the downward API fills in, for the third pod of a set. */
    private static final Map<String, String> OF_THE_POD =
            Map.of(
                    "metadata.name", "%s-2",
                    "metadata.namespace", "headrace",
                    "metadata.labels['apps.kubernetes.io/pod-index']", "2",
                    "metadata.labels['topology.kubernetes.io/zone']", "zone-b",
                    "status.hostIP", "192.0.2.7",
                    "status.podIP", "10.1.2.3");

    static Settings of(Manifests manifests, Workload workload) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(source -> environment.getPropertySources().remove(source.getName()));
        List<EnumerablePropertySource<?>> given = new ArrayList<>();
        Map<String, Object> variables = variables(workload);
        if (variables.get("SPRING_APPLICATION_JSON") instanceof String json) {
            given.add(load("json", new ByteArrayResource(json.getBytes(StandardCharsets.UTF_8))));
        }
        given.add(load("manifest", new ByteArrayResource(file(manifests, workload))));
        given.forEach(environment.getPropertySources()::addLast);
        environment.getPropertySources().addLast(new MapPropertySource("pod", variables));
        environment
                .getPropertySources()
                .addLast(load("jar", new ClassPathResource(workload.part() + ".yml")));
        return new Settings(environment, given);
    }

    static Map<String, Object> variables(Workload workload) {
        Map<String, Object> result = new HashMap<>();
        for (EnvVar variable : workload.container().getEnv()) {
            if (variable.getValueFrom() == null) {
                result.put(variable.getName(), variable.getValue());
            } else {
                String field = variable.getValueFrom().getFieldRef().getFieldPath();
                String name = workload.owner().getMetadata().getName();
                result.put(
                        variable.getName(),
                        Objects.requireNonNull(OF_THE_POD.get(field), field).replace("%s", name));
            }
        }
        return result;
    }

    private static byte[] file(Manifests manifests, Workload workload) {
        String map =
                workload.template().getSpec().getVolumes().stream()
                        .filter(volume -> volume.getName().equals("config"))
                        .map(Volume::getConfigMap)
                        .findFirst()
                        .orElseThrow()
                        .getName();
        return manifests
                .one(ConfigMap.class, map)
                .getData()
                .get(workload.part() + ".yml")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static EnumerablePropertySource<?> load(String name, Resource resource) {
        try {
            List<PropertySource<?>> sources = new YamlPropertySourceLoader().load(name, resource);
            return (EnumerablePropertySource<?>) sources.getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long a stop in order may take, the pauses of Kubernetes not counted. */
    long stopSeconds() {
        Duration phase = duration("spring.lifecycle.timeout-per-shutdown-phase");
        return phase.multipliedBy(3).plus(duration("headrace.broker.hand-over-wait")).toSeconds();
    }

    private Duration duration(String name) {
        return Binder.get(environment).bind(name, Duration.class).orElse(Duration.ZERO);
    }
}
