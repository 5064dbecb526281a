package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.KafkaPeer;
import io.headrace.testkit.process.KafkaPeer.Release;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kafka's Java clients of two releases, each on its own class path, run one and the same program.
 */
@ExtendWith(SharedPlatform.class)
class KafkaClientsTest {

    private static final Path PROGRAM = Path.of("src/test/resources/clients/RoundTrip.java");

    @ParameterizedTest
    @CsvSource({"CURRENT,4.3.1", "CLIENTS_3_9,3.9.1"})
    void a_program_of_this_release_works(
            Release release, String version, PlatformProcess platform) {
        String prefix = release.name().toLowerCase(Locale.ROOT) + "-";
        String output =
                KafkaPeer.run(
                        KafkaPeer.of(release, PROGRAM.toAbsolutePath().toString())
                                .args(platform.bootstrapServers(), prefix),
                        Duration.ofMinutes(2));
        assertThat(output).contains("all right with kafka-clients " + version);
    }
}
