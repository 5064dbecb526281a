package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.gateway.GatewayApplication;
import io.headrace.testkit.http.Http;
import java.net.http.HttpResponse;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** kill -9 of the controller, as clients of a gateway see it. */
@ExtendWith(SharedCluster.class)
class GatewayControllerKillTest {

    @Test
    void a_gateway_asks_the_other_admin_service_while_the_dead_one_is_registered(
            PartsCluster cluster) throws Exception {
        try (ConfigurableApplicationContext gateway = gateway(cluster);
                Http http = new Http()) {
            String topics =
                    url(gateway) + "/v3/clusters/" + cluster.image().clusterId() + "/topics";
            // Leaves a pooled connection to the controller behind.
            assertThat(http.get(topics).statusCode()).isEqualTo(200);
            int controller = cluster.controller();
            cluster.parts().killAdmin(controller);
            HttpResponse<String> read = http.get(topics);
            HttpResponse<String> made =
                    http.post(
                            topics,
                            "application/json",
                            "{\"topic_name\":\"through-a-gateway\",\"partitions_count\":1}");
            cluster.parts().startAdmin(controller);
            assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            cluster.await(image -> image.admins().size() == PartsCluster.ADMINS);
            cluster.deleteTopic("through-a-gateway");
        }
    }

    private static ConfigurableApplicationContext gateway(PartsCluster cluster) {
        return GatewayApplication.run(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--headrace.zookeeper.connect=" + cluster.parts().zooKeeper());
    }

    private static String url(ConfigurableApplicationContext gateway) {
        return "http://127.0.0.1:"
                + Objects.requireNonNull(((WebServerApplicationContext) gateway).getWebServer())
                        .getPort();
    }
}
