package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.headrace.k8s.Manifests.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who may connect to whom, worked out from all policies together as Kubernetes does. */
class NetworkTest {

    /** A pod as policies see it. */
    private record Pod(String name, Map<String, String> labels, Map<String, String> namespace) {

        boolean isOurs() {
            return "headrace".equals(namespace.get("kubernetes.io/metadata.name"));
        }
    }

    private static final Map<String, String> ELSEWHERE =
            Map.of("kubernetes.io/metadata.name", "elsewhere", "headrace-client", "true");
    private static final Pod CLIENT =
            new Pod("client", Map.of("headrace-client", "true"), ELSEWHERE);
    private static final Pod STRANGER = new Pod("stranger", Map.of("app", "web"), ELSEWHERE);
    private static final Pod PROMETHEUS =
            new Pod(
                    "prometheus",
                    Map.of("app.kubernetes.io/name", "prometheus"),
                    Map.of("kubernetes.io/metadata.name", "monitoring"));
    private static final Set<String> WANTED =
            Set.of(
                    "client -> broker kafka",
                    "client -> gateway http",
                    "stranger -> gateway http",
                    "gateway -> broker kafka",
                    "gateway -> broker http",
                    "gateway -> admin http",
                    "gateway -> gateway http",
                    "gateway -> zookeeper client",
                    "admin -> broker kafka",
                    "admin -> broker http",
                    "admin -> admin http",
                    "admin -> zookeeper client",
                    "broker -> broker internal",
                    "broker -> broker http",
                    "broker -> zookeeper client",
                    "zookeeper -> zookeeper peer",
                    "zookeeper -> zookeeper election");

    @Test
    void connections_that_are_needed_are_allowed_and_no_others() {
        assertThat(allowed(Manifests.of("single"))).isEqualTo(new TreeSet<>(WANTED));
        assertThat(allowed(Manifests.of("ha")))
                .as("admin may reach the database besides, and that is no pod of ours")
                .isEqualTo(new TreeSet<>(WANTED));
    }

    @Test
    void brokers_that_are_reached_from_outside_have_one_more_door_for_everybody() {
        Set<String> wanted = new TreeSet<>(WANTED);
        wanted.add("client -> broker outside");
        wanted.add("stranger -> broker outside");
        assertThat(allowed(Manifests.of("ha-outside"))).isEqualTo(wanted);
    }

    @Test
    void only_prometheus_reaches_the_management_ports_and_it_reaches_nothing_else() {
        List<NetworkPolicy> policies = new ArrayList<>(Manifests.of("ha").all(NetworkPolicy.class));
        policies.addAll(Manifests.of("monitoring").all(NetworkPolicy.class));
        Set<String> seen = new TreeSet<>();
        for (Workload workload : Manifests.of("ha").services()) {
            Pod to = pod(workload);
            for (ContainerPort port : workload.container().getPorts()) {
                if (isLetIn(policies, PROMETHEUS, to, port)
                        && !isLetIn(policies, STRANGER, to, port)) {
                    seen.add(to.name() + " " + port.getName());
                }
                assertThat(
                                port.getName().equals("management")
                                        && isLetIn(policies, CLIENT, to, port))
                        .isFalse();
            }
        }
        assertThat(seen)
                .containsExactly("admin management", "broker management", "gateway management");
    }

    private static Pod pod(Workload workload) {
        return new Pod(
                workload.part(),
                workload.labels(),
                Map.of("kubernetes.io/metadata.name", "headrace"));
    }

    @Test
    void without_a_policy_that_names_it_nothing_goes_in_or_out() {
        for (String overlay : List.of("single", "ha")) {
            NetworkPolicy deny =
                    Manifests.of(overlay).one(NetworkPolicy.class, "headrace-default-deny");
            assertThat(deny.getSpec().getPodSelector().getMatchLabels()).isNullOrEmpty();
            assertThat(deny.getSpec().getPodSelector().getMatchExpressions()).isNullOrEmpty();
            assertThat(deny.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress");
            assertThat(deny.getSpec().getIngress()).isNullOrEmpty();
            assertThat(deny.getSpec().getEgress()).isNullOrEmpty();
        }
    }

    private static Set<String> allowed(Manifests manifests) {
        List<Pod> pods = new ArrayList<>(List.of(CLIENT, STRANGER));
        Map<String, Workload> workloads = new HashMap<>();
        for (Workload workload : manifests.workloads()) {
            workloads.put(workload.part(), workload);
            pods.add(pod(workload));
        }
        List<NetworkPolicy> policies = manifests.all(NetworkPolicy.class);
        Set<String> result = new TreeSet<>();
        for (Pod from : pods) {
            for (Pod to : pods) {
                if (!workloads.containsKey(to.name())) {
                    continue;
                }
                for (ContainerPort port : workloads.get(to.name()).container().getPorts()) {
                    if (isLetOut(policies, from, to, port) && isLetIn(policies, from, to, port)) {
                        result.add(from.name() + " -> " + to.name() + " " + port.getName());
                    }
                }
            }
        }
        return result;
    }

    private static boolean isLetIn(
            List<NetworkPolicy> policies, Pod from, Pod to, ContainerPort port) {
        return of(policies, to, "Ingress").stream()
                .flatMap(policy -> policy.getSpec().getIngress().stream())
                .anyMatch(rule -> isPeer(rule.getFrom(), from) && isPort(rule.getPorts(), port));
    }

    private static boolean isLetOut(
            List<NetworkPolicy> policies, Pod from, Pod to, ContainerPort port) {
        return !from.isOurs()
                || of(policies, from, "Egress").stream()
                        .flatMap(policy -> policy.getSpec().getEgress().stream())
                        .anyMatch(
                                rule -> isPeer(rule.getTo(), to) && isPort(rule.getPorts(), port));
    }

    private static List<NetworkPolicy> of(List<NetworkPolicy> policies, Pod pod, String direction) {
        return policies.stream()
                .filter(policy -> policy.getSpec().getPolicyTypes().contains(direction))
                .filter(policy -> isSelected(policy.getSpec().getPodSelector(), pod.labels()))
                .toList();
    }

    private static boolean isPeer(List<NetworkPolicyPeer> peers, Pod pod) {
        return peers.isEmpty()
                || peers.stream()
                        .anyMatch(
                                peer ->
                                        (peer.getPodSelector() == null
                                                        || isSelected(
                                                                peer.getPodSelector(),
                                                                pod.labels()))
                                                && (peer.getNamespaceSelector() == null
                                                        ? pod.isOurs()
                                                        : isSelected(
                                                                peer.getNamespaceSelector(),
                                                                pod.namespace())));
    }

    private static boolean isPort(List<NetworkPolicyPort> ports, ContainerPort port) {
        return ports.stream()
                .anyMatch(
                        wanted ->
                                port.getName().equals(wanted.getPort().getStrVal())
                                        || port.getContainerPort()
                                                .equals(wanted.getPort().getIntVal()));
    }

    private static boolean isSelected(LabelSelector selector, Map<String, String> labels) {
        boolean hasLabels =
                selector.getMatchLabels() == null
                        || labels.entrySet().containsAll(selector.getMatchLabels().entrySet());
        return hasLabels
                && selector.getMatchExpressions().stream()
                        .allMatch(wanted -> holds(wanted, labels));
    }

    private static boolean holds(LabelSelectorRequirement wanted, Map<String, String> labels) {
        assertThat(wanted.getOperator()).isEqualTo("In");
        return wanted.getValues().contains(labels.get(wanted.getKey()));
    }
}
