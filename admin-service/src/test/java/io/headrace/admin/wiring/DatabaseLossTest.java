package io.headrace.admin.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.testkit.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.h2.tools.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The database goes away under a controller: topics still change, the audit rows come later. */
class DatabaseLossTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir Path directory;
    private final Rest rest = new Rest();

    @Test
    void aChangeSucceedsWithoutTheDatabaseAndIsAuditedWhenItIsBack() throws Exception {
        Server database = database("0");
        try (EmbeddedZooKeeper zooKeeper = EmbeddedZooKeeper.start(directory.resolve("zk"), 0);
                CuratorFramework client =
                        ZkConnection.connect(
                                zooKeeper.connectString(),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(20));
                Registration broker = AdminFixture.registerBroker(client, 0, "rack", false);
                ConfigurableApplicationContext admin =
                        AdminFixture.start(
                                zooKeeper.connectString(),
                                "admin-lonely",
                                directory.resolve("admin"),
                                "--spring.datasource.url=jdbc:h2:tcp://127.0.0.1:"
                                        + database.getPort()
                                        + "/./admin")) {
            assertThat(broker.epoch()).isPositive();
            ClusterWatch watch = admin.getBean(ClusterWatch.class);
            Awaitility.await().atMost(LIMIT).until(() -> isControlled(watch.image()));
            String cluster =
                    AdminFixture.url(admin) + "/v3/clusters/" + watch.image().clusterId() + "/";
            assertThat(create(cluster, "before")).isEqualTo(201);
            assertThat(audited(cluster)).containsExactly("before");

            database.stop();
            assertThat(create(cluster, "meanwhile")).isEqualTo(201);
            assertThat(create(cluster, "meanwhile-too")).isEqualTo(201);
            assertThat(rest.get(cluster + "topics/meanwhile").status()).isEqualTo(200);
            assertThat(rest.get(cluster + "audit").status()).isEqualTo(503);

            database = database(Integer.toString(database.getPort()));
            // The pool looks at a connection again only when nobody used it for half a second.
            Awaitility.await()
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> audited(cluster).size() == 3);
            assertThat(audited(cluster)).containsExactly("meanwhile-too", "meanwhile", "before");
        } finally {
            database.stop();
        }
    }

    @Test
    void anAdminServiceStartsWithoutTheDatabaseAndBringsItUpToDateWhenItAnswers() throws Exception {
        int port = FreePorts.some(1).getFirst();
        Optional<Server> database = Optional.empty();
        try (EmbeddedZooKeeper zooKeeper = EmbeddedZooKeeper.start(directory.resolve("zk"), 0);
                CuratorFramework client =
                        ZkConnection.connect(
                                zooKeeper.connectString(),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(20));
                Registration broker = AdminFixture.registerBroker(client, 0, "rack", false);
                ConfigurableApplicationContext admin =
                        AdminFixture.start(
                                zooKeeper.connectString(),
                                "admin-early",
                                directory.resolve("admin"),
                                "--spring.datasource.url=jdbc:h2:tcp://127.0.0.1:"
                                        + port
                                        + "/./late")) {
            assertThat(broker.epoch()).isPositive();
            ClusterWatch watch = admin.getBean(ClusterWatch.class);
            Awaitility.await().atMost(LIMIT).until(() -> isControlled(watch.image()));
            String cluster =
                    AdminFixture.url(admin) + "/v3/clusters/" + watch.image().clusterId() + "/";
            assertThat(create(cluster, "early")).isEqualTo(201);
            assertThat(rest.get(cluster + "audit").status()).isEqualTo(503);

            database = Optional.of(database(Integer.toString(port)));
            Awaitility.await()
                    .atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(500))
                    .until(
                            () ->
                                    rest.get(cluster + "audit").status() == 200
                                            && audited(cluster).equals(List.of("early")));
        } finally {
            database.ifPresent(Server::stop);
        }
    }

    private Server database(String port) throws Exception {
        return Server.createTcpServer(
                        "-tcpPort", port, "-baseDir", directory.toString(), "-ifNotExists")
                .start();
    }

    private static boolean isControlled(ClusterImage image) {
        return image.controllerId().isPresent() && image.brokers().size() == 1;
    }

    private int create(String cluster, String topic) {
        return rest.post(cluster + "topics", "{\"topic_name\":\"" + topic + "\"}").status();
    }

    /** Newest first. */
    private List<String> audited(String cluster) {
        Rest.Answer answer = rest.get(cluster + "audit?action=topic.create");
        List<String> names = new ArrayList<>();
        answer.json()
                .path("data")
                .forEach(row -> names.add(row.path("resource_name").asString("")));
        return names;
    }
}
