package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Without a collector, a platform is as if there were no OpenTelemetry. */
@ExtendWith(SharedPlatform.class)
class TracingOffTest {

    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void no_class_of_opentelemetry_is_loaded(PlatformProcess platform) throws Exception {
        platform.createTopic("untraced", 1);
        assertThat(platform.produceLines("untraced", 0, List.of("one"))).isZero();
        String records = platform.gateway() + "/topics/untraced/partitions/0/records";
        assertThat(platform.json(records, "traceparent", PARENT).size()).isEqualTo(1);
        platform.http().get(platform.gateway() + "/actuator/prometheus");

        List<String> loaded = classes(platform.child().pid());
        assertThat(loaded)
                .contains("io.headrace.gateway.telemetry.Tracing")
                .noneMatch(name -> name.startsWith("io.opentelemetry."))
                .noneMatch(name -> name.startsWith("io.headrace.gateway.telemetry.otlp."));
    }

    /** The names of all classes and interfaces that a JVM has loaded. */
    private static List<String> classes(long pid) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process =
                new ProcessBuilder(jcmd, Long.toString(pid), "VM.class_hierarchy", "-i")
                        .redirectErrorStream(true)
                        .start();
        try {
            String tree =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).as(tree).isZero();
            // "|  |--io.headrace.Name/0x00007f", and "implements io.headrace.Name/0x00007f"
            return tree.lines()
                    .map(line -> line.replaceAll("^[| -]*(implements )?", ""))
                    .map(line -> line.replaceAll("[/ ].*", ""))
                    .toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
