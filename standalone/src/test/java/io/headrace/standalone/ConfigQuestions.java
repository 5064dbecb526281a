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
        both.askAll(
                "the same topic twice",
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                side -> {
                    IncrementalAlterConfigsRequestData request =
                            alteration("one", SET, "retention.ms", "78");
                    request.resources().add(request.resources().iterator().next().duplicate());
                    return request;
                });
        both.ask(
                "the same topic twice",
                ApiKeys.ALTER_CONFIGS,
                2,
                side -> {
                    AlterConfigsRequestData request = replaced("one", "retention.ms", "78");
                    request.resources().add(request.resources().iterator().next().duplicate());
                    return request;
                });
        altered(both, "subtract what is not there", "one", SUBTRACT, "cleanup.policy", "compact");
        altered(both, "subtract all", "one", SUBTRACT, "cleanup.policy", "delete");
        altered(both, "delete the policy", "one", DELETE, "cleanup.policy", null);
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

    /** Settings of brokers; one of them answers both for itself and for all. */
    static void askOfBrokers(SideBySide both) throws IOException {
        for (String setting :
                List.of(
                        "node.id",
                        "broker.id",
                        "auto.create.topics.enable",
                        "socket.request.max.bytes",
                        "leader.replication.throttled.rate",
                        "follower.replication.throttled.rate",
                        "no.such.setting")) {
            described(both, "of a broker, " + setting, BROKER, "1", setting);
        }
        both.ask(
                "of a broker, log.dirs",
                ApiKeys.DESCRIBE_CONFIGS,
                4,
                side -> asked(BROKER, "1", "log.dirs"),
                DescribeConfigsResponseData.class,
                (side, answer) ->
                        answer.results().getFirst().configs().forEach(each -> each.setValue("")));
        described(both, "of all brokers", BROKER, "", "leader.replication.throttled.rate");
        String rate = "leader.replication.throttled.rate";
        ofBroker(both, "set", "1", SET, rate, "1000");
        described(both, "after set", BROKER, "1", rate);
        ofBroker(both, "append", "1", APPEND, rate, "1");
        ofBroker(both, "no number", "1", SET, rate, "soon");
        ofBroker(both, "too small", "1", SET, rate, "-1");
        ofBroker(both, "null", "1", SET, rate, null);
        ofBroker(both, "no such setting", "1", SET, "no.such.setting", "1");
        ofBroker(both, "only in its file", "1", SET, "node.id", "2");
        ofBroker(both, "no such broker", "99", SET, rate, "1000");
        ofBroker(both, "no number of a broker", "first", SET, rate, "1000");
        ofBroker(both, "no such operation", "1", (byte) 9, rate, "1000");
        both.askAll(
                "of a broker, only validated",
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                side -> alteration(BROKER, "1", SET, rate, "77").setValidateOnly(true));
        both.askAll(
                "of a broker, the same twice",
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                side -> {
                    IncrementalAlterConfigsRequestData request =
                            alteration(BROKER, "1", SET, rate, "77");
                    request.resources().add(request.resources().iterator().next().duplicate());
                    return request;
                });
        described(both, "after refusals", BROKER, "1", rate);
        ofBroker(both, "delete", "1", DELETE, rate, null);
        ofBroker(both, "delete what is not set", "1", DELETE, rate, null);
        described(both, "after delete", BROKER, "1", rate);
        both.askAll(
                "of a broker, all set",
                ApiKeys.ALTER_CONFIGS,
                side -> replaced(BROKER, "1", rate, "5000"));
        described(both, "after all set", BROKER, "1", rate);
        both.askAll(
                "of a broker, all gone",
                ApiKeys.ALTER_CONFIGS,
                side -> replaced(BROKER, "1", rate, null));
        both.askAll(
                "of a broker, bad",
                ApiKeys.ALTER_CONFIGS,
                side -> replaced(BROKER, "1", rate, "x"));
        both.askAll(
                "of no such broker",
                ApiKeys.ALTER_CONFIGS,
                side -> replaced(BROKER, "99", rate, "1"));
        both.askAll(
                "of no such kind",
                ApiKeys.ALTER_CONFIGS,
                side -> replaced((byte) 77, "1", rate, "1"));
        both.askAll(
                "of no such kind",
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                side -> alteration((byte) 77, "1", SET, rate, "1"));
    }

    private static void ofBroker(
            SideBySide both,
            String name,
            String broker,
            byte operation,
            String setting,
            String value)
            throws IOException {
        both.askAll(
                "of a broker, " + name,
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                side -> alteration(BROKER, broker, operation, setting, value));
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
                    side -> asked(type, resource, setting).setIncludeSynonyms(thisVersion == 4),
                    DescribeConfigsResponseData.class,
                    (side, answer) -> {});
        }
    }

    private static DescribeConfigsRequestData asked(byte type, String resource, String setting) {
        return new DescribeConfigsRequestData()
                .setResources(
                        List.of(
                                new DescribeConfigsRequestData.DescribeConfigsResource()
                                        .setResourceType(type)
                                        .setResourceName(resource)
                                        .setConfigurationKeys(List.of(setting))));
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
        return alteration(TOPIC, topic, operation, setting, value);
    }

    private static IncrementalAlterConfigsRequestData alteration(
            byte type, String resource, byte operation, String setting, String value) {
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
                        .setResourceType(type)
                        .setResourceName(resource)
                        .setConfigs(configs));
        return new IncrementalAlterConfigsRequestData().setResources(resources);
    }

    private static AlterConfigsRequestData replaced(String topic, String setting, String value) {
        return replaced(TOPIC, topic, setting, value);
    }

    private static AlterConfigsRequestData replaced(
            byte type, String resource, String setting, String value) {
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
                        .setResourceType(type)
                        .setResourceName(resource)
                        .setConfigs(configs));
        return new AlterConfigsRequestData().setResources(resources);
    }
}
