package io.headrace.admin.broker;

import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import io.headrace.admin.topic.ReplicaView;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.TopicImage;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Live brokers over HTTP. */
@RestController
@RequestMapping(
        path = {"/v3/clusters/{clusterId}", "/kafka/v3/clusters/{clusterId}"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class BrokerResource {

    private final V3Clusters clusters;

    BrokerResource(V3Clusters clusters) {
        this.clusters = clusters;
    }

    @GetMapping("/brokers")
    V3List<BrokerView> list(@PathVariable String clusterId, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of(
                "KafkaBrokerList",
                links.url("brokers"),
                brokers().map(broker -> BrokerView.of(links, broker)).toList());
    }

    @GetMapping("/brokers/{broker}")
    BrokerView get(
            @PathVariable String clusterId, @PathVariable int broker, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return BrokerView.of(links, live(broker));
    }

    /** Cluster-wide dynamic defaults: there are none yet. */
    @GetMapping("/broker-configs")
    V3List<BrokerConfigView> clusterConfigs(
            @PathVariable String clusterId, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of("KafkaClusterConfigList", links.url("broker-configs"), List.of());
    }

    @GetMapping("/brokers/-/configs")
    V3List<BrokerConfigView> allConfigs(
            @PathVariable String clusterId, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of(
                "KafkaBrokerConfigList",
                links.url("brokers", "-", "configs"),
                brokers().flatMap(b -> BrokerConfigView.all(links, b).stream()).toList());
    }

    @GetMapping("/brokers/{broker}/configs")
    V3List<BrokerConfigView> configs(
            @PathVariable String clusterId, @PathVariable int broker, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of(
                "KafkaBrokerConfigList",
                links.url("brokers", broker, "configs"),
                BrokerConfigView.all(links, live(broker)));
    }

    @GetMapping("/brokers/{broker}/configs/{name}")
    BrokerConfigView config(
            @PathVariable String clusterId,
            @PathVariable int broker,
            @PathVariable String name,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return BrokerConfigView.all(links, live(broker)).stream()
                .filter(config -> config.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> V3Exception.notFound("there is no broker config '" + name + "'"));
    }

    @GetMapping("/brokers/{broker}/partition-replicas")
    V3List<ReplicaView> replicas(
            @PathVariable String clusterId, @PathVariable int broker, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        BrokerRegistration live = live(broker);
        List<ReplicaView> replicas = new ArrayList<>();
        clusters.image().topics().values().stream()
                .sorted(Comparator.comparing(TopicImage::name))
                .forEach(
                        topic -> {
                            for (int p = 0; p < topic.partitionCount(); p++) {
                                if (topic.assignments().get(p).contains(live.id())) {
                                    replicas.add(ReplicaView.of(links, topic, p, live.id()));
                                }
                            }
                        });
        return V3List.of(
                "KafkaReplicaList", links.url("brokers", broker, "partition-replicas"), replicas);
    }

    private Stream<BrokerRegistration> brokers() {
        return clusters.image().brokers().values().stream()
                .sorted(Comparator.comparingInt(BrokerRegistration::id));
    }

    private BrokerRegistration live(int id) {
        BrokerRegistration broker = clusters.image().brokers().get(id);
        if (broker == null) {
            throw V3Exception.notFound("there is no live broker with id " + id);
        }
        return broker;
    }
}
