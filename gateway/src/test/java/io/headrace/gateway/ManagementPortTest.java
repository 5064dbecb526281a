package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** As Kubernetes has it: the actuator on a port of its own, and nothing else on that. */
class ManagementPortTest {

    private static GatewayFixture gateway;
    private static String management;

    private final Http http = new Http();

    @BeforeAll
    static void start() throws Exception {
        gateway =
                GatewayFixture.start(
                        "--management.server.port=0", "--management.server.address=127.0.0.1");
        management =
                "http://127.0.0.1:"
                        + gateway.context().getEnvironment().getProperty("local.management.port");
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @Test
    void theManagementPortShowsTheActuatorAndNoRecords() {
        assertThat(http.get(management + "/actuator/prometheus").body())
                .contains("jvm_memory_used_bytes");
        assertThat(http.get(management + "/actuator/health/cluster").body())
                .contains("\"brokers\":1");
        assertThat(http.get(management + "/topics").statusCode()).isEqualTo(404);
        assertThat(http.get(management + "/v3/clusters").statusCode()).isEqualTo(404);
    }

    @Test
    void theFrontDoorShowsProbesAndNoActuator() {
        assertThat(http.get(gateway.url() + "/topics").statusCode()).isEqualTo(200);
        for (String probe : List.of("/livez", "/readyz")) {
            assertThat(http.get(gateway.url() + probe).statusCode()).as(probe).isEqualTo(200);
        }
        for (String path : List.of("/actuator/prometheus", "/actuator/health", "/actuator")) {
            assertThat(http.get(gateway.url() + path).statusCode()).as(path).isEqualTo(404);
        }
    }
}
