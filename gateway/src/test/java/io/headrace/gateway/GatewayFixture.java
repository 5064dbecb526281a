package io.headrace.gateway;

import io.headrace.testkit.http.Http;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A real gateway on a free port, beside a {@link TestCluster}. */
public final class GatewayFixture implements AutoCloseable {

    final TestCluster cluster;
    private final boolean isClusterOwn;
    private final ConfigurableApplicationContext context;
    private final Http http = new Http();

    private GatewayFixture(TestCluster cluster, boolean isClusterOwn, String... extra) {
        this.cluster = cluster;
        this.isClusterOwn = isClusterOwn;
        List<String> args = new ArrayList<>(List.of(extra));
        args.add("--server.port=0");
        args.add("--server.address=127.0.0.1");
        args.add("--headrace.zookeeper.connect=" + cluster.zooKeeperAddress());
        context = GatewayApplication.run(args.toArray(String[]::new));
    }

    /** A gateway and a cluster that ends with it. */
    public static GatewayFixture start(String... extra) throws Exception {
        return new GatewayFixture(TestCluster.start(), true, extra);
    }

    /** One more gateway; the cluster stays when it is closed. */
    public static GatewayFixture beside(TestCluster cluster, String... extra) {
        return new GatewayFixture(cluster, false, extra);
    }

    public TestCluster cluster() {
        return cluster;
    }

    public int port() {
        return Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer())
                .getPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    /** Creates a topic and waits until the broker leads it and this gateway knows it. */
    public void createTopic(String name, int partitions, Map<String, String> config)
            throws Exception {
        cluster.createTopic(name, partitions, config);
        awaitTopic(name);
    }

    void awaitTopic(String name) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> http.get(url() + "/topics").body().contains("\"" + name + "\""));
    }

    @Override
    public void close() throws IOException {
        context.close();
        http.close();
        if (isClusterOwn) {
            cluster.close();
        }
    }
}
