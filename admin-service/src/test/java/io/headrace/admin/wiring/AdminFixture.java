package io.headrace.admin.wiring;

import io.headrace.admin.AdminApplication;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One real ZooKeeper, one real admin-service and brokers that only register, shared by all tests of
 * this JVM: starting them takes longer than most tests.
 */
public final class AdminFixture {

    private static @Nullable AdminFixture shared;

    private final Path directory;
    private final EmbeddedZooKeeper zooKeeper;
    private final CuratorFramework client;
    private final List<Registration> brokers = new ArrayList<>();
    private final ConfigurableApplicationContext admin;

    private AdminFixture() throws Exception {
        directory = Files.createTempDirectory("headrace-admin-test");
        zooKeeper = EmbeddedZooKeeper.start(directory.resolve("zk"), 0);
        client =
                ZkConnection.connect(
                        zooKeeper.connectString(), Duration.ofSeconds(10), Duration.ofSeconds(20));
        for (int id = 0; id < 3; id++) {
            brokers.add(registerBroker(client, id, "rack-" + id, false));
        }
        admin = startAdmin("admin-a", "a");
        await(image -> image.brokers().size() == 3 && image.controllerId().isPresent());
    }

    /** The shared one; closed with the JVM. */
    public static synchronized AdminFixture shared() {
        if (shared == null) {
            try {
                shared = new AdminFixture();
            } catch (Exception e) {
                throw new IllegalStateException("the fixture did not start", e);
            }
        }
        return shared;
    }

    /** Another admin-service on the same ZooKeeper, with a database of its own. */
    public ConfigurableApplicationContext startAdmin(
            String id, String databaseName, String... more) {
        return start(zooKeeper.connectString(), id, directory.resolve(databaseName), more);
    }

    /** The same elsewhere, for example in a chroot. */
    public ConfigurableApplicationContext startAdminAt(
            String connectString, String id, String databaseName, String... more) {
        return start(connectString, id, directory.resolve(databaseName), more);
    }

    static ConfigurableApplicationContext start(
            String connect, String id, Path dataDirectory, String... more) {
        List<String> args = new ArrayList<>();
        if (List.of(more).stream().noneMatch(arg -> arg.startsWith("--server.port="))) {
            args.add("--server.port=0");
        }
        args.add("--headrace.zookeeper.connect=" + connect);
        args.add("--headrace.admin.id=" + id);
        args.add("--headrace.admin.data-dir=" + dataDirectory);
        args.add("--headrace.admin.election-wait=3s");
        // The brokers of most tests copy nothing, so what moves stays on the way.
        args.add("--headrace.admin.balance.moves-max=100");
        args.add("--headrace.admin.balance.rest-factor=0");
        args.addAll(List.of(more));
        return AdminApplication.run(args.toArray(String[]::new));
    }

    public static Registration registerBroker(
            CuratorFramework client, int id, String rack, boolean uncleanStart) throws Exception {
        return Registration.register(
                client,
                ZkPaths.broker(id),
                new BrokerNode(
                        "http://127.0.0.1:1",
                        Map.of(),
                        rack,
                        "test",
                        uncleanStart ? -1 : 1,
                        "disk",
                        false),
                Duration.ofSeconds(20));
    }

    public ConfigurableApplicationContext admin() {
        return admin;
    }

    public <T> T bean(Class<T> type) {
        return admin.getBean(type);
    }

    public CuratorFramework client() {
        return client;
    }

    public String connectString() {
        return zooKeeper.connectString();
    }

    public Path directory() {
        return directory;
    }

    public String url() {
        return url(admin);
    }

    public static String url(ConfigurableApplicationContext context) {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    public ClusterImage image() {
        return bean(ClusterWatch.class).image();
    }

    public String clusterId() {
        return image().clusterId();
    }

    /** For example {@code cluster("topics")}. */
    public String cluster(String rest) {
        return url() + "/v3/clusters/" + clusterId() + (rest.isEmpty() ? "" : "/" + rest);
    }

    public void await(Predicate<ClusterImage> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> condition.test(image()));
    }
}
