package io.headrace.gateway.wiring;

import io.headrace.gateway.consume.ConsumeLimits;
import io.headrace.gateway.consume.ConsumeResource;
import io.headrace.gateway.http.FrontDoor;
import io.headrace.gateway.http.InFlightBytes;
import io.headrace.gateway.http.Routes;
import io.headrace.gateway.http.Stopping;
import io.headrace.gateway.instance.InstanceResource;
import io.headrace.gateway.metadata.MetadataResource;
import io.headrace.gateway.produce.Partitioner;
import io.headrace.gateway.produce.ProduceLimits;
import io.headrace.gateway.produce.ProduceResource;
import io.headrace.gateway.route.AdminProxy;
import io.headrace.gateway.route.Brokers;
import io.headrace.gateway.route.Topics;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.record.Compression;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The rooms' types, made from the settings. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({GatewayProperties.class, ZooKeeperProperties.class})
class GatewayConfiguration {

    @Bean
    GatewayMetrics gatewayMetrics(MeterRegistry registry, InFlightBytes budget) {
        GatewayMetrics metrics = new GatewayMetrics(registry);
        metrics.showInFlightBytes(budget, InFlightBytes::taken);
        return metrics;
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
        return new Brokers(
                watch::image,
                clients.brokers(),
                properties.brokers().appendTimeout(),
                properties.consume().waitMax());
    }

    @Bean
    ProduceResource produceResource(
            Topics topics,
            Brokers brokers,
            InFlightBytes budget,
            GatewayMetrics metrics,
            GatewayProperties properties) {
        GatewayProperties.Produce produce = properties.produce();
        ProduceLimits limits =
                new ProduceLimits(
                        properties.http().bodyBytesMax().toBytes(),
                        produce.recordCountMax(),
                        produce.acks().equals("all") ? -1 : Integer.parseInt(produce.acks()),
                        Compression.valueOf(produce.compression().toUpperCase(Locale.ROOT)));
        return new ProduceResource(
                topics,
                brokers,
                new Partitioner(bound -> ThreadLocalRandom.current().nextInt(bound)),
                limits,
                budget,
                metrics,
                Clock.systemUTC());
    }

    @Bean
    ConsumeResource consumeResource(
            Topics topics,
            Brokers brokers,
            InFlightBytes budget,
            Stopping stopping,
            GatewayMetrics metrics,
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
        return new ConsumeResource(topics, brokers, limits, budget, stopping, metrics);
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
