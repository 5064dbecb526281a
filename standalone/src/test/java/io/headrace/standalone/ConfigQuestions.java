package io.headrace.standalone;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Settings of topics: shown, set, taken back, and what is refused. */
final class ConfigQuestions {

    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private ConfigQuestions() {}

    static void ask(SideBySide both) throws IOException {
        for (String setting :
                List.of("retention.ms", "cleanup.policy", "segment.bytes", "max.message.bytes")) {
            described(both, "of a topic, " + setting, TOPIC, "one", setting);
        }
        described(both, "of an absent topic", TOPIC, "absent", "retention.ms");
        described(both, "of a bad topic name", TOPIC, "a b", "retention.ms");
        described(both, "of no such setting", TOPIC, "one", "retention.mss");
        described(both, "of no such broker", BROKER, "99", "retention.ms");
        described(both, "of a broker that is no number", BROKER, "first", "retention.ms");
        described(both, "of no such kind", (byte) 77, "one", "retention.ms");

        altered(both, "set", "one", SET, "retention.ms", "1000");
        described(both, "after set", TOPIC, "one", "retention.ms");
        altered(both, "append", "one", APPEND, "cleanup.policy", "compact");
        described(both, "after append", TOPIC, "one", "cleanup.policy");
        altered(both, "subtract", "one", SUBTRACT, "cleanup.policy", "compact");
        described(both, "after subtract", TOPIC, "one", "cleanup.policy");
        altered(both, "append to no list", "one", APPEND, "retention.ms", "1");
        altered(both, "delete", "one", DELETE, "retention.ms", null);
        described(both, "after delete", TOPIC, "one", "retention.ms");
        altered(both, "set null", "one", SET, "retention.ms", null);
        altered(both, "no number", "one", SET, "retention.ms", "soon");
        altered(both, "too small", "one", SET, "retention.ms", "-5");
        altered(both, "no such setting", "one", SET, "retention.mss", "1");
        altered(both, "no such operation", "one", (byte) 9, "retention.ms", "1");
        altered(both, "absent topic", "absent", SET, "retention.ms", "1");
        altered(both, "delete what is not set", "one", DELETE, "retention.ms", null);

        both.askAll(
                "only validated",
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                side -> alteration("one", SET, "retention.ms", "77").setValidateOnly(true));
        both.askAll(
                "the same twice",
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                side -> {
                    IncrementalAlterConfigsRequestData request =
                            alteration("one", SET, "retention.ms", "77");
                    request.resources()
                            .iterator()
                            .next()
                            .configs()
                            .add(
                                    new IncrementalAlterConfigsRequestData.AlterableConfig()
                                            .setName("retention.ms")
                                            .setConfigOperation(DELETE)
                                            .setValue(null));
                    return request;
                });
        described(both, "after refusals", TOPIC, "one", "retention.ms");
        both.askAll(
                "all set", ApiKeys.ALTER_CONFIGS, side -> replaced("one", "segment.ms", "5000"));
        described(both, "after all set", TOPIC, "one", "segment.ms");
        both.askAll("all gone", ApiKeys.ALTER_CONFIGS, side -> replaced("one", "segment.ms", null));
        both.askAll("bad", ApiKeys.ALTER_CONFIGS, side -> replaced("one", "segment.ms", "x"));
        both.askAll("absent", ApiKeys.ALTER_CONFIGS, side -> replaced("absent", "segment.ms", "1"));
    }

    /** In every version; documentation of settings is everybody's own. */
    private static void described(
            SideBySide both, String name, byte type, String resource, String setting)
            throws IOException {
        for (int version = 1; version <= 4; version++) {
            int thisVersion = version;
            both.ask(
                    name,
                    ApiKeys.DESCRIBE_CONFIGS,
                    version,
                    side ->
                            new DescribeConfigsRequestData()
                                    .setResources(
                                            List.of(
                                                    new DescribeConfigsRequestData
                                                                    .DescribeConfigsResource()
                                                            .setResourceType(type)
                                                            .setResourceName(resource)
                                                            .setConfigurationKeys(
                                                                    List.of(setting))))
                                    .setIncludeSynonyms(thisVersion == 4),
                    DescribeConfigsResponseData.class,
                    (side, answer) -> {});
        }
    }

    private static void altered(
            SideBySide both,
            String name,
            String topic,
            byte operation,
            String setting,
            String value)
            throws IOException {
        both.askAll(
                name,
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                side -> alteration(topic, operation, setting, value));
    }

    private static IncrementalAlterConfigsRequestData alteration(
            String topic, byte operation, String setting, String value) {
        IncrementalAlterConfigsRequestData.AlterableConfigCollection configs =
                new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
        configs.add(
                new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(setting)
                        .setConfigOperation(operation)
                        .setValue(value));
        IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection resources =
                new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection();
        resources.add(
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName(topic)
                        .setConfigs(configs));
        return new IncrementalAlterConfigsRequestData().setResources(resources);
    }

    private static AlterConfigsRequestData replaced(String topic, String setting, String value) {
        AlterConfigsRequestData.AlterableConfigCollection configs =
                new AlterConfigsRequestData.AlterableConfigCollection();
        if (value != null) {
            configs.add(
                    new AlterConfigsRequestData.AlterableConfig().setName(setting).setValue(value));
        }
        AlterConfigsRequestData.AlterConfigsResourceCollection resources =
                new AlterConfigsRequestData.AlterConfigsResourceCollection();
        resources.add(
                new AlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName(topic)
                        .setConfigs(configs));
        return new AlterConfigsRequestData().setResources(resources);
    }
}
