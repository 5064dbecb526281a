package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.BrokerRegistration;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** KafkaBroker; host and port are those of its HTTP API. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record BrokerView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("broker_id") int brokerId,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable String rack,
        V3Link configs,
        @JsonProperty("partition_replicas") V3Link partitionReplicas) {

    static BrokerView of(V3Links links, BrokerRegistration broker) {
        URI http = URI.create(broker.httpUrl());
        return new BrokerView(
                "KafkaBroker",
                links.metadata(links.url("brokers", broker.id()), "broker", broker.id()),
                links.clusterId(),
                broker.id(),
                http.getHost(),
                http.getPort() < 0 ? null : http.getPort(),
                broker.rack().orElse(null),
                links.link("brokers", broker.id(), "configs"),
                links.link("brokers", broker.id(), "partition-replicas"));
    }
}
