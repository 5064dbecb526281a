package io.headrace.broker.kafka.api;

import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicSetting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** A topic's settings as the protocol shows them: value in force, source, synonyms. */
final class TopicConfigs {

    private TopicConfigs() {}

    private static List<TopicSetting> sorted() {
        return Arrays.stream(TopicSetting.values())
                .sorted(Comparator.comparing(TopicSetting::settingName))
                .toList();
    }

    /** For the answer to a creation. */
    static List<CreatableTopicConfigs> created(TopicConfig config) {
        List<CreatableTopicConfigs> all = new ArrayList<>();
        for (TopicSetting setting : sorted()) {
            all.add(
                    new CreatableTopicConfigs()
                            .setName(setting.settingName())
                            .setValue(config.value(setting))
                            .setConfigSource(source(config.isSet(setting)).id())
                            .setReadOnly(false)
                            .setIsSensitive(false));
        }
        return all;
    }

    private static ConfigSource source(boolean isSet) {
        return isSet ? ConfigSource.TOPIC_CONFIG : ConfigSource.DEFAULT_CONFIG;
    }

    /**
     * @param defaults of this broker, by setting name; what a topic has that sets nothing
     * @param withSynonyms whether to say what else the value could have come from
     */
    static List<DescribeConfigsResourceResult> described(
            Map<String, String> set,
            Map<String, String> defaults,
            boolean withSynonyms,
            boolean withText) {
        List<DescribeConfigsResourceResult> all = new ArrayList<>();
        for (TopicSetting setting : sorted()) {
            List<DescribeConfigsSynonym> origins = origins(setting, set, defaults);
            DescribeConfigsSynonym inForce = origins.getFirst();
            DescribeConfigsResourceResult result =
                    new DescribeConfigsResourceResult()
                            .setName(setting.settingName())
                            .setValue(inForce.value())
                            .setConfigSource(inForce.source())
                            .setConfigType(ConfigTypes.of(setting.settingName()))
                            .setReadOnly(false)
                            .setIsSensitive(false);
            if (withSynonyms) {
                result.setSynonyms(origins);
            }
            if (withText) {
                result.setDocumentation(setting.meaning());
            }
            all.add(result);
        }
        return all;
    }

    /** The one in force first. */
    private static List<DescribeConfigsSynonym> origins(
            TopicSetting setting, Map<String, String> set, Map<String, String> defaults) {
        List<DescribeConfigsSynonym> origins = new ArrayList<>(3);
        String name = setting.settingName();
        add(origins, name, set.get(name), ConfigSource.TOPIC_CONFIG);
        add(origins, name, defaults.get(name), ConfigSource.STATIC_BROKER_CONFIG);
        add(origins, name, setting.defaultValue(), ConfigSource.DEFAULT_CONFIG);
        return origins;
    }

    private static void add(
            List<DescribeConfigsSynonym> origins,
            String name,
            @org.jspecify.annotations.Nullable String value,
            ConfigSource source) {
        if (value != null) {
            origins.add(
                    new DescribeConfigsSynonym()
                            .setName(name)
                            .setValue(value)
                            .setSource(source.id()));
        }
    }
}
