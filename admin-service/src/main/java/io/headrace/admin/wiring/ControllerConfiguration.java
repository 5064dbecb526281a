package io.headrace.admin.wiring;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.audit.AuditRepository;
import io.headrace.admin.controller.ClusterLayout;
import io.headrace.admin.controller.ClusterStore;
import io.headrace.admin.controller.ClusterView;
import io.headrace.admin.controller.Controller;
import io.headrace.admin.controller.ControllerElection;
import io.headrace.admin.controller.ControllerRules;
import io.headrace.admin.controller.Lifelines;
import io.headrace.admin.controller.Lifelines.Peer;
import io.headrace.admin.controller.TopicRules;
import io.headrace.admin.controller.UncleanElections;
import io.headrace.admin.controller.ZooKeeperStore;
import io.headrace.admin.telemetry.AdminMetrics;
import io.headrace.admin.telemetry.ClusterHealth;
import io.headrace.admin.telemetry.PartitionsHealth;
import io.headrace.admin.telemetry.WatchedRegistry;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.telemetry.JvmAliases;
import io.headrace.model.telemetry.Troubles;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.curator.framework.CuratorFramework;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** ZooKeeper, the cluster image, the controller, and what watches over them. */
@Configuration(proxyBeanMethods = false)
class ControllerConfiguration {

    private static final Duration VISIBLE_WAIT = Duration.ofSeconds(5);
    private static final Duration AUDIT_CLOSE_WAIT = Duration.ofSeconds(5);

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    RandomGenerator random() {
        return new SecureRandom();
    }

    @Bean
    AdminId adminId(AdminProperties properties, RandomGenerator random) {
        return new AdminId(
                properties
                        .configuredId()
                        .orElseGet(() -> "admin-" + HexFormat.of().toHexDigits(random.nextInt())));
    }

    @Bean(destroyMethod = "close")
    CuratorFramework zooKeeper(
            ZooKeeperProperties properties, ClusterProperties cluster, RandomGenerator random)
            throws Exception {
        CuratorFramework client =
                ZkConnection.connect(
                        properties.connect(),
                        properties.sessionTimeout(),
                        properties.connectTimeout());
        try {
            var _ = ClusterLayout.ensure(client, cluster.expectedId(), random);
        } catch (Exception e) {
            client.close();
            throw e;
        }
        return client;
    }

    @Bean(destroyMethod = "close")
    ClusterWatch clusterWatch(CuratorFramework zooKeeper, ZooKeeperProperties properties)
            throws Exception {
        return ClusterWatch.start(zooKeeper, properties.connectTimeout());
    }

    @Bean
    ClusterView clusterView(ClusterWatch watch) {
        return new ClusterView() {
            @Override
            public ClusterImage image() {
                return watch.image();
            }

            @Override
            public ClusterImage await(Predicate<ClusterImage> condition, Duration wait)
                    throws InterruptedException, TimeoutException {
                return watch.await(condition, wait);
            }
        };
    }

    @Bean
    UncleanElections clusterStore(CuratorFramework zooKeeper) {
        return new UncleanElections(new ZooKeeperStore(zooKeeper));
    }

    /** Breaks the circle between controller and election: the one tells the other it is fenced. */
    static final class FencedHandler {
        private volatile Runnable handler = () -> {};

        void set(Runnable to) {
            handler = to;
        }

        void run() {
            handler.run();
        }
    }

    @Bean
    FencedHandler fencedHandler() {
        return new FencedHandler();
    }

    @Bean(destroyMethod = "")
    Controller controller(
            AdminProperties properties,
            Clock clock,
            RandomGenerator random,
            ClusterStore store,
            ClusterView view,
            FencedHandler fenced) {
        AdminProperties.Topics topics = properties.topics();
        return new Controller(
                new ControllerRules(
                        new TopicRules(
                                topics.partitions(),
                                topics.replicationFactor(),
                                topics.partitionsMax(),
                                topics.deletionGrace(),
                                topics.tombstoneRetention()),
                        new ControllerRules.Leaders(
                                properties.leaders().interval(),
                                properties.leaders().imbalanceMax(),
                                properties.leaders().warmUp()),
                        new ControllerRules.Balance(
                                properties.balance().movesMax(),
                                properties.balance().restFactor(),
                                properties.balance().fillNewBrokers())),
                clock,
                random,
                store,
                view,
                new Controller.Timing(properties.tick(), VISIBLE_WAIT),
                fenced::run);
    }

    @Bean(destroyMethod = "")
    ControllerElection controllerElection(
            CuratorFramework zooKeeper,
            AdminId adminId,
            ClusterStore store,
            ClusterView view,
            Controller controller,
            FencedHandler fenced) {
        ControllerElection election =
                new ControllerElection(zooKeeper, adminId.value(), store, view, controller);
        fenced.set(election::again);
        return election;
    }

    /** Every instance watches brokers, and only the one in office writes; others watch that one. */
    @Bean(destroyMethod = "close")
    Lifelines lifelines(
            AdminId adminId,
            ClusterWatch watch,
            Controller controller,
            ControllerElection election) {
        Lifelines lifelines =
                new Lifelines(
                        adminId.value(),
                        peer -> {
                            switch (peer) {
                                case Peer.OfBroker(int id, long epoch, String url) ->
                                        controller.brokerGone(id, epoch);
                                case Peer.OfController(String id, String url) ->
                                        election.controllerGone(id, url);
                            }
                        });
        watch.listen(lifelines::follow);
        return lifelines;
    }

    @Bean(destroyMethod = "")
    AuditLog auditLog(
            AuditRepository rows, AdminProperties properties, Clock clock, AdminId adminId) {
        AdminProperties.Audit audit = properties.audit();
        return new AuditLog(
                rows::saveAll,
                new AuditLog.Limits(
                        audit.queueLength(),
                        audit.waitMax(),
                        audit.attempts(),
                        audit.pause(),
                        AUDIT_CLOSE_WAIT),
                clock,
                adminId.value());
    }

    @Bean
    JvmAliases jvmAliases() {
        return new JvmAliases();
    }

    @Bean
    AdminMetrics adminMetrics(
            ClusterWatch watch,
            Controller controller,
            UncleanElections uncleanElections,
            AuditLog audit,
            AdminProperties properties) {
        return new AdminMetrics(
                watch, controller, uncleanElections, audit, properties.metrics().partitionsMax());
    }

    @Bean
    WatchedRegistry prometheusRegistry(ObjectProvider<AdminMetrics> metrics) {
        return new WatchedRegistry(() -> metrics.getObject().refresh());
    }

    @Bean
    ClusterHealth adminHealthIndicator(
            CuratorFramework zooKeeper,
            AdminId adminId,
            ClusterWatch watch,
            Controller controller,
            Troubles troubles) {
        return new ClusterHealth(
                () -> zooKeeper.getZookeeperClient().isConnected(),
                adminId.value(),
                watch,
                controller,
                troubles);
    }

    @Bean
    PartitionsHealth partitionsHealthIndicator(ClusterWatch watch) {
        return new PartitionsHealth(watch::image);
    }
}
