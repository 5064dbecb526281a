package io.headrace.gateway.wiring;

import io.headrace.gateway.consume.ConsumeLimits;
import io.headrace.gateway.consume.ConsumeResource;
import io.headrace.gateway.http.FrontDoor;
import io.headrace.gateway.http.InFlightBytes;
import io.headrace.gateway.http.Routes;
import io.headrace.gateway.http.Stopping;
import io.headrace.gateway.instance.InstanceResource;
import io.headrace.gateway.metadata.MetadataResource;
import io.headrace.gateway.produce.ProduceLimits;
import io.headrace.gateway.produce.ProduceResource;
import io.headrace.gateway.produce.ProducerSettings;
import io.headrace.gateway.produce.Producers;
import io.headrace.gateway.route.AdminProxy;
import io.headrace.gateway.route.Brokers;
import io.headrace.gateway.route.KafkaEndpoints;
import io.headrace.gateway.route.Topics;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.headrace.gateway.telemetry.Tracing;
import io.headrace.gateway.telemetry.otlp.OtlpTracing;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.telemetry.JvmAliases;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The rooms' types, made from the settings. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({GatewayProperties.class, ZooKeeperProperties.class})
class GatewayConfiguration {

    /** What a record can have around its key and value in a request to a broker. */
    private static final int REQUEST_OVERHEAD = 64 * 1024;

    private static final Duration SPANS_CLOSE_WAIT = Duration.ofSeconds(5);

    @Bean
    JvmAliases jvmAliases() {
        return new JvmAliases();
    }

    @Bean
    GatewayMetrics gatewayMetrics(MeterRegistry registry, InFlightBytes budget) {
        GatewayMetrics metrics = new GatewayMetrics(registry);
        metrics.showInFlightBytes(budget, InFlightBytes::taken);
        return metrics;
    }

    /** Closed after the server. Nothing of OpenTelemetry is loaded unless there is a collector. */
    @Bean(destroyMethod = "close")
    Tracing tracing(GatewayProperties properties) {
        GatewayProperties.Tracing settings = properties.tracing();
        String id = properties.id();
        return settings.endpoint().isEmpty()
                ? Tracing.OFF
                : new OtlpTracing(
                        new OtlpTracing.Settings(
                                settings.endpoint(),
                                settings.ratio(),
                                id == null ? "" : id,
                                Version.ofGateway(),
                                settings.sendEvery(),
                                SPANS_CLOSE_WAIT));
    }

    @Bean
    InFlightBytes inFlightBytes(GatewayProperties properties) {
        long configured = properties.http().inFlightBytesMax().toBytes();
        long quarterOfHeap = Runtime.getRuntime().maxMemory() / 4;
        return new InFlightBytes(configured > 0 ? configured : quarterOfHeap);
    }

    @Bean
    Stopping stopping() {
        return new Stopping();
    }

    @Bean
    Topics topics(ClusterWatch watch, GatewayProperties properties) {
        return new Topics(watch::image, properties.brokers().unknownTopicWait());
    }

    @Bean
    Brokers brokers(ClusterWatch watch, HttpClients clients, GatewayProperties properties) {
        return new Brokers(watch::image, clients.brokers(), properties.consume().waitMax());
    }

    @Bean
    KafkaEndpoints kafkaEndpoints(ClusterWatch watch, GatewayProperties properties) {
        return new KafkaEndpoints(
                watch::image, properties.brokers().kafkaListener().toUpperCase(Locale.ROOT));
    }

    /** Closed after the server: requests in flight have their answers by then. */
    @Bean
    Producers producers(
            KafkaEndpoints endpoints,
            ClusterWatch watch,
            InFlightBytes budget,
            GatewayMetrics metrics,
            GatewayProperties properties) {
        GatewayProperties.Produce produce = properties.produce();
        ProducerSettings settings =
                new ProducerSettings(
                        produce.compression(),
                        (int) produce.batchBytes().toBytes(),
                        produce.inFlightMax(),
                        budget.bytesMax(),
                        (int) properties.http().bodyBytesMax().toBytes() + REQUEST_OVERHEAD,
                        properties.brokers().appendTimeout());
        Producers producers =
                new Producers(
                        endpoints::live,
                        settings,
                        task -> Thread.ofVirtual().name("gateway-producer").start(task),
                        produce.closeTimeout());
        producers.showIn(metrics);
        watch.listen(image -> producers.brokersChanged());
        return producers;
    }

    @Bean
    ProduceResource produceResource(
            Topics topics,
            Producers producers,
            InFlightBytes budget,
            GatewayMetrics metrics,
            Tracing tracing,
            GatewayProperties properties) {
        GatewayProperties.Produce produce = properties.produce();
        ProduceLimits limits =
                new ProduceLimits(
                        properties.http().bodyBytesMax().toBytes(),
                        produce.recordCountMax(),
                        produce.acks().equals("all") ? -1 : Integer.parseInt(produce.acks()),
                        produce.leaderWait(),
                        properties.traceHeaders());
        return new ProduceResource(topics, producers, limits, budget, metrics, tracing);
    }

    @Bean
    ConsumeResource consumeResource(
            Topics topics,
            Brokers brokers,
            InFlightBytes budget,
            Stopping stopping,
            GatewayMetrics metrics,
            Tracing tracing,
            GatewayProperties properties) {
        GatewayProperties.Consume consume = properties.consume();
        ConsumeLimits limits =
                new ConsumeLimits(
                        (int) consume.pageBytes().toBytes(),
                        (int) consume.pageBytesMax().toBytes(),
                        (int) consume.streamPageBytes().toBytes(),
                        consume.waitMax(),
                        consume.heartbeat(),
                        consume.writeTimeout(),
                        consume.streamsMax(),
                        (int) consume.decompressedBytesMax().toBytes());
        return new ConsumeResource(topics, brokers, limits, budget, stopping, metrics, tracing);
    }

    @Bean
    FrontDoor frontDoor(
            Topics topics,
            Brokers brokers,
            ClusterWatch watch,
            HttpClients clients,
            ProduceResource produce,
            ConsumeResource consume,
            InstanceResource instances,
            GatewayMetrics metrics) {
        AdminProxy admin = new AdminProxy(watch::image, clients.admins());
        Routes routes =
                new Routes()
                        .add("produce", "POST", "/topics/{}", produce)
                        .add("produce", "POST", "/topics/{}/partitions/{}", produce)
                        .add("records", "GET", "/topics/{}/partitions/{}/records", consume)
                        .add("v3", "*", "/v3/**", admin)
                        .add("v3", "*", "/kafka/v3/**", admin);
        instances.addTo(routes);
        new MetadataResource(topics, brokers, Version.ofGateway()).addTo(routes);
        return new FrontDoor(routes, metrics);
    }
}
