package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.BrokerRegistration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** KafkaBrokerConfig: what a broker registered about itself; read only. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record BrokerConfigView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("broker_id") int brokerId,
        String name,
        @Nullable String value,
        @JsonProperty("is_default") boolean isDefault,
        @JsonProperty("is_read_only") boolean isReadOnly,
        @JsonProperty("is_sensitive") boolean isSensitive,
        String source,
        List<Synonym> synonyms) {

    private static final String SOURCE = "STATIC_BROKER_CONFIG";

    record Synonym(String name, String value, String source) {}

    static List<BrokerConfigView> all(V3Links links, BrokerRegistration broker) {
        return values(broker).entrySet().stream()
                .map(entry -> view(links, broker.id(), entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Map<String, String> values(BrokerRegistration broker) {
        Map<String, String> values = new TreeMap<>();
        values.put("broker.id", Integer.toString(broker.id()));
        values.put("headrace.http.url", broker.httpUrl());
        values.put("headrace.version", broker.version());
        broker.rack().ifPresent(rack -> values.put("broker.rack", rack));
        if (!broker.endpoints().isEmpty()) {
            values.put(
                    "advertised.listeners",
                    String.join(
                            ",",
                            new TreeMap<>(broker.endpoints())
                                    .entrySet().stream()
                                            .map(e -> e.getKey() + "://" + e.getValue())
                                            .toList()));
        }
        return values;
    }

    private static BrokerConfigView view(V3Links links, int brokerId, String name, String value) {
        return new BrokerConfigView(
                "KafkaBrokerConfig",
                links.metadata(
                        links.url("brokers", brokerId, "configs", name),
                        "broker",
                        brokerId,
                        "config",
                        name),
                links.clusterId(),
                brokerId,
                name,
                value,
                false,
                true,
                false,
                SOURCE,
                List.of(new Synonym(name, value, SOURCE)));
    }
}
