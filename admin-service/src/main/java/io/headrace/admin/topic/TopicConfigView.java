package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicSetting;
import java.util.ArrayList;
import java.util.List;

/** KafkaTopicConfig: the value in force, where it comes from, and what it would be without. */
record TopicConfigView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("topic_name") String topicName,
        String name,
        String value,
        @JsonProperty("is_default") boolean isDefault,
        @JsonProperty("is_read_only") boolean isReadOnly,
        @JsonProperty("is_sensitive") boolean isSensitive,
        String source,
        List<Synonym> synonyms) {

    private static final String OF_TOPIC = "DYNAMIC_TOPIC_CONFIG";
    private static final String DEFAULT = "DEFAULT_CONFIG";

    record Synonym(String name, String value, String source) {}

    static TopicConfigView of(V3Links links, TopicImage topic, TopicSetting setting) {
        String name = setting.settingName();
        String set = topic.config().get(name);
        List<Synonym> synonyms = new ArrayList<>();
        if (set != null) {
            synonyms.add(new Synonym(name, set, OF_TOPIC));
        }
        synonyms.add(new Synonym(name, setting.defaultValue(), DEFAULT));
        Synonym inForce = synonyms.getFirst();
        return new TopicConfigView(
                "KafkaTopicConfig",
                links.metadata(
                        links.url("topics", topic.name(), "configs", name),
                        "topic",
                        topic.name(),
                        "config",
                        name),
                links.clusterId(),
                topic.name(),
                name,
                inForce.value(),
                set == null,
                false,
                false,
                inForce.source(),
                synonyms);
    }
}
