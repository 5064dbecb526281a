package io.headrace.broker.cluster;

import io.headrace.model.topic.TopicConfig;
import java.util.HashMap;
import java.util.Map;

/**
 * This broker's defaults for topic settings, by Kafka's names; what is set on a topic goes before.
 */
public final class DefaultConfig {

    private final Map<String, String> settings;

    /**
     * @throws IllegalArgumentException for an unknown setting or an illegal value
     */
    public DefaultConfig(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
        TopicConfig.of(this.settings);
    }

    /** Only those that are not Kafka's. */
    public Map<String, String> settings() {
        return settings;
    }

    /** As {@link #with}, for a start that must not fail over one topic's setting. */
    public TopicConfig withOrDefaults(Map<String, String> topicSettings) {
        try {
            return with(topicSettings);
        } catch (IllegalArgumentException e) {
            return with(Map.of());
        }
    }

    TopicConfig with(Map<String, String> topicSettings) {
        if (settings.isEmpty()) {
            return TopicConfig.of(topicSettings);
        }
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(topicSettings);
        return TopicConfig.of(all);
    }
}
