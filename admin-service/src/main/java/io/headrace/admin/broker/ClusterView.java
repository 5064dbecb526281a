package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import org.jspecify.annotations.Nullable;

/** KafkaCluster. The controller is an admin-service here, not a broker, so that link is null. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record ClusterView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @Nullable V3Link controller,
        V3Link acls,
        V3Link brokers,
        @JsonProperty("broker_configs") V3Link brokerConfigs,
        @JsonProperty("consumer_groups") V3Link consumerGroups,
        V3Link topics,
        @JsonProperty("partition_reassignments") V3Link partitionReassignments) {

    static ClusterView of(V3Links links) {
        return new ClusterView(
                "KafkaCluster",
                links.metadata(links.url()),
                links.clusterId(),
                null,
                links.link("acls"),
                links.link("brokers"),
                links.link("broker-configs"),
                links.link("consumer-groups"),
                links.link("topics"),
                links.link("topics", "-", "partitions", "-", "reassignment"));
    }
}
