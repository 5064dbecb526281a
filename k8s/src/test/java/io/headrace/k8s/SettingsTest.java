package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Probe;
import io.headrace.admin.wiring.AdminProperties;
import io.headrace.broker.wiring.BrokerProperties;
import io.headrace.gateway.wiring.GatewayProperties;
import io.headrace.k8s.Manifests.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertyResolver;

/** What the manifests set is what the services have settings for, and means what it should. */
class SettingsTest {

    private static final Map<String, Class<?>> PROPERTIES =
            Map.of(
                    "broker", BrokerProperties.class,
                    "admin", AdminProperties.class,
                    "gateway", GatewayProperties.class);
    private static final Map<String, Class<?>> ZOOKEEPER_PROPERTIES =
            Map.of(
                    "broker", io.headrace.broker.wiring.ZooKeeperProperties.class,
                    "admin", io.headrace.admin.wiring.ZooKeeperProperties.class,
                    "gateway", io.headrace.gateway.wiring.ZooKeeperProperties.class);
    private static final String GROUPS = "management.endpoint.health.group.";
    private static final String PROBES = "management.endpoint.health.probes.";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z_]+)[:}]");
    private static final Pattern METADATA_NAME = Pattern.compile("\"name\": \"([a-z0-9.-]+)\"");

    static Stream<Manifests> platforms() {
        return HardeningTest.platforms();
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void the_services_have_every_setting_of_ours_that_is_given_and_its_value_fits(
            Manifests manifests) {
        for (Workload workload : manifests.services()) {
            Settings settings = Settings.of(manifests, workload);
            bind(settings, "headrace." + workload.part(), PROPERTIES.get(workload.part()));
            bind(settings, "headrace.zookeeper", ZOOKEEPER_PROPERTIES.get(workload.part()));
            for (EnumerablePropertySource<?> source : settings.given()) {
                assertThat(source.getPropertyNames())
                        .filteredOn(name -> name.startsWith("headrace."))
                        .allMatch(
                                name ->
                                        name.startsWith("headrace." + workload.part() + ".")
                                                || name.startsWith("headrace.zookeeper."));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void springs_settings_are_in_its_own_reference(Manifests manifests) throws IOException {
        Set<String> known = springsNames();
        Set<String> variables = new HashSet<>();
        known.forEach(
                name ->
                        variables.add(
                                name.replace('.', '_').replace("-", "").toUpperCase(Locale.ROOT)));
        // No property, but a variable that its documentation names.
        variables.add("SPRING_APPLICATION_JSON");
        // The JVM's own; the one that counts after the options of the image.
        variables.add("_JAVA_OPTIONS");
        for (Workload workload : manifests.services()) {
            Settings settings = Settings.of(manifests, workload);
            Set<String> used = new HashSet<>();
            for (EnumerablePropertySource<?> source : settings.given()) {
                for (String name : source.getPropertyNames()) {
                    if (!name.startsWith("headrace.")) {
                        assertThat(known).contains(name);
                    }
                    used.addAll(placeholders(String.valueOf(source.getProperty(name))));
                    assertThat(settings.environment().getProperty(name))
                            .as("%s of %s", name, workload)
                            .doesNotContain("${");
                }
            }
            for (String name : Settings.variables(workload).keySet()) {
                if (!used.contains(name) && !name.equals("HOST_IP")) {
                    assertThat(variables).as("%s", workload).contains(name);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void probes_ask_the_port_that_serves_and_the_actuator_has_one_of_its_own(Manifests manifests) {
        for (Workload workload : manifests.services()) {
            PropertyResolver settings = Settings.of(manifests, workload).environment();
            assertThat(settings.getProperty("management.server.port"))
                    .isEqualTo(String.valueOf(port(workload, "management")));
            assertThat(workload.container().getEnv())
                    .as("without it the port is the one of the build, which is none")
                    .anyMatch(
                            variable ->
                                    variable.getName().equals("_JAVA_OPTIONS")
                                            && variable.getValue()
                                                    .contains("-Dspring.aot.enabled=false"));
            assertThat(settings.getProperty("management.endpoints.web.base-path")).isNull();
            assertThat(settings.getProperty("management.endpoints.web.exposure.include"))
                    .contains("health", "prometheus");
            assertThat(settings.getProperty(PROBES + "add-additional-paths")).isEqualTo("true");
            assertProbe(workload, workload.container().getStartupProbe(), "/livez", settings);
            assertProbe(workload, workload.container().getLivenessProbe(), "/livez", settings);
            assertProbe(workload, workload.container().getReadinessProbe(), "/readyz", settings);
            assertThat(settings.getProperty(GROUPS + "liveness.include"))
                    .as("a restart mends neither ZooKeeper nor a database nor a disk")
                    .isEqualTo("livenessState");
            assertThat(settings.getProperty(GROUPS + "readiness.include")).isNotBlank();
            assertThat(settings.getProperty(GROUPS + "cluster.include"))
                    .as("for people and alerts")
                    .isNotBlank();
            assertThat(settings.getProperty("server.address")).isIn(null, "0.0.0.0");
            assertThat(settings.getProperty("management.server.address")).isNull();
        }
    }

    private static void assertProbe(
            Workload workload, Probe probe, String path, PropertyResolver settings) {
        assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
        assertThat(String.valueOf(port(workload, probe.getHttpGet().getPort().getStrVal())))
                .isEqualTo(settings.getProperty("server.port"));
    }

    @Test
    void a_broker_is_told_who_and_where_it_is_by_its_pod() {
        Manifests manifests = Manifests.of("ha-outside");
        BrokerProperties broker =
                (BrokerProperties)
                        bind(
                                Settings.of(manifests, manifests.workload("broker")),
                                "headrace.broker",
                                BrokerProperties.class);
        assertThat(broker.id()).isEqualTo(2);
        assertThat(broker.rack()).isEqualTo("zone-b");
        String host = "headrace-broker-2.headrace-broker.headrace.svc";
        assertThat(broker.advertisedUrl()).isEqualTo("http://" + host + ":8082");
        assertThat(broker.replication().listener())
                .as("brokers do not copy over the listener that clients use")
                .isEqualTo("INTERNAL");
        assertThat(broker.kafka().listeners()).containsOnlyKeys("INTERNAL", "PLAINTEXT", "OUTSIDE");
        BrokerProperties.Listener internal = broker.kafka().listeners().get("INTERNAL");
        assertThat(internal.advertisedHost()).isEqualTo(host);
        assertThat(internal.port()).isEqualTo(9091);
        assertThat(internal.advertisedPort()).isEqualTo(9091);
        BrokerProperties.Listener inside = broker.kafka().listeners().get("PLAINTEXT");
        assertThat(inside.advertisedHost()).isEqualTo(host);
        assertThat(inside.advertisedPort()).isEqualTo(9092);
        BrokerProperties.Listener outside = broker.kafka().listeners().get("OUTSIDE");
        assertThat(outside.advertisedHost()).isEqualTo("kafka-2.example.org");
        assertThat(outside.advertisedPort()).isEqualTo(9094);
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void every_kafka_listener_has_a_port_of_the_pod_and_clients_begin_at_theirs(
            Manifests manifests) {
        Workload workload = manifests.workload("broker");
        BrokerProperties broker =
                (BrokerProperties)
                        bind(
                                Settings.of(manifests, workload),
                                "headrace.broker",
                                BrokerProperties.class);
        Map<String, String> portNames =
                Map.of("INTERNAL", "internal", "PLAINTEXT", "kafka", "OUTSIDE", "outside");
        broker.kafka()
                .listeners()
                .forEach(
                        (name, listener) ->
                                assertThat(listener.port())
                                        .as(name)
                                        .isEqualTo(port(workload, portNames.get(name))));
        assertThat(servicePorts(manifests, "headrace-bootstrap"))
                .containsExactly(broker.kafka().listeners().get("PLAINTEXT").port());
        assertThat(servicePorts(manifests, "headrace-broker"))
                .as("the headless service, by whose names brokers find each other")
                .contains(broker.kafka().listeners().get("INTERNAL").port());
        GatewayProperties gateway =
                (GatewayProperties)
                        bind(
                                Settings.of(manifests, manifests.workload("gateway")),
                                "headrace.gateway",
                                GatewayProperties.class);
        assertThat(gateway.brokers().kafkaListener()).isEqualTo("PLAINTEXT");
    }

    private static List<Integer> servicePorts(Manifests manifests, String service) {
        return manifests
                .one(io.fabric8.kubernetes.api.model.Service.class, service)
                .getSpec()
                .getPorts()
                .stream()
                .map(io.fabric8.kubernetes.api.model.ServicePort::getPort)
                .toList();
    }

    @Test
    void behind_node_ports_a_broker_names_its_node_and_the_port_of_its_service() {
        Manifests manifests = HardeningTest.withComponent("outside-node-port");
        BrokerProperties broker =
                (BrokerProperties)
                        bind(
                                Settings.of(manifests, manifests.workload("broker")),
                                "headrace.broker",
                                BrokerProperties.class);
        BrokerProperties.Listener outside = broker.kafka().listeners().get("OUTSIDE");
        assertThat(outside.advertisedHost()).isEqualTo("192.0.2.7");
        assertThat(outside.advertisedPort())
                .isEqualTo(
                        manifests
                                .one(
                                        io.fabric8.kubernetes.api.model.Service.class,
                                        "headrace-outside-2")
                                .getSpec()
                                .getPorts()
                                .getFirst()
                                .getNodePort());
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void the_ensemble_is_named_member_by_member(Manifests manifests) {
        Workload zooKeeper = manifests.workload("zookeeper");
        int replicas =
                ((io.fabric8.kubernetes.api.model.apps.StatefulSet) zooKeeper.owner())
                        .getSpec()
                        .getReplicas();
        assertThat(zooKeeper.container().getEnv())
                .anyMatch(
                        variable ->
                                variable.getName().equals("MEMBERS")
                                        && variable.getValue().equals(String.valueOf(replicas)));
        List<String> members = new ArrayList<>();
        for (int number = 1; number <= replicas; number++) {
            members.add("headrace-zookeeper-" + number + ".headrace-zookeeper:2181");
        }
        for (Workload workload : manifests.services()) {
            assertThat(
                            Settings.of(manifests, workload)
                                    .environment()
                                    .getProperty("headrace.zookeeper.connect"))
                    .isEqualTo(String.join(",", members));
        }
    }

    private static Object bind(Settings settings, String prefix, Class<?> type) {
        return Binder.get(settings.environment())
                .bind(
                        prefix,
                        Bindable.of(type),
                        new NoUnboundElementsBindHandler(BindHandler.DEFAULT))
                .get();
    }

    private static int port(Workload workload, String name) {
        return workload.container().getPorts().stream()
                .filter(port -> port.getName().equals(name))
                .mapToInt(ContainerPort::getContainerPort)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> placeholders(String value) {
        List<String> names = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(value);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    private static Set<String> springsNames() throws IOException {
        Set<String> names = new HashSet<>();
        for (URL url :
                SettingsTest.class
                        .getClassLoader()
                        .resources("META-INF/spring-configuration-metadata.json")
                        .toList()) {
            try (InputStream stream = url.openStream()) {
                Matcher matcher =
                        METADATA_NAME.matcher(
                                new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            }
        }
        return names;
    }
}
