package io.headrace.gateway.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.gateway.GatewayFixture;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How instances end without being deleted, and what does not end them. */
class InstanceEndTest {

    private static TwoGateways gateways;

    @BeforeAll
    static void start() throws Exception {
        gateways =
                TwoGateways.start(
                        "--headrace.gateway.instances.idle-max=2s",
                        "--headrace.gateway.instances.max=3",
                        "--headrace.zookeeper.session-timeout=4s");
    }

    @AfterAll
    static void stop() throws Exception {
        gateways.close();
    }

    private static InstanceClient create(GatewayFixture gateway, String group, String name) {
        return InstanceClient.create(
                gateways.http, gateway.url(), group, InstanceClient.settings(name, "json", true));
    }

    private static boolean isGone(InstanceClient instance) {
        HttpResponse<String> answer = instance.get("/subscription");
        return answer.statusCode() == 404 && answer.body().contains("40403");
    }

    @Test
    void anAbandonedInstanceExpiresAndAGatewayHoldsSoManyOnly() throws Exception {
        String topic = gateways.topic(1);
        gateways.produce(topic, 0, 0, 4);
        InstanceClient instance = create(gateways.one, "abandoned", "a").subscribe(topic);
        assertThat(instance.read("?max_bytes=1&timeout=5000")).hasSize(1);
        assertThat(instance.read("?max_bytes=1&timeout=5000")).hasSize(1);
        create(gateways.one, "abandoned", "b");
        create(gateways.one, "abandoned", "c");
        HttpResponse<String> tooMany =
                gateways.http.post(
                        gateways.one.url() + "/consumers/abandoned", InstanceClient.V2, "{}");
        assertThat(tooMany.statusCode()).isEqualTo(503);
        assertThat(tooMany.body()).contains("\"error_code\":50301");
        assertThat(tooMany.headers().firstValue("Retry-After")).isPresent();

        // Asking would keep it alive; what the gateway counts does not.
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> metrics().contains("headrace_gateway_instances_expired_total 3"));
        assertThat(isGone(instance)).isTrue();
        assertThat(metrics()).contains("headrace_gateway_instances 0");
        InstanceClient next = create(gateways.one, "abandoned", "a").subscribe(topic);
        assertThat(next.read("?timeout=5000").getFirst().path("offset").asInt())
                .as("the record whose client never came back is read again")
                .isEqualTo(1);
        next.delete("");
    }

    private static String metrics() {
        return gateways.http.get(gateways.one.url() + "/actuator/prometheus").body();
    }

    @Test
    void anInstanceSurvivesALostZooKeeperSession() throws Exception {
        String topic = gateways.topic(1);
        InstanceClient instance = create(gateways.two, "session", "a").subscribe(topic);
        CuratorFramework zooKeeper = gateways.two.context().getBean(CuratorFramework.class);
        long before = zooKeeper.getZookeeperClient().getZooKeeper().getSessionId();
        expireSession(zooKeeper);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            // Nobody else keeps it from expiring while it cannot be found.
                            assertThat(instance.get("/subscription").statusCode()).isEqualTo(200);
                            return zooKeeper.getZookeeperClient().getZooKeeper().getSessionId()
                                            != before
                                    && instance.through(gateways.one.url())
                                                    .get("/subscription")
                                                    .statusCode()
                                            == 200;
                        });
        instance.delete("");
    }

    /** What ZooKeeper does to a process that was silent for too long. */
    private static void expireSession(CuratorFramework client) throws Exception {
        ZooKeeper own = client.getZookeeperClient().getZooKeeper();
        ZooKeeper twin =
                new ZooKeeper(
                        client.getZookeeperClient().getCurrentConnectionString(),
                        4_000,
                        event -> {},
                        own.getSessionId(),
                        own.getSessionPasswd());
        try {
            Awaitility.await().until(() -> twin.getState().isConnected());
        } finally {
            twin.close();
        }
    }

    @Test
    void aGatewayThatStopsTakesItsInstancesOutOfTheirGroups() throws Exception {
        String topic = gateways.topic(1);
        gateways.produce(topic, 0, 0, 2);
        InstanceClient seenFromOne;
        try (GatewayFixture third = GatewayFixture.beside(gateways.cluster)) {
            third.createTopic("only-for-" + topic, 1, java.util.Map.of());
            InstanceClient instance = create(third, "stops", "a").subscribe(topic);
            assertThat(instance.readAll(2)).hasSize(2);
            seenFromOne = instance.through(gateways.one.url());
            assertThat(seenFromOne.get("/subscription").statusCode()).isEqualTo(200);
        }
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> isGone(seenFromOne));
        InstanceClient next = create(gateways.one, "stops", "a").subscribe(topic);
        gateways.produce(topic, 0, 10, 1);
        long begin = System.nanoTime();
        assertThat(next.readAll(1).getFirst().path("offset").asInt()).isEqualTo(2);
        assertThat(System.nanoTime() - begin).isLessThan(Duration.ofSeconds(15).toNanos());
        next.delete("");
    }

    @Test
    void badInputIsRefusedWithTheConventionsCodes() throws Exception {
        String topic = gateways.topic(1);
        String base = gateways.one.url() + "/consumers/bad";
        for (List<String> bad :
                List.of(
                        List.of("{", "400", "400"),
                        List.of("[]", "400", "400"),
                        List.of("{\"nam\":\"a\"}", "400", "400"),
                        List.of("{\"name\":1}", "400", "400"),
                        List.of("{\"name\":\"a\",\"name\":\"b\"}", "400", "400"),
                        List.of("{\"name\":\"a\"} x", "400", "400"),
                        List.of("{\"format\":\"xml\"}", "422", "422"),
                        List.of("{\"format\":\"avro\"}", "422", "422"),
                        List.of("{\"format\":\"jsonschema\"}", "422", "422"),
                        List.of("{\"format\":\"protobuf\"}", "422", "422"),
                        List.of("{\"auto.offset.reset\":\"middle\"}", "422", "42204"),
                        List.of("{\"auto.commit.enable\":\"maybe\"}", "400", "400"),
                        List.of("{\"fetch.min.bytes\":10000001}", "422", "40001"),
                        List.of("{\"fetch.min.bytes\":\"1e3\"}", "400", "400"),
                        List.of("{\"consumer.request.timeout.ms\":-1}", "422", "40001"),
                        List.of("{\"name\":\"..\"}", "422", "422"),
                        List.of("{\"name\":\"a\\u0000b\"}", "422", "422"),
                        List.of("{\"name\":\"" + "n".repeat(300) + "\"}", "422", "422"),
                        List.of("[".repeat(100_000), "400", "400"))) {
            HttpResponse<String> answer =
                    gateways.http.post(base, InstanceClient.V2, bad.getFirst());
            refused(answer, bad);
        }
        assertThat(gateways.http.post(base, "text/csv", "a").statusCode()).isEqualTo(415);
        InstanceClient instance = create(gateways.one, "bad", "odd name %/?#\\\"ä");
        String zero = "{\"topic\":\"" + topic + "\",\"partition\":0";
        for (List<String> bad :
                List.of(
                        List.of("/subscription", "{}", "422", "422"),
                        List.of("/subscription", "{\"topics\":[]}", "422", "422"),
                        List.of("/subscription", "{\"topics\":\"a\"}", "400", "400"),
                        List.of("/subscription", "{\"topics\":[1]}", "400", "400"),
                        List.of("/subscription", "{\"topics\":[\"a b\"]}", "422", "422"),
                        List.of("/subscription", "{\"topic_pattern\":\"(\"}", "422", "422"),
                        List.of(
                                "/subscription",
                                "{\"topics\":[\"a\"],\"topic_pattern\":\"b\"}",
                                "409",
                                "40903"),
                        List.of("/assignments", "{}", "422", "422"),
                        List.of(
                                "/assignments",
                                "{\"partitions\":[{\"topic\":\"nowhere\",\"partition\":0}]}",
                                "404",
                                "40401"),
                        List.of(
                                "/assignments",
                                "{\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":1}]}",
                                "404",
                                "40402"),
                        List.of(
                                "/assignments",
                                "{\"partitions\":[{\"topic\":\""
                                        + topic
                                        + "\",\"partition\":99999999999}]}",
                                "422",
                                "422"),
                        List.of("/positions", "{}", "422", "422"),
                        List.of(
                                "/positions",
                                "{\"offsets\":[" + zero + ",\"offset\":-1}]}",
                                "422",
                                "422"),
                        List.of(
                                "/positions",
                                "{\"offsets\":[" + zero + ",\"offset\":1}]}",
                                "409",
                                "40903"),
                        List.of(
                                "/positions",
                                "{\"timestamps\":[" + zero + ",\"timestamp\":\"noon\"}]}",
                                "400",
                                "400"),
                        List.of(
                                "/offsets",
                                "{\"offsets\":[" + zero + ",\"offset\":9223372036854775807}]}",
                                "422",
                                "422"),
                        List.of(
                                "/offsets",
                                "{\"offsets\":[" + zero + ",\"offset\":92233720368547758070}]}",
                                "400",
                                "400"))) {
            refused(instance.post(bad.get(0), bad.get(1)), bad.subList(1, 4));
        }
        assertThat(instance.get("/records").body()).contains("40903");
        instance.subscribe(topic);
        for (String query : List.of("?timeout=-1", "?timeout=x", "?max_bytes=0", "?count=1")) {
            assertThat(instance.get("/records" + query).statusCode()).as(query).isEqualTo(400);
        }
        assertThat(instance.get("/records?max_bytes=9223372036854775807&timeout=0").statusCode())
                .isEqualTo(200);
        instance.delete("");
    }

    private static void refused(HttpResponse<String> answer, List<String> bad) {
        assertThat(answer.statusCode()).as(bad.getFirst()).isEqualTo(Integer.parseInt(bad.get(1)));
        assertThat(answer.body()).contains("\"error_code\":" + bad.get(2) + ",");
    }
}
