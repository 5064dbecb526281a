package io.headrace.broker.wiring;

import io.headrace.broker.cluster.DefaultConfig;
import io.headrace.broker.cluster.Membership;
import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.RealDisk;
import io.headrace.broker.disk.WatchedDisk;
import io.headrace.broker.fetch.SliceLoader;
import io.headrace.broker.fetch.SlowReaders;
import io.headrace.broker.group.GroupSettings;
import io.headrace.broker.group.GroupView;
import io.headrace.broker.http.BrokerRoutes;
import io.headrace.broker.http.BytesInFlight;
import io.headrace.broker.http.DecodeFailureBody;
import io.headrace.broker.http.HttpLimits;
import io.headrace.broker.http.ProblemWebExceptionHandler;
import io.headrace.broker.kafka.ConnectionDoctor;
import io.headrace.broker.kafka.DefaultGateways;
import io.headrace.broker.kafka.KafkaLimits;
import io.headrace.broker.kafka.KafkaListener;
import io.headrace.broker.kafka.ListenerCounters;
import io.headrace.broker.kafka.api.ApiContext;
import io.headrace.broker.kafka.api.BrokerSettings;
import io.headrace.broker.kafka.api.ControllerClient;
import io.headrace.broker.kafka.api.KafkaApis;
import io.headrace.broker.kafka.api.OffsetsTopicSettings;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.compaction.CleanerSettings;
import io.headrace.broker.quota.ReplicationThrottle;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.replica.InSyncRules;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.security.Access;
import io.headrace.broker.telemetry.BrokerHealth;
import io.headrace.broker.telemetry.BrokerMetrics;
import io.headrace.broker.telemetry.MetricNames;
import io.headrace.broker.telemetry.RequestMetrics;
import io.headrace.model.cluster.BrokerSetting;
import io.headrace.model.telemetry.JvmAliases;
import io.headrace.model.telemetry.Troubles;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.NettyPipeline;

/** The broker's beans. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({BrokerProperties.class, ZooKeeperProperties.class})
@Import(TroubleConfiguration.class)
public class BrokerConfiguration {

    /** With which the names of event loops begin. */
    private static final String LOOPS = "broker-http";

    @Bean
    @ConditionalOnMissingBean
    Disk disk() {
        return new RealDisk();
    }

    @Bean
    BrokerThreads brokerThreads(BrokerProperties properties) {
        return new BrokerThreads(
                properties.http().workers(),
                properties.http().workersQueueMax(),
                properties.groups().threads());
    }

    /** Event loops of its own: other services in the same JVM keep theirs when this one stops. */
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory factory = new ReactorResourceFactory();
        factory.setUseGlobalResources(false);
        factory.setLoopResources(
                reactor.netty.resources.LoopResources.create(
                        LOOPS, Runtime.getRuntime().availableProcessors(), true));
        return factory;
    }

    @Bean
    BrokerParts brokerParts(
            BrokerProperties properties,
            ZooKeeperProperties zooKeeper,
            Disk disk,
            StorageWatch storage,
            BrokerThreads threads) {
        AtomicReference<@Nullable Broker> made = new AtomicReference<>();
        ReplicaManager replicas =
                new ReplicaManager(
                        properties.id(),
                        new ReplicaManager.Limits(
                                new Partition.Bounds(
                                        properties.replicas().queuedMax(),
                                        properties.replicas().waitingMax()),
                                properties.replicas().parkedMax()),
                        () -> {
                            Broker broker = made.get();
                            return broker == null ? null : broker.image();
                        },
                        threads.forReplicas(),
                        new InSyncRules(
                                properties.replication().lagMax(),
                                System::nanoTime,
                                (change, then) -> {
                                    Broker broker = made.get();
                                    if (broker != null) {
                                        broker.isrChanges().submit(change, then);
                                    }
                                }));
        Coordination coordination =
                Coordination.of(
                        settings(properties.groups()),
                        replicas,
                        threads,
                        () -> {
                            Broker broker = made.get();
                            return broker == null ? null : broker.image();
                        },
                        new SecureRandom());
        Broker broker =
                new Broker(
                        plan(properties, zooKeeper),
                        new WatchedDisk(disk, storage),
                        LogClock.system(),
                        replicas,
                        coordination,
                        threads.handedOn(),
                        Replication.of(properties, replicas, made::get));
        made.set(broker);
        return new BrokerParts(
                broker,
                replicas,
                new BytesInFlight(properties.http().bytesInFlightMax().toBytes()),
                new ConnectionDoctor(DefaultGateways.in(DefaultGateways.ROUTES)),
                coordination);
    }

    @Bean
    ReplicaManager replicaManager(BrokerParts parts) {
        return parts.replicas();
    }

    @Bean
    JvmAliases jvmAliases() {
        return new JvmAliases();
    }

    @Bean
    BrokerMetrics brokerMetrics(
            MeterRegistry registry,
            BrokerProperties properties,
            BrokerParts parts,
            ListenerCounters listeners,
            SlowReaders slowReaders) {
        BrokerProperties.Metrics bounds = properties.metrics();
        BrokerMetrics metrics =
                new BrokerMetrics(
                        registry,
                        new BrokerMetrics.Bounds(bounds.topicsMax(), bounds.partitionsMax()));
        metrics.watch(parts.state());
        metrics.showConnections(listeners::connections);
        metrics.showCounter(MetricNames.CONNECTIONS_ACCEPTED, listeners::acceptedConnections);
        metrics.showCounter(MetricNames.CONNECTIONS_REFUSED, listeners::refusedConnections);
        metrics.showCounter(MetricNames.UNREADABLE_REQUESTS, listeners::unreadableRequests);
        metrics.showCounter(MetricNames.SLOW_READERS, slowReaders::count);
        metrics.showCounter(MetricNames.SLOW_READERS_CLOSED, slowReaders::closed);
        metrics.showIdleThreads(LOOPS, BrokerThreads.READERS);
        return metrics;
    }

    @Bean
    BrokerHealth brokerHealthIndicator(
            BrokerParts parts, BrokerProperties properties, Troubles troubles) {
        return new BrokerHealth(
                parts.state(), troubles, properties.replication().catchUpMax(), System::nanoTime);
    }

    @Bean
    NettyRouteProvider brokerRoutes(
            BrokerProperties properties,
            BrokerParts parts,
            BrokerMetrics metrics,
            BrokerThreads threads) {
        BrokerRoutes routes =
                new BrokerRoutes(
                        parts.replicas(),
                        metrics,
                        limits(properties.http()),
                        parts.bytesInFlight(),
                        threads.readers());
        return routes::mount;
    }

    /** What the codec refuses, before any route is asked, gets the same error body. */
    @Bean
    NettyServerCustomizer decodeFailures() {
        DecodeFailureBody body = new DecodeFailureBody();
        return server ->
                server.doOnChannelInit(
                        (observer, channel, address) ->
                                channel.pipeline()
                                        .addAfter(
                                                NettyPipeline.HttpCodec,
                                                DecodeFailureBody.NAME,
                                                body));
    }

    @Bean
    ProblemWebExceptionHandler problemWebExceptionHandler() {
        return new ProblemWebExceptionHandler();
    }

    @Bean
    StorageLifecycle storageLifecycle(BrokerParts parts) {
        return new StorageLifecycle(parts.broker());
    }

    @Bean(destroyMethod = "close")
    ControllerClient controllerClient(BrokerParts parts) {
        return new ControllerClient(parts.broker()::requiredImage);
    }

    @Bean
    ListenerCounters listenerCounters() {
        return new ListenerCounters();
    }

    @Bean(destroyMethod = "close")
    KafkaListener kafkaListener(
            BrokerProperties properties,
            BrokerParts parts,
            BrokerMetrics metrics,
            BrokerThreads threads,
            ControllerClient controller,
            ListenerCounters counters,
            MeterRegistry registry,
            SlowReaders slowReaders,
            ReactorResourceFactory resources,
            ObjectProvider<Throttle> throttle) {
        BrokerProperties.Kafka kafka = properties.kafka();
        KafkaLimits limits = limits(kafka);
        ApiContext context =
                new ApiContext(
                        parts.replicas(),
                        parts.broker()::requiredImage,
                        metrics,
                        threads.readers(),
                        new SliceLoader(threads.readers()),
                        limits,
                        Access.OPEN,
                        parts.doctor(),
                        kafka.autoCreateTopics(),
                        properties.replication().rackAwareReads(),
                        new ReplicationThrottle(
                                () ->
                                        BrokerSetting.LEADER_THROTTLED_RATE.bytesPerSecond(
                                                parts.broker().requiredImage(), properties.id()),
                                System::nanoTime));
        KafkaListener listener =
                new KafkaListener(
                        KafkaListeners.transport(resources.getLoopResources()),
                        limits,
                        throttle.getIfAvailable(() -> Throttle.NONE),
                        KafkaApis.table(
                                context,
                                controller,
                                parts.broker()::newProducerId,
                                new BrokerSettings(
                                        settings(properties),
                                        properties.topicDefaults(),
                                        parts.broker()::directory),
                                parts.coordination().groups(),
                                new OffsetsTopicSettings(
                                        properties.groups().topicPartitions(),
                                        properties.groups().topicReplicas()),
                                new SecureRandom()),
                        counters,
                        new RequestMetrics(registry),
                        slowReaders);
        metrics.showRequestBytes(listener::bytesInFlight);
        return listener;
    }

    @Bean
    KafkaListeners kafkaListeners(
            BrokerProperties properties, KafkaListener listener, BrokerParts parts) {
        return new KafkaListeners(properties.kafka().listeners(), listener, parts.doctor());
    }

    private static GroupSettings settings(BrokerProperties.Groups groups) {
        return new GroupSettings(
                Math.toIntExact(groups.initialRebalanceDelay().toMillis()),
                Math.toIntExact(groups.sessionTimeoutMin().toMillis()),
                Math.toIntExact(groups.sessionTimeoutMax().toMillis()),
                GroupSettings.DEFAULTS.newMemberJoinTimeoutMs(),
                groups.membersMax(),
                groups.groupsMax(),
                groups.offsetMetadataMax(),
                Math.toIntExact(groups.commitTimeout().toMillis()),
                groups.offsetsRetention().toMillis(),
                groups.offsetsCheck().toMillis());
    }

    /** What Kafka's tools show as this broker's settings. */
    private static Map<String, String> settings(BrokerProperties properties) {
        return Map.of(
                "node.id", Integer.toString(properties.id()),
                "broker.id", Integer.toString(properties.id()),
                "log.dirs", properties.dataDir().toString(),
                "auto.create.topics.enable",
                        Boolean.toString(properties.kafka().autoCreateTopics()),
                "socket.request.max.bytes",
                        Long.toString(properties.kafka().frameBytesMax().toBytes()));
    }

    private static KafkaLimits limits(BrokerProperties.Kafka kafka) {
        return new KafkaLimits(
                Math.toIntExact(kafka.frameBytesMax().toBytes()),
                kafka.bytesInFlightMax().toBytes(),
                kafka.connectionsMax(),
                kafka.connectionsPerAddressMax(),
                kafka.idle(),
                kafka.frameTime(),
                Math.toIntExact(kafka.fetchBytesMax().toBytes()));
    }

    @Bean
    ServingLifecycle servingLifecycle(
            BrokerParts parts,
            ObjectProvider<WebServerApplicationContext> context,
            BrokerProperties properties,
            ServerProperties server,
            KafkaListeners kafka,
            BrokerMetrics metrics,
            BrokerThreads threads) {
        return new ServingLifecycle(
                parts.broker(),
                context.getObject(),
                new ServingLifecycle.Address(properties.advertisedUrl(), host(server)),
                kafka,
                () -> refresh(metrics, parts),
                properties.metrics().refreshEvery(),
                threads.timer());
    }

    private static void refresh(BrokerMetrics metrics, BrokerParts parts) {
        metrics.refresh(parts.state());
        var _ =
                parts.coordination()
                        .groups()
                        .list()
                        .thenAccept(
                                listing ->
                                        metrics.showGroups(
                                                listing.groups().stream()
                                                        .collect(
                                                                Collectors.toMap(
                                                                        GroupView.Listed::groupId,
                                                                        GroupView.Listed
                                                                                ::memberCount,
                                                                        Math::max))));
    }

    @Bean
    HandOverLifecycle handOverLifecycle(BrokerParts parts) {
        return new HandOverLifecycle(parts.broker());
    }

    /** The listening address, or this machine's name when that is every address. */
    private static String host(ServerProperties server) {
        InetAddress address = server.getAddress();
        if (address != null && !address.isAnyLocalAddress()) {
            String text = address.getHostAddress();
            return address instanceof Inet6Address ? "[" + text + "]" : text;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }
    }

    private static Broker.Plan plan(BrokerProperties properties, ZooKeeperProperties zooKeeper) {
        return new Broker.Plan(
                properties.id(),
                properties.configuredRack(),
                new Membership.Settings(
                        zooKeeper.connect(),
                        zooKeeper.sessionTimeout(),
                        zooKeeper.connectTimeout(),
                        zooKeeper.clusterWait()),
                (clusterId, brokerId) -> logSettings(properties, clusterId, brokerId),
                CleanerSettings.DEFAULTS
                        .withMapBytesMax(properties.compaction().mapBytesMax().toBytes())
                        .withBackoffMs(properties.compaction().backoff().toMillis()),
                new DefaultConfig(properties.topicDefaults()),
                properties.handOverWait());
    }

    private static LogDirectorySettings logSettings(
            BrokerProperties properties, String clusterId, int brokerId) {
        LogDirectorySettings kafkas =
                LogDirectorySettings.of(properties.dataDir(), clusterId, brokerId);
        return new LogDirectorySettings(
                kafkas.path(),
                clusterId,
                brokerId,
                properties.diskReserve().toBytes(),
                properties.recoveryThreads(),
                properties.flushThreads(),
                kafkas.flushCheckMs(),
                kafkas.highWatermarkCheckpointMs(),
                kafkas.recoveryPointCheckpointMs(),
                properties.retentionCheck().toMillis(),
                kafkas.fileDeleteCheckMs(),
                new LogDirectorySettings.Producers(
                        properties.producerExpiration().toMillis(),
                        kafkas.producers().checkMs(),
                        properties.producersMax()));
    }

    private static HttpLimits limits(BrokerProperties.Http http) {
        return new HttpLimits(
                Math.toIntExact(http.requestBytesMax().toBytes()),
                Math.toIntExact(http.fetchBytesMax().toBytes()),
                Math.toIntExact(http.fetchBytesDefault().toBytes()),
                http.fetchWaitMax(),
                http.ackTimeoutDefault(),
                http.ackTimeoutMax());
    }
}
