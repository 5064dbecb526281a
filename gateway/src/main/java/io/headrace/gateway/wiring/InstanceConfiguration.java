package io.headrace.gateway.wiring;

import io.headrace.gateway.http.ClientUrl;
import io.headrace.gateway.http.InFlightBytes;
import io.headrace.gateway.http.Stopping;
import io.headrace.gateway.instance.GroupConsumers;
import io.headrace.gateway.instance.InstanceDirectory;
import io.headrace.gateway.instance.InstanceKeeper;
import io.headrace.gateway.instance.InstanceLimits;
import io.headrace.gateway.instance.InstanceResource;
import io.headrace.gateway.instance.Instances;
import io.headrace.gateway.route.KafkaEndpoints;
import io.headrace.gateway.telemetry.GatewayMetrics;
import io.headrace.gateway.telemetry.Tracing;
import io.headrace.model.coordination.ClusterWatch;
import org.apache.curator.framework.CuratorFramework;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Consumer instances; they leave their groups before the connection to ZooKeeper closes. */
@Configuration(proxyBeanMethods = false)
class InstanceConfiguration {

    @Bean
    InstanceLimits instanceLimits(GatewayProperties properties) {
        GatewayProperties.Instances instances = properties.instances();
        return new InstanceLimits(
                instances.max(),
                instances.callsMax(),
                instances.idleMax(),
                instances.keepEvery(),
                instances.joinWait(),
                properties.consume().waitMax(),
                (int) instances.pageBytes().toBytes(),
                (int) instances.pageBytesMax().toBytes(),
                (int) instances.fetchBytesMax().toBytes(),
                instances.commitEvery(),
                properties.consume().writeTimeout(),
                instances.closeWait(),
                instances.commitAsGiven());
    }

    @Bean
    InstanceDirectory instanceDirectory(CuratorFramework zooKeeper, ClusterWatch watch) {
        return new InstanceDirectory(zooKeeper, watch);
    }

    @Bean(destroyMethod = "close")
    Instances consumerInstances(
            InstanceDirectory directory,
            KafkaEndpoints brokers,
            InstanceLimits limits,
            GatewayMetrics metrics) {
        GroupConsumers consumers = new GroupConsumers(brokers, limits, System::nanoTime);
        return new Instances(directory, consumers, limits, metrics, System::nanoTime);
    }

    @Bean(destroyMethod = "close")
    InstanceKeeper instanceKeeper(Instances instances, InstanceLimits limits) {
        return new InstanceKeeper(instances, limits);
    }

    @Bean
    InstanceResource instanceResource(
            GatewayProperties properties,
            Instances instances,
            InstanceDirectory directory,
            HttpClients clients,
            ClusterWatch watch,
            InstanceLimits limits,
            InFlightBytes budget,
            Stopping stopping,
            GatewayMetrics metrics,
            Tracing tracing) {
        return new InstanceResource(
                instances,
                directory,
                clients.gateways(),
                watch::image,
                new ClientUrl(properties.clientUrl()),
                limits,
                budget,
                stopping,
                metrics,
                tracing);
    }
}
