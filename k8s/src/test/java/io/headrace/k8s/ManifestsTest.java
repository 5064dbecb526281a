package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.headrace.k8s.Manifests.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests fit together. */
class ManifestsTest {

    /** ReplicaSets, StatefulSets and the scheduler put these on pods. */
    private static final Set<String> GIVEN_LABELS = Set.of("apps.kubernetes.io/pod-index");

    static Stream<Manifests> overlays() {
        return Manifests.OVERLAYS.stream().map(Manifests::of);
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void every_field_is_one_that_kubernetes_knows(Manifests manifests) {
        assertThat(manifests.resources()).isNotEmpty();
        List<String> unknown = new ArrayList<>();
        for (HasMetadata resource : manifests.resources()) {
            unknown.addAll(Manifests.unknownFields(resource));
        }
        if (manifests.name().equals("monitoring")) {
            return; // its kinds are not Kubernetes' own; MonitoringTest knows them
        }
        assertThat(manifests.untyped()).isEmpty();
        assertThat(unknown).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void no_two_resources_have_the_same_name(Manifests manifests) {
        Set<String> seen = new HashSet<>();
        for (HasMetadata resource : manifests.resources()) {
            assertThat(seen.add(resource.getKind() + "/" + resource.getMetadata().getName()))
                    .as("%s", resource.getMetadata().getName())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void selectors_match_the_pods_of_their_owner_and_of_nobody_else(Manifests manifests) {
        for (Workload workload : manifests.workloads()) {
            Map<String, String> selector =
                    workload.owner() instanceof StatefulSet set
                            ? set.getSpec().getSelector().getMatchLabels()
                            : ((Deployment) workload.owner())
                                    .getSpec()
                                    .getSelector()
                                    .getMatchLabels();
            assertThat(selected(manifests, selector)).containsExactly(workload.toString());
        }
        for (PodDisruptionBudget budget : manifests.all(PodDisruptionBudget.class)) {
            assertThat(selected(manifests, budget.getSpec().getSelector().getMatchLabels()))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void services_forward_to_ports_that_the_selected_containers_have(Manifests manifests) {
        for (Service service : manifests.all(Service.class)) {
            List<Workload> targets =
                    manifests.workloads().stream()
                            .filter(w -> isSelected(service.getSpec().getSelector(), w.labels()))
                            .toList();
            assertThat(targets).as(service.getMetadata().getName()).hasSize(1);
            for (ServicePort port : service.getSpec().getPorts()) {
                ContainerPort target =
                        targets.getFirst().container().getPorts().stream()
                                .filter(p -> p.getName().equals(port.getTargetPort().getStrVal()))
                                .findFirst()
                                .orElseThrow(() -> new AssertionError(service + " " + port));
                assertThat(target.getContainerPort()).isEqualTo(port.getPort());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void what_is_referred_to_by_name_exists(Manifests manifests) {
        for (Workload workload : manifests.workloads()) {
            Set<String> volumes = new HashSet<>();
            for (Volume volume : workload.template().getSpec().getVolumes()) {
                volumes.add(volume.getName());
                if (volume.getConfigMap() != null) {
                    manifests.one(ConfigMap.class, volume.getConfigMap().getName());
                }
                if (volume.getPersistentVolumeClaim() != null) {
                    manifests.one(
                            PersistentVolumeClaim.class,
                            volume.getPersistentVolumeClaim().getClaimName());
                }
            }
            if (workload.owner() instanceof StatefulSet set) {
                set.getSpec()
                        .getVolumeClaimTemplates()
                        .forEach(claim -> volumes.add(claim.getMetadata().getName()));
                Service headless = manifests.one(Service.class, set.getSpec().getServiceName());
                assertThat(headless.getSpec().getClusterIP()).isEqualTo("None");
                assertThat(headless.getSpec().getPublishNotReadyAddresses()).isTrue();
                assertThat(set.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
            }
            assertThat(
                            workload.containers().stream()
                                    .flatMap(container -> container.getVolumeMounts().stream())
                                    .map(VolumeMount::getName))
                    .isSubsetOf(volumes);
        }
        for (HorizontalPodAutoscaler scaler : manifests.all(HorizontalPodAutoscaler.class)) {
            Deployment target =
                    manifests.one(Deployment.class, scaler.getSpec().getScaleTargetRef().getName());
            assertThat(target.getSpec().getReplicas()).isNull();
            assertThat(scaler.getSpec().getMinReplicas()).isGreaterThan(1);
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void kubectl_renders_the_same(Manifests manifests) throws Exception {
        String rendered = kubectl(manifests.name());
        assumeTrue(rendered != null, "there is no kubectl with Kustomize 5 here");
        for (ConfigMap map : manifests.all(ConfigMap.class)) {
            rendered =
                    rendered.replaceAll(
                            "(: " + map.getMetadata().getName() + ")-[0-9a-z]{10}(?=\\n)", "$1");
        }
        assertThat(normal(Kustomization.parse(rendered)))
                .isEqualTo(
                        normal(
                                Kustomization.render(
                                        Manifests.FOLDER
                                                .resolve("overlays")
                                                .resolve(manifests.name()))));
    }

    private static String kubectl(String overlay) throws IOException, InterruptedException {
        try {
            Process version =
                    new ProcessBuilder("kubectl", "version", "--client")
                            .redirectErrorStream(true)
                            .start();
            String text = output(version);
            if (!text.contains("Kustomize Version: v5")) {
                return null;
            }
        } catch (IOException e) {
            return null; // none is installed
        }
        Process kubectl =
                new ProcessBuilder("kubectl", "kustomize", "overlays/" + overlay)
                        .directory(Manifests.FOLDER.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String rendered = output(kubectl);
        assertThat(kubectl.exitValue()).isZero();
        return rendered;
    }

    private static String output(Process process) throws IOException, InterruptedException {
        try (var stream = process.getInputStream()) {
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return text;
        }
    }

    /** By kind and name; lists of named things by name, since the two merge in different order. */
    private static Map<String, Object> normal(List<Map<String, Object>> documents) {
        Map<String, Object> result = new TreeMap<>();
        for (Map<String, Object> document : documents) {
            result.put(document.get("kind") + "/" + Kustomization.name(document), sorted(document));
        }
        return result;
    }

    private static Object sorted(Object value) {
        if (value instanceof Map<?, ?> fields) {
            Map<String, Object> result = new TreeMap<>();
            fields.forEach((key, field) -> result.put((String) key, sorted(field)));
            return result;
        }
        if (value instanceof List<?> items) {
            List<Object> result = new ArrayList<>();
            items.forEach(item -> result.add(sorted(item)));
            if (!items.isEmpty() && items.getFirst() instanceof Map<?, ?>) {
                result.sort(Comparator.comparing(Object::toString));
            }
            return result;
        }
        return value;
    }

    private static List<String> selected(Manifests manifests, Map<String, String> selector) {
        return manifests.workloads().stream()
                .filter(workload -> isSelected(selector, workload.labels()))
                .map(Workload::toString)
                .toList();
    }

    private static boolean isSelected(Map<String, String> selector, Map<String, String> labels) {
        return selector.entrySet().stream()
                .filter(wanted -> !GIVEN_LABELS.contains(wanted.getKey()))
                .allMatch(wanted -> wanted.getValue().equals(labels.get(wanted.getKey())));
    }
}
