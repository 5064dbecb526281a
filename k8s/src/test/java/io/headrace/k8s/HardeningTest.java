package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.headrace.k8s.Manifests.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What makes the pods hard to break, and hard to break out of: one test for each rule. */
class HardeningTest {

    static Stream<Manifests> platforms() {
        List<Manifests> all = new ArrayList<>();
        for (String overlay : Manifests.OVERLAYS) {
            if (!overlay.equals("monitoring")) {
                all.add(Manifests.of(overlay));
            }
        }
        all.add(withComponent("outside-node-port"));
        all.add(withComponent("rack-from-node"));
        return all.stream();
    }

    /** The production overlay with a component that no overlay of ours has switched on. */
    static Manifests withComponent(String component) {
        Path overlay = Manifests.FOLDER.resolve("overlays/ha");
        return Manifests.of(
                "ha with " + component,
                Kustomization.render(overlay, Manifests.FOLDER.resolve("components/" + component)));
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void nobody_is_root_and_the_user_id_is_a_fixed_high_one(Manifests manifests) {
        pods(
                manifests,
                pod -> {
                    PodSecurityContext context = pod.getSecurityContext();
                    assertThat(context.getRunAsNonRoot()).isTrue();
                    assertThat(context.getRunAsUser()).isEqualTo(10001);
                    assertThat(context.getRunAsGroup()).isEqualTo(10001);
                    assertThat(context.getFsGroup()).isEqualTo(10001);
                });
        containers(
                manifests,
                c -> assertThat(c.getSecurityContext().getRunAsNonRoot()).isNotEqualTo(false));
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void the_root_file_system_is_read_only_and_what_is_written_has_a_volume(Manifests manifests) {
        containers(
                manifests,
                c -> assertThat(c.getSecurityContext().getReadOnlyRootFilesystem()).isTrue());
        for (Workload workload : manifests.services()) {
            assertThat(workload.container().getVolumeMounts())
                    .anyMatch(mount -> mount.getMountPath().equals("/tmp"));
        }
        assertThat(manifests.workload("broker").container().getVolumeMounts())
                .anyMatch(mount -> mount.getMountPath().equals("/var/lib/headrace"));
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void no_capabilities_no_escalation_the_default_system_call_filter(Manifests manifests) {
        containers(
                manifests,
                c -> {
                    SecurityContext context = c.getSecurityContext();
                    assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
                    assertThat(context.getCapabilities().getAdd()).isNullOrEmpty();
                    assertThat(context.getAllowPrivilegeEscalation()).isFalse();
                    assertThat(context.getPrivileged()).isNotEqualTo(true);
                });
        pods(
                manifests,
                pod ->
                        assertThat(pod.getSecurityContext().getSeccompProfile().getType())
                                .isEqualTo("RuntimeDefault"));
        assertThat(manifests.one(Namespace.class, "headrace").getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void nothing_of_the_node_is_shared(Manifests manifests) {
        pods(
                manifests,
                pod -> {
                    assertThat(pod.getHostNetwork()).isNotEqualTo(true);
                    assertThat(pod.getHostPID()).isNotEqualTo(true);
                    assertThat(pod.getHostIPC()).isNotEqualTo(true);
                    assertThat(pod.getVolumes()).noneMatch(volume -> volume.getHostPath() != null);
                });
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void no_service_has_a_token_and_none_is_configured_by_the_names_of_services(
            Manifests manifests) {
        pods(
                manifests,
                pod -> {
                    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
                    assertThat(pod.getEnableServiceLinks()).isFalse();
                    List<String> tokens =
                            pod.getVolumes().stream()
                                    .filter(HardeningTest::holdsToken)
                                    .map(Volume::getName)
                                    .toList();
                    for (Container container : pod.getContainers()) {
                        assertThat(container.getVolumeMounts())
                                .noneMatch(mount -> tokens.contains(mount.getName()));
                    }
                });
        for (ServiceAccount account : manifests.all(ServiceAccount.class)) {
            assertThat(account.getAutomountServiceAccountToken()).isFalse();
        }
    }

    private static boolean holdsToken(Volume volume) {
        return volume.getProjected() != null
                && volume.getProjected().getSources().stream()
                        .anyMatch(source -> source.getServiceAccountToken() != null);
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void rights_at_the_api_server_are_to_read_nodes_at_most(Manifests manifests) {
        for (HasMetadata resource : manifests.resources()) {
            assertThat(resource.getKind()).isNotIn("Role", "RoleBinding");
        }
        for (ClusterRole role : manifests.all(ClusterRole.class)) {
            assertThat(role.getRules()).hasSize(1);
            PolicyRule rule = role.getRules().getFirst();
            assertThat(rule.getVerbs()).containsExactly("get");
            assertThat(rule.getResources()).containsExactly("nodes");
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void resources_are_asked_for_and_limited_also_on_the_nodes_disk(Manifests manifests) {
        containers(
                manifests,
                c -> {
                    assertThat(c.getResources().getRequests())
                            .containsKeys("cpu", "memory", "ephemeral-storage");
                    assertThat(c.getResources().getLimits())
                            .containsKeys("memory", "ephemeral-storage")
                            // The kernel would stop a whole JVM for the rest of each 100 ms.
                            .doesNotContainKey("cpu");
                    // The heap is sized from the limit, so the node must really have it.
                    assertThat(c.getResources().getRequests().get("memory"))
                            .isEqualTo(c.getResources().getLimits().get("memory"));
                });
        pods(
                manifests,
                pod ->
                        assertThat(pod.getVolumes())
                                .allMatch(
                                        volume ->
                                                volume.getEmptyDir() == null
                                                        || volume.getEmptyDir().getSizeLimit()
                                                                != null));
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void stateful_pods_are_replaced_one_after_the_other_and_keep_their_disks(Manifests manifests) {
        assertThat(manifests.all(StatefulSet.class)).hasSize(2);
        for (StatefulSet set : manifests.all(StatefulSet.class)) {
            assertThat(set.getSpec().getUpdateStrategy().getType()).isEqualTo("RollingUpdate");
            assertThat(set.getSpec().getUpdateStrategy().getRollingUpdate().getPartition())
                    .isZero();
            assertThat(set.getSpec().getUpdateStrategy().getRollingUpdate().getMaxUnavailable())
                    .isNull();
            assertThat(set.getSpec().getMinReadySeconds()).isPositive();
            var retention = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
            assertThat(retention.getWhenDeleted()).isEqualTo("Retain");
            assertThat(retention.getWhenScaled()).isEqualTo("Retain");
            assertThat(set.getSpec().getVolumeClaimTemplates()).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void the_time_to_stop_is_longer_than_a_controlled_stop(Manifests manifests) {
        for (Workload workload : manifests.services()) {
            long preStop = workload.container().getLifecycle().getPreStop().getSleep().getSeconds();
            assertThat(preStop).isPositive();
            assertThat(workload.template().getSpec().getTerminationGracePeriodSeconds())
                    .as("%s", workload)
                    .isGreaterThan(preStop + Settings.of(manifests, workload).stopSeconds());
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void pods_of_a_kind_are_spread_over_zones_and_nodes(Manifests manifests) {
        boolean isProduction = manifests.name().startsWith("ha");
        for (Workload workload : manifests.workloads()) {
            PodSpec pod = workload.template().getSpec();
            var spread = pod.getTopologySpreadConstraints().getFirst();
            assertThat(spread.getTopologyKey()).isEqualTo("topology.kubernetes.io/zone");
            assertThat(spread.getMaxSkew()).isEqualTo(1);
            assertThat(workload.labels())
                    .containsAllEntriesOf(spread.getLabelSelector().getMatchLabels());
            if (isProduction && workload.owner() instanceof StatefulSet) {
                assertThat(spread.getWhenUnsatisfiable()).isEqualTo("DoNotSchedule");
            }
            var apart =
                    pod.getAffinity()
                            .getPodAntiAffinity()
                            .getPreferredDuringSchedulingIgnoredDuringExecution()
                            .getFirst()
                            .getPodAffinityTerm();
            assertThat(apart.getTopologyKey()).isEqualTo("kubernetes.io/hostname");
            assertThat(workload.labels())
                    .containsAllEntriesOf(apart.getLabelSelector().getMatchLabels());
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void one_pod_of_a_kind_may_be_evicted_at_a_time_and_a_broken_one_always(Manifests manifests) {
        assertThat(manifests.all(PodDisruptionBudget.class)).hasSize(manifests.workloads().size());
        for (PodDisruptionBudget budget : manifests.all(PodDisruptionBudget.class)) {
            assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
            assertThat(budget.getSpec().getUnhealthyPodEvictionPolicy()).isEqualTo("AlwaysAllow");
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void a_start_has_time_to_recover_and_a_slow_moment_restarts_nobody(Manifests manifests) {
        for (Workload workload : manifests.workloads()) {
            assertThat(budgetSeconds(workload.container().getLivenessProbe()))
                    .isGreaterThanOrEqualTo(120);
            assertThat(budgetSeconds(workload.container().getStartupProbe()))
                    .isGreaterThanOrEqualTo(workload.part().equals("broker") ? 1800 : 180);
            assertThat(workload.container().getReadinessProbe()).isNotNull();
        }
    }

    private static int budgetSeconds(Probe probe) {
        return probe.getPeriodSeconds() * probe.getFailureThreshold();
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void images_have_a_version_and_come_from_where_the_cluster_is_told(Manifests manifests) {
        containers(
                manifests,
                c -> {
                    assertThat(c.getImage()).matches("[a-z-]+(/[a-z-]+)?:[0-9]+\\.[0-9]+\\.[0-9]+");
                    assertThat(c.getImagePullPolicy()).isNull();
                });
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void secrets_are_files_and_are_not_kept_with_the_manifests(Manifests manifests) {
        assertThat(manifests.all(Secret.class)).isEmpty();
        containers(
                manifests,
                c -> {
                    assertThat(c.getEnvFrom()).isNullOrEmpty();
                    for (EnvVar variable : c.getEnv()) {
                        assertThat(
                                        variable.getValueFrom() != null
                                                && variable.getValueFrom().getSecretKeyRef()
                                                        != null)
                                .as(variable.getName())
                                .isFalse();
                    }
                });
        for (ConfigMap map : manifests.all(ConfigMap.class)) {
            assertThat(String.join("\n", map.getData().values())).doesNotContain("password");
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void an_admin_database_in_a_file_has_one_admin_service(Manifests manifests) {
        Deployment admin = manifests.one(Deployment.class, "headrace-admin");
        boolean hasDatabase =
                admin.getSpec().getTemplate().getSpec().getVolumes().stream()
                        .map(Volume::getSecret)
                        .filter(Objects::nonNull)
                        .anyMatch(secret -> secret.getSecretName().equals("headrace-database"));
        assertThat(hasDatabase).isEqualTo(manifests.name().startsWith("ha"));
        if (!hasDatabase) {
            assertThat(admin.getSpec().getReplicas()).isEqualTo(1);
            assertThat(admin.getSpec().getStrategy().getType()).isEqualTo("Recreate");
        }
    }

    private static void pods(Manifests manifests, Consumer<PodSpec> rule) {
        assertThat(manifests.workloads()).hasSize(4);
        manifests.workloads().forEach(workload -> rule.accept(workload.template().getSpec()));
    }

    private static void containers(Manifests manifests, Consumer<Container> rule) {
        assertThat(manifests.workloads()).hasSize(4);
        manifests.workloads().forEach(workload -> workload.containers().forEach(rule));
    }
}
