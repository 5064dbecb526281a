package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** kafkajs, a client in pure JavaScript: the program of examples/kafkajs. */
@ExtendWith(SharedPlatform.class)
class KafkaJsTest {

    private static final Path EXAMPLE = Path.of("..", "examples", "kafkajs");

    @TempDir Path temp;

    @Test
    void the_example_produces_and_reads_in_a_group(PlatformProcess platform) throws Exception {
        InstalledProgram node = InstalledProgram.named("node");
        InstalledProgram npm = InstalledProgram.named("npm");
        for (String file : List.of("package.json", "package-lock.json", ".npmrc", "orders.js")) {
            Files.copy(EXAMPLE.resolve(file), temp.resolve(file));
        }
        npm.run(temp, "", "ci");
        assertThat(node.run(temp, "", "orders.js", platform.bootstrapServers(), "from-node"))
                .isEqualTo("read 100 orders of 7 customers, each customer's in order\n");
    }
}
