package io.headrace.admin.group;

import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** How far groups are behind, now. */
@RestController
@RequestMapping(
        path = {
            "/v3/clusters/{clusterId}/consumer-groups/{group}",
            "/kafka/v3/clusters/{clusterId}/consumer-groups/{group}"
        },
        produces = MediaType.APPLICATION_JSON_VALUE)
class LagResource {

    private final GroupReads reads;
    private final V3Clusters clusters;

    LagResource(GroupReads reads, V3Clusters clusters) {
        this.reads = reads;
        this.clusters = clusters;
    }

    @GetMapping("/lags")
    V3List<LagView> lags(
            @PathVariable String clusterId,
            @PathVariable String group,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of(
                "KafkaConsumerLagList",
                links.url(GroupView.GROUPS, group, "lags"),
                reads.lags(reads.group(group)).stream()
                        .map(lag -> LagView.of(links, group, lag))
                        .toList());
    }

    @GetMapping("/lags/{topic}/partitions/{partition}")
    LagView lag(
            @PathVariable String clusterId,
            @PathVariable String group,
            @PathVariable String topic,
            @PathVariable int partition,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return reads.lags(reads.group(group)).stream()
                .filter(
                        lag ->
                                lag.partition().topic().equals(topic)
                                        && lag.partition().partition() == partition)
                .findFirst()
                .map(lag -> LagView.of(links, group, lag))
                .orElseThrow(
                        () ->
                                V3Exception.notFound(
                                        "group '"
                                                + group
                                                + "' has committed no offset for "
                                                + topic
                                                + "-"
                                                + partition));
    }

    @GetMapping("/lag-summary")
    LagSummaryView summary(
            @PathVariable String clusterId,
            @PathVariable String group,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return LagSummaryView.of(links, group, reads.lags(reads.group(group)));
    }
}
