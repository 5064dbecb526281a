package io.headrace.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DockerfileTest {

    private static final Map<String, List<Integer>> PORTS =
            Map.of(
                    "broker", List.of(8082, 9092),
                    "admin", List.of(8081),
                    "gateway", List.of(8080),
                    "standalone", List.of(8080, 8081, 8082, 9092));

    private final Map<String, List<String>> stages = stages();

    /** Instructions by stage, each on one line. */
    private static Map<String, List<String>> stages() {
        String text;
        try {
            text = Files.readString(Compose.FOLDER.resolve("Dockerfile"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Map<String, List<String>> result = new HashMap<>();
        List<String> current = new ArrayList<>();
        for (String line :
                text.replaceAll("(?m)^#.*\n", "").replaceAll("\\\\\n\\s*", "").split("\n", -1)) {
            if (line.startsWith("FROM ")) {
                current = new ArrayList<>();
                result.put(line.substring(line.indexOf(" AS ") + 4), current);
            }
            current.add(line);
        }
        return result;
    }

    private Stream<String> of(String stage, String instruction) {
        return stages.get(stage).stream().filter(line -> line.startsWith(instruction + " "));
    }

    private String one(String stage, String instruction) {
        return of(stage, instruction).findFirst().orElseThrow();
    }

    @Test
    void everyTargetOfComposeIsThereAndStandaloneToo() {
        assertThat(stages.keySet()).containsAll(PORTS.keySet());
        Compose.read()
                .own()
                .values()
                .forEach(
                        service -> {
                            assertThat(PORTS)
                                    .containsKey((String) Compose.build(service).get("target"));
                            assertThat(
                                            Compose.FOLDER
                                                    .resolve(
                                                            (String)
                                                                    Compose.build(service)
                                                                            .get("context"))
                                                    .resolve(
                                                            (String)
                                                                    Compose.build(service)
                                                                            .get("dockerfile")))
                                    .exists();
                        });
    }

    @Test
    void everyTargetRunsWithoutRightsWithVolumesAndAHealthCheckAndGetsItsSignals() {
        for (String target : PORTS.keySet()) {
            assertThat(one(target, "USER")).as(target).isEqualTo("USER 10001:10001");
            assertThat(one(target, "VOLUME")).as(target).contains("\"/tmp\"");
            assertThat(one(target, "ENTRYPOINT")).as(target).startsWith("ENTRYPOINT [\"java\", ");
            assertThat(one(target, "ENTRYPOINT"))
                    .as(target)
                    .contains("MaxRAMPercentage", "AOTCache=");
            assertThat(one(target, "HEALTHCHECK"))
                    .as(target)
                    .contains("CMD [\"java\", ")
                    .contains(io.headrace.model.probe.Probe.class.getName())
                    .contains("\"" + PORTS.get(target).getFirst() + "\"");
        }
    }

    @Test
    void exposedPortsAreTheServicesOwn() {
        for (String target : PORTS.keySet()) {
            assertThat(
                            Pattern.compile("[0-9]+")
                                    .matcher(one(target, "EXPOSE"))
                                    .results()
                                    .map(MatchResult::group)
                                    .map(Integer::valueOf))
                    .as(target)
                    .containsExactlyElementsOf(PORTS.get(target));
            if (!target.equals("standalone")) {
                assertThat(Settings.of(target, new HashMap<>()).serverPort())
                        .isEqualTo(PORTS.get(target).getFirst());
            }
        }
    }

    @Test
    void whatIsCopiedIsInTheContextAndMadeByTheBuild() throws Exception {
        List<String> ignored = Files.readAllLines(Compose.FOLDER.resolveSibling(".dockerignore"));
        for (String stage : stages.keySet()) {
            of(stage, "COPY")
                    .filter(line -> !line.contains("--from"))
                    .map(line -> line.split(" ", -1)[1])
                    .forEach(
                            source -> {
                                assertThat(ignored)
                                        .anyMatch(
                                                line ->
                                                        line.startsWith("!")
                                                                && source.startsWith(
                                                                        line.substring(1)));
                                Path module =
                                        Compose.FOLDER.resolveSibling(source.split("/", -1)[0]);
                                if (source.endsWith("-app.jar")) {
                                    assertThat(module.resolve("pom.xml"))
                                            .content()
                                            .contains("<classifier>app</classifier>");
                                } else {
                                    assertThat(Compose.FOLDER.resolveSibling(source)).exists();
                                }
                            });
        }
    }
}
