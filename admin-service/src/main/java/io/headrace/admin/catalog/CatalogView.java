package io.headrace.admin.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One catalog entry on the wire; a topic nobody described has empty fields. */
public record CatalogView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("topic_id") String topicId,
        String owner,
        String description,
        Map<String, String> labels,
        @JsonProperty("updated_at") @Nullable String updatedAt,
        @JsonProperty("updated_by") @Nullable String updatedBy,
        V3Link topic) {

    static CatalogView of(
            V3Links links,
            String topicName,
            String topicId,
            CatalogText text,
            Optional<CatalogEntry> entry) {
        return new CatalogView(
                "HeadraceCatalogEntry",
                links.metadata(
                        links.url("topics", topicName, "catalog"),
                        "topic",
                        topicName,
                        "catalog",
                        topicId),
                links.clusterId(),
                topicName,
                topicId,
                text.owner(),
                text.description(),
                text.labels(),
                entry.map(e -> Instant.ofEpochMilli(e.updatedAtMs()).toString()).orElse(null),
                entry.map(CatalogEntry::updatedBy).orElse(null),
                links.link("topics", topicName));
    }
}
