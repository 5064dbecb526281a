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
     * What a broker's file calls the value that a topic has when it sets none. The ones that are
     * not here have no such name in Kafka, or one in another unit, and are not shown as synonyms.
     */
    private static final Map<TopicSetting, String> BROKER_NAMES =
            Map.ofEntries(
                    Map.entry(TopicSetting.CLEANUP_POLICY, "log.cleanup.policy"),
                    Map.entry(TopicSetting.COMPRESSION_TYPE, "compression.type"),
                    Map.entry(TopicSetting.DELETE_RETENTION_MS, "log.cleaner.delete.retention.ms"),
                    Map.entry(TopicSetting.FILE_DELETE_DELAY_MS, "log.segment.delete.delay.ms"),
                    Map.entry(TopicSetting.FLUSH_MESSAGES, "log.flush.interval.messages"),
                    Map.entry(TopicSetting.INDEX_INTERVAL_BYTES, "log.index.interval.bytes"),
                    Map.entry(
                            TopicSetting.MAX_COMPACTION_LAG_MS,
                            "log.cleaner.max.compaction.lag.ms"),
                    Map.entry(TopicSetting.MAX_MESSAGE_BYTES, "message.max.bytes"),
                    Map.entry(
                            TopicSetting.MESSAGE_TIMESTAMP_AFTER_MAX_MS,
                            "log.message.timestamp.after.max.ms"),
                    Map.entry(
                            TopicSetting.MESSAGE_TIMESTAMP_BEFORE_MAX_MS,
                            "log.message.timestamp.before.max.ms"),
                    Map.entry(TopicSetting.MESSAGE_TIMESTAMP_TYPE, "log.message.timestamp.type"),
                    Map.entry(
                            TopicSetting.MIN_CLEANABLE_DIRTY_RATIO,
                            "log.cleaner.min.cleanable.ratio"),
                    Map.entry(
                            TopicSetting.MIN_COMPACTION_LAG_MS,
                            "log.cleaner.min.compaction.lag.ms"),
                    Map.entry(TopicSetting.MIN_INSYNC_REPLICAS, "min.insync.replicas"),
                    Map.entry(TopicSetting.RETENTION_BYTES, "log.retention.bytes"),
                    Map.entry(TopicSetting.SEGMENT_BYTES, "log.segment.bytes"),
                    Map.entry(TopicSetting.SEGMENT_INDEX_BYTES, "log.index.size.max.bytes"));

    /**
     * @param defaults of this broker, by setting name; what a topic has that sets nothing
     * @param withSynonyms whether to say what else the value could have come from
     */
    @SuppressWarnings("NullAway") // Kafka's setters take null where the protocol has it.
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
                result.setSynonyms(
                        origins.stream().filter(origin -> !origin.name().isEmpty()).toList());
            }
            result.setDocumentation(withText ? setting.meaning() : null);
            all.add(result);
        }
        return all;
    }

    /** The one in force first. */
    private static List<DescribeConfigsSynonym> origins(
            TopicSetting setting, Map<String, String> set, Map<String, String> defaults) {
        List<DescribeConfigsSynonym> origins = new ArrayList<>(3);
        String name = setting.settingName();
        String ofBroker = BROKER_NAMES.getOrDefault(setting, "");
        add(origins, name, set.get(name), ConfigSource.TOPIC_CONFIG);
        add(origins, ofBroker, defaults.get(name), ConfigSource.STATIC_BROKER_CONFIG);
        add(origins, ofBroker, setting.defaultValue(), ConfigSource.DEFAULT_CONFIG);
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
