package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What the Prometheus operator and Grafana are given. The operator's kinds have no published model
 * here, so the records below name the fields of them that are used; any other is refused.
 */
class MonitoringTest {

    private static final ObjectMapper STRICT = JsonMapper.builder().build();
    private static final Path OPERATIONS = Manifests.FOLDER.resolveSibling("docs/operations");
    private static final Pattern LINK = Pattern.compile("\\]\\(([a-z-]+\\.md)\\)");

    private final Manifests monitoring = Manifests.of("monitoring");

    private record Rules(List<Group> groups) {}

    private record Group(String name, String interval, List<Alert> rules) {}

    private record Alert(
            String alert,
            String expr,
            @com.fasterxml.jackson.annotation.JsonProperty("for") String pending,
            Map<String, String> labels,
            Map<String, String> annotations) {}

    private record Scraping(String jobLabel, Labels selector, List<Endpoint> endpoints) {}

    private record Labels(Map<String, String> matchLabels) {}

    private record Endpoint(String port, String path, String interval, String scrapeTimeout) {}

    @Test
    void every_part_is_scraped_through_a_service_that_has_the_port() {
        Manifests platform = Manifests.of("ha");
        Set<String> parts = new HashSet<>();
        for (Scraping monitor : specs("ServiceMonitor", Scraping.class)) {
            Map<String, String> wanted = monitor.selector().matchLabels();
            List<Service> services =
                    platform.all(Service.class).stream()
                            .filter(
                                    s ->
                                            s.getMetadata()
                                                    .getLabels()
                                                    .entrySet()
                                                    .containsAll(wanted.entrySet()))
                            .toList();
            assertThat(services).hasSize(1);
            assertThat(services.getFirst().getMetadata().getLabels())
                    .containsKey(monitor.jobLabel());
            Endpoint endpoint = monitor.endpoints().getFirst();
            assertThat(services.getFirst().getSpec().getPorts())
                    .anyMatch(port -> port.getName().equals(endpoint.port()));
            String part = wanted.get("app.kubernetes.io/component");
            parts.add(part);
            assertThat(endpoint.path())
                    .isEqualTo(part.equals("zookeeper") ? "/metrics" : "/actuator/prometheus");
        }
        assertThat(parts).containsExactlyInAnyOrder("broker", "admin", "gateway", "zookeeper");
    }

    @Test
    void every_alert_says_how_bad_it_is_and_has_its_page() throws IOException {
        Set<String> names = new HashSet<>();
        for (Alert alert : alerts()) {
            assertThat(names.add(alert.alert())).as(alert.alert()).isTrue();
            assertThat(alert.labels()).containsOnlyKeys("severity");
            assertThat(alert.labels().get("severity")).isIn("critical", "warning");
            assertThat(alert.annotations())
                    .containsOnlyKeys("summary", "description", "runbook")
                    .containsEntry("runbook", "docs/operations/" + page(alert.alert()));
            String page = Files.readString(OPERATIONS.resolve(page(alert.alert())));
            assertThat(page)
                    .as(alert.alert())
                    .startsWith("# ")
                    .contains(alert.alert(), "## What it means", "## How to look", "## What to do");
        }
        assertThat(names).hasSizeGreaterThan(15);
    }

    @Test
    void the_pages_lead_to_each_other_and_none_is_left_over() throws IOException {
        String index = Files.readString(OPERATIONS.resolve("README.md"));
        try (var files = Files.newDirectoryStream(OPERATIONS, "*.md")) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                assertThat(name.equals("README.md") || index.contains("(" + name + ")"))
                        .as(name)
                        .isTrue();
                Matcher link = LINK.matcher(Files.readString(file));
                while (link.find()) {
                    assertThat(OPERATIONS.resolve(link.group(1))).as(name).exists();
                }
            }
        }
    }

    @Test
    void dashboards_are_complete_and_do_not_get_in_each_others_way() throws IOException {
        ConfigMap map = monitoring.one(ConfigMap.class, "headrace-dashboards");
        assertThat(map.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        assertThat(map.getData())
                .containsOnlyKeys(
                        "overview.json",
                        "brokers.json",
                        "topics.json",
                        "groups.json",
                        "gateway.json",
                        "admin.json",
                        "jvm.json");
        assertThat(map.getData().values().stream().mapToInt(String::length).sum())
                .as("a ConfigMap holds 1 MiB")
                .isLessThan(900_000);
        Set<String> ids = new HashSet<>();
        for (String text : map.getData().values()) {
            JsonNode board = STRICT.readTree(text);
            assertThat(ids.add(board.path("uid").asText())).isTrue();
            assertThat(board.path("title").asText()).startsWith("Headrace: ");
            Set<String> cells = new HashSet<>();
            for (JsonNode panel : board.path("panels")) {
                assertThat(panel.path("title").asText()).isNotBlank();
                assertThat(panel.path("targets")).isNotEmpty();
                JsonNode place = panel.path("gridPos");
                for (int x = 0; x < place.path("w").asInt(); x++) {
                    for (int y = 0; y < place.path("h").asInt(); y++) {
                        String cell =
                                (place.path("x").asInt() + x) + "," + (place.path("y").asInt() + y);
                        assertThat(cells.add(cell)).as(panel.path("title").asText()).isTrue();
                    }
                }
            }
        }
    }

    private List<Alert> alerts() {
        List<Alert> alerts = new ArrayList<>();
        for (Rules rules : specs("PrometheusRule", Rules.class)) {
            rules.groups().forEach(group -> alerts.addAll(group.rules()));
        }
        return alerts;
    }

    private <T> List<T> specs(String kind, Class<T> type) {
        List<T> specs = new ArrayList<>();
        for (GenericKubernetesResource resource : monitoring.untyped()) {
            assertThat(resource.getApiVersion()).isEqualTo("monitoring.coreos.com/v1");
            if (resource.getKind().equals(kind)) {
                assertThat(resource.getAdditionalProperties()).containsOnlyKeys("spec");
                specs.add(
                        STRICT.convertValue(resource.getAdditionalProperties().get("spec"), type));
            }
        }
        assertThat(specs).isNotEmpty();
        return specs;
    }

    /** HeadraceUnderMinIsr has under-min-isr.md. */
    private static String page(String alert) {
        return alert.replace("Headrace", "")
                        .replace("ZooKeeper", "Zookeeper")
                        .replaceAll("(?<=.)([A-Z])", "-$1")
                        .toLowerCase(Locale.ROOT)
                + ".md";
    }
}
