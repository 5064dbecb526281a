package io.headrace.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.broker.wiring.BrokerProperties;
import io.headrace.broker.wiring.BrokerProperties.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class ComposeTest {

    private static final Set<String> ZOOKEEPER_KEYS =
            Set.of("connect", "session-timeout", "connect-timeout", "cluster-wait");

    private final Compose compose = Compose.read();

    private static String service(Map<String, Object> container) {
        return (String) Compose.build(container).get("target");
    }

    private Settings settings(String name) {
        Map<String, Object> container = compose.own().get(name);
        return Settings.of(service(container), Compose.environment(container));
    }

    @Test
    void threeBrokersTwoAdminServicesAndTwoGatewaysRun() {
        assertThat(compose.own().keySet())
                .containsExactly(
                        "admin-1",
                        "admin-2",
                        "broker-1",
                        "broker-2",
                        "broker-3",
                        "gateway-1",
                        "gateway-2");
    }

    @Test
    void everyVariableIsASetting() {
        Set<String> known = Settings.variablesOfSpring();
        ZOOKEEPER_KEYS.forEach(key -> known.add(Settings.variable("headrace.zookeeper." + key)));
        compose.own()
                .forEach(
                        (name, container) -> {
                            String own =
                                    "HEADRACE_"
                                            + service(container).toUpperCase(java.util.Locale.ROOT)
                                            + "_";
                            assertThat(Compose.environment(container).keySet())
                                    .as(name)
                                    .allMatch(each -> each.startsWith(own) || known.contains(each));
                            assertThat(settings(name).strictly(service(container))).isNotNull();
                        });
    }

    @Test
    void aVariableThatIsNoSettingWouldBeNoticed() {
        Map<String, Object> wrong = new HashMap<>(Map.of("HEADRACE_BROKER_DATADIRECTORY", "/x"));
        assertThatThrownBy(() -> Settings.of("broker", wrong).strictly("broker"))
                .hasStackTraceContaining("datadirectory");
    }

    @Test
    void brokersAreToldApartAndReachedFromTheHostAndFromContainers() {
        Set<Integer> ids = new HashSet<>();
        for (String name : List.of("broker-1", "broker-2", "broker-3")) {
            BrokerProperties broker = settings(name).strictly("broker", BrokerProperties.class);
            ids.add(broker.id());
            Map<String, Listener> listeners = broker.kafka().listeners();
            assertThat(listeners.keySet()).containsExactly("LOCALHOST", "PLAINTEXT");
            assertThat(listeners.get("PLAINTEXT"))
                    .isEqualTo(new Listener("0.0.0.0", 9092, name, null));
            Listener host = listeners.get("LOCALHOST");
            assertThat(host.advertisedHost()).isEqualTo("localhost");
            assertThat(host.host()).isEqualTo("0.0.0.0");
            assertThat(Compose.strings(compose.own().get(name), "ports"))
                    .as("the same port inside and outside, or clients are told a wrong one")
                    .containsExactly("127.0.0.1:" + host.port() + ":" + host.port());
            assertThat(broker.advertisedUrl())
                    .isEqualTo("http://" + name + ":" + settings(name).serverPort());
            assertThat(broker.replication().listener()).isEqualTo("PLAINTEXT");
        }
        assertThat(ids).hasSize(3);
    }

    @Test
    void nobodyListensOnLoopbackOnlyOrWritesOutsideOfItsVolumes() {
        compose.own()
                .forEach(
                        (name, container) -> {
                            Settings settings = settings(name);
                            String service = service(container);
                            if (!service.equals("gateway")) {
                                assertThat(settings.property("server.address"))
                                        .isEqualTo("0.0.0.0");
                                assertThat(settings.property("headrace." + service + ".data-dir"))
                                        .startsWith("/var/lib/headrace/");
                            }
                            assertThat(container)
                                    .containsEntry("read_only", true)
                                    .containsEntry("cap_drop", List.of("ALL"))
                                    // Native libraries are unpacked there.
                                    .containsEntry("tmpfs", List.of("/tmp:mode=1777,exec"))
                                    .containsKey("mem_limit");
                        });
    }

    @Test
    void adminServicesShareAPostgresql() {
        for (String name : List.of("admin-1", "admin-2")) {
            assertThat(settings(name).property("spring.datasource.url"))
                    .isEqualTo("jdbc:postgresql://postgres:5432/headrace");
        }
    }

    @Test
    void addressesNameContainersAndTheirPorts() throws Exception {
        Pattern address = Pattern.compile("\\b([a-z]+(?:-[0-9])?):([0-9]{4,5})\\b");
        Map<String, Set<Integer>> open =
                Map.of(
                        "broker", Set.of(8082, 9092),
                        "admin", Set.of(8081),
                        "gateway", Set.of(8080),
                        "zookeeper", Set.of(2181, 2888),
                        "postgres", Set.of(5432),
                        "prometheus", Set.of(9090));
        for (String file :
                List.of(
                        "compose.yml",
                        "balancer.conf",
                        "monitoring/prometheus.yml",
                        "monitoring/datasource.yml")) {
            String text = Files.readString(Compose.FOLDER.resolve(file)).replaceAll("(?m)#.*$", "");
            Matcher found = address.matcher(text);
            Set<String> hosts = new TreeSet<>();
            while (found.find()) {
                hosts.add(found.group(1));
                assertThat(compose.services()).as(file).containsKey(found.group(1));
                String kind = found.group(1).replaceAll("-[0-9]$", "");
                assertThat(open.get(kind))
                        .as(found.group())
                        .contains(Integer.valueOf(found.group(2)));
            }
            assertThat(hosts).as(file).isNotEmpty();
        }
    }

    @Test
    void volumesNetworksAndFilesExist() {
        compose.services()
                .forEach(
                        (name, container) -> {
                            for (String volume : Compose.strings(container, "volumes")) {
                                String source = volume.substring(0, volume.indexOf(':'));
                                if (source.startsWith(".")) {
                                    assertThat(Compose.FOLDER.resolve(source)).as(name).exists();
                                } else {
                                    assertThat(compose.volumes()).as(name).contains(source);
                                }
                            }
                            assertThat(Compose.strings(container, "networks"))
                                    .containsExactly("headrace");
                            assertThat(compose.services().keySet())
                                    .containsAll(Compose.strings(container, "depends_on"));
                        });
    }

    @Test
    void onlyTheOptionalProfileMonitors() {
        compose.services()
                .forEach(
                        (name, container) ->
                                assertThat(container.containsKey("profiles"))
                                        .as(name)
                                        .isEqualTo(Set.of("prometheus", "grafana").contains(name)));
    }

    @Test
    void prometheusHasTheRulesOfTheOperatorAndGrafanaFindsTheDashboards() throws Exception {
        Map<?, ?> ofOperator = yaml("../k8s/overlays/monitoring/alerts.yaml");
        assertThat(yaml("monitoring/alerts.yml")).isEqualTo(ofOperator.get("spec"));
        assertThat(yaml("monitoring/prometheus.yml").get("rule_files"))
                .isEqualTo(List.of(target("prometheus", "./monitoring/alerts.yml")));
        String provider = Files.readString(Compose.FOLDER.resolve("monitoring/dashboards.yml"));
        String boards = "../k8s/overlays/monitoring/dashboards";
        assertThat(provider).contains("path: " + target("grafana", boards) + "\n");
        assertThat(Compose.FOLDER.resolve(boards)).isNotEmptyDirectory();
        assertThat(target("grafana", "./monitoring/dashboards.yml"))
                .startsWith("/etc/grafana/provisioning/dashboards/");
    }

    /** Where a container sees what lies beside the compose file. */
    private String target(String service, String source) {
        return Compose.strings(compose.services().get(service), "volumes").stream()
                .filter(volume -> volume.startsWith(source + ":"))
                .map(volume -> volume.substring(source.length() + 1).replaceAll(":ro$", ""))
                .findFirst()
                .orElseThrow();
    }

    private static Map<?, ?> yaml(String file) throws IOException {
        return new Yaml().load(Files.readString(Compose.FOLDER.resolve(file)));
    }
}
