package io.headrace.gateway.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.gateway.GatewayFixture;
import io.headrace.gateway.TestCluster;
import io.headrace.testkit.http.Http;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A cluster whose groups form at once, and two gateways. */
final class TwoGateways implements AutoCloseable {

    private final AtomicInteger count = new AtomicInteger();
    final TestCluster cluster;
    final GatewayFixture one;
    final GatewayFixture two;
    final Http http = new Http();

    private TwoGateways(String... args) throws Exception {
        cluster = TestCluster.start("--headrace.broker.groups.initial-rebalance-delay=0s");
        cluster.createTopic("__consumer_offsets", 4, Map.of("cleanup.policy", "compact"));
        one = GatewayFixture.beside(cluster, args);
        two = GatewayFixture.beside(cluster, args);
    }

    static TwoGateways start(String... args) throws Exception {
        return new TwoGateways(args);
    }

    /** A new topic. */
    String topic(int partitions) throws Exception {
        String name = "topic-" + count.incrementAndGet();
        one.createTopic(name, partitions, Map.of());
        return name;
    }

    /** Values {@code from} to {@code from + count - 1} as JSON numbers. */
    void produce(String topic, int partition, int from, int many) {
        String records =
                IntStream.range(from, from + many)
                        .mapToObj(i -> "{\"key\":\"k" + i + "\",\"value\":" + i + "}")
                        .collect(Collectors.joining(","));
        var answer =
                http.post(
                        one.url() + "/topics/" + topic + "/partitions/" + partition,
                        "application/vnd.kafka.json.v2+json",
                        "{\"records\":[" + records + "]}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Override
    public void close() throws IOException {
        http.close();
        one.close();
        two.close();
        cluster.close();
    }
}
