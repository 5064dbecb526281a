package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As Kubernetes has it: the actuator on a port of its own, and nothing else on that. */
class ManagementPortTest {

    @TempDir Path folder;

    @Test
    void theManagementPortShowsTheActuatorAndNoRecords() throws Exception {
        try (RunningBroker broker =
                RunningBroker.start(
                        folder,
                        "--management.server.port=0",
                        "--management.server.address=127.0.0.1")) {
            broker.createTopic("t", 1, Map.of());
            String management =
                    "http://127.0.0.1:"
                            + broker.context()
                                    .getEnvironment()
                                    .getProperty("local.management.port");
            assertThat(broker.get(management + "/actuator/prometheus").body())
                    .contains("jvm_memory_used_bytes");
            assertThat(broker.get(management + "/actuator/health/cluster").body())
                    .contains("\"broker\":{");
            assertThat(broker.get(management + "/v1/topics/t/partitions/0").statusCode())
                    .isEqualTo(404);

            assertThat(broker.get(broker.url() + "/livez").statusCode()).isEqualTo(200);
            assertThat(broker.get(broker.url() + "/readyz").statusCode()).isEqualTo(200);
            for (String path : List.of("/actuator/prometheus", "/actuator/health", "/actuator")) {
                assertThat(broker.get(broker.url() + path).statusCode()).as(path).isEqualTo(404);
            }
        }
    }
}
