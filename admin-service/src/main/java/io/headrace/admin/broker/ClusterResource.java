package io.headrace.admin.broker;

import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The cluster over HTTP: there is exactly one. */
@RestController
@RequestMapping(
        path = {"/v3/clusters", "/kafka/v3/clusters"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class ClusterResource {

    private final V3Clusters clusters;

    ClusterResource(V3Clusters clusters) {
        this.clusters = clusters;
    }

    @GetMapping
    V3List<ClusterView> list(HttpServletRequest request) {
        V3Links links = clusters.links(clusters.image().clusterId(), request);
        return V3List.of("KafkaClusterList", links.clustersUrl(), List.of(ClusterView.of(links)));
    }

    @GetMapping("/{clusterId}")
    ClusterView get(@PathVariable String clusterId, HttpServletRequest request) {
        return ClusterView.of(clusters.links(clusterId, request));
    }
}
