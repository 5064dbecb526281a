package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.k8s.Manifests.Workload;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the services write to the console in a pod. Each is started with its own files, the
 * manifest's and the pod's environment, but without its beans: the server log is set up before
 * them.
 */
class ServerLogTest {

    private static final Map<String, String> NODES =
            Map.of("broker", "2", "admin", "headrace-admin-2", "gateway", "headrace-gateway-2");

    private static final Map<String, List<JsonNode>> LINES = new HashMap<>();

    @Configuration(proxyBeanMethods = false)
    static class NoBeans {}

    @BeforeAll
    static void start_each_service() {
        for (Workload workload : Manifests.of("ha").services()) {
            LINES.put(
                    workload.part(),
                    console(workload, Map.of()).stream()
                            .map(JsonMapper.shared()::readTree)
                            .toList());
        }
    }

    @Test
    void every_line_is_a_json_object_that_says_which_service_and_which_of_its_nodes() {
        assertThat(LINES).hasSize(3);
        LINES.forEach(
                (service, lines) -> {
                    assertThat(lines).as(service).hasSizeGreaterThanOrEqualTo(4);
                    for (JsonNode line : lines) {
                        assertThat(line.at("/@timestamp").asString()).isNotEmpty();
                        assertThat(line.at("/log/level").asString()).isNotEmpty();
                        assertThat(line.at("/message").asString()).isNotEmpty();
                        assertThat(line.at("/service/name").asString())
                                .isEqualTo("headrace-" + service);
                        assertThat(line.at("/service/node/name").asString())
                                .isEqualTo(NODES.get(service));
                    }
                });
    }

    @Test
    void keys_of_ours_are_fields_even_when_the_schema_has_one_of_that_name() {
        for (List<JsonNode> lines : LINES.values()) {
            JsonNode plain = one(lines, "A record was read");
            assertThat(plain.at("/headrace/topic").asString()).isEqualTo("orders");
            assertThat(plain.at("/headrace/partition").asInt()).isEqualTo(3);
            assertThat(plain.at("/headrace/offset").asLong()).isEqualTo(1L << 40);
            JsonNode failure = one(lines, "Two lines\nand \"quotes\"");
            assertThat(failure.at("/headrace/error").asString()).isEqualTo("ours");
            assertThat(failure.at("/headrace/service").asString()).isEqualTo("ours");
            assertThat(failure.at("/error/message").asString()).isEqualTo("broken");
            assertThat(failure.at("/error/stack_trace").asString()).contains("logSomething");
            assertThat(one(lines, "With context").at("/headrace/request").asString())
                    .isEqualTo("17");
        }
    }

    @Test
    void the_environment_brings_text_back() {
        Workload gateway =
                Manifests.of("ha").services().stream()
                        .filter(each -> each.part().equals("gateway"))
                        .findFirst()
                        .orElseThrow();
        assertThat(console(gateway, Map.of("LOGGING_STRUCTURED_FORMAT_CONSOLE", "")))
                .anyMatch(line -> line.endsWith("A record was read"))
                .noneMatch(line -> line.startsWith("{"));
    }

    private static void logSomething() {
        Logger log = LoggerFactory.getLogger("io.headrace.test");
        log.atInfo()
                .addKeyValue("topic", "orders")
                .addKeyValue("partition", 3)
                .addKeyValue("offset", 1L << 40)
                .log("A record was read");
        log.atError()
                .setCause(new IllegalStateException("broken"))
                .addKeyValue("error", "ours")
                .addKeyValue("service", "ours")
                .log("Two lines\nand \"quotes\"");
        try (var _ = MDC.putCloseable("request", "17")) {
            log.info("With context");
        }
    }

    private static JsonNode one(List<JsonNode> lines, String message) {
        return lines.stream()
                .filter(line -> line.at("/message").asString().equals(message))
                .findFirst()
                .orElseThrow();
    }

    /** What the console shows from the first line of the start to the last of the stop. */
    private static List<String> console(Workload workload, Map<String, String> more) {
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(console, true, StandardCharsets.UTF_8));
        try (ConfigurableApplicationContext started = start(workload, more)) {
            assertThat(started.isActive()).isTrue();
            logSomething();
        } finally {
            System.setOut(before);
        }
        return console.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static ConfigurableApplicationContext start(
            Workload workload, Map<String, String> more) {
        Map<String, Object> variables = new HashMap<>(Settings.variables(workload));
        variables.put(
                "SPRING_CONFIG_ADDITIONALLOCATION", Manifests.FOLDER.resolve("base/config") + "/");
        variables.putAll(more);
        StandardEnvironment environment = new StandardEnvironment();
        String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
        environment
                .getPropertySources()
                .replace(name, new SystemEnvironmentPropertySource(name, variables));
        return new SpringApplicationBuilder(NoBeans.class)
                .environment(environment)
                .properties("spring.config.name=" + workload.part())
                .run("--spring.main.web-application-type=" + WebApplicationType.NONE);
    }
}
