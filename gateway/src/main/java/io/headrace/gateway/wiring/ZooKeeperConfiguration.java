package io.headrace.gateway.wiring;

import io.headrace.gateway.telemetry.ClusterHealth;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.telemetry.Troubles;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The connection to ZooKeeper and the cluster image that comes over it. */
@Configuration(proxyBeanMethods = false)
class ZooKeeperConfiguration {

    @Bean(destroyMethod = "close")
    CuratorFramework zooKeeper(ZooKeeperProperties properties) throws InterruptedException {
        return ZkConnection.connect(
                properties.connect(), properties.sessionTimeout(), properties.connectTimeout());
    }

    @Bean(destroyMethod = "close")
    ClusterWatch clusterWatch(CuratorFramework zooKeeper, ZooKeeperProperties properties)
            throws InterruptedException, TimeoutException {
        return ClusterWatch.start(zooKeeper, properties.connectTimeout());
    }

    @Bean
    ClusterHealth gatewayHealthIndicator(
            ClusterWatch watch, CuratorFramework zooKeeper, Troubles troubles) {
        return new ClusterHealth(
                watch::image, () -> zooKeeper.getZookeeperClient().isConnected(), troubles);
    }
}
