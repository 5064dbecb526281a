package io.headrace.standalone;

import io.headrace.standalone.SideBySide.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Topics: made, described, extended, deleted, and everything that is wrong with a request. */
final class TopicQuestions {

    private static final Uuid UNKNOWN_ID = new Uuid(7, 7);

    private TopicQuestions() {}

    static void ask(SideBySide both) throws IOException {
        keys(both);
        clientNames(both);
        metadata(both);
        creation(both);
        partitions(both);
        colliding(both);
        configured(both);
        allTopics(both);
        deletion(both);
        topicPartitions(both);
    }

    /** The last of the keys that clients of topics and classic groups use. */
    private static final int COMMON_MAX = 75;

    /** Of those, what is not answered here yet or has no meaning here. */
    private static final Set<ApiKeys> KAFKAS_OWN =
            EnumSet.of(
                    // No authentication, access control, quotas and delegation tokens yet.
                    ApiKeys.SASL_HANDSHAKE,
                    ApiKeys.SASL_AUTHENTICATE,
                    ApiKeys.DESCRIBE_ACLS,
                    ApiKeys.CREATE_ACLS,
                    ApiKeys.DELETE_ACLS,
                    ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                    ApiKeys.ALTER_CLIENT_QUOTAS,
                    ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                    ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                    ApiKeys.CREATE_DELEGATION_TOKEN,
                    ApiKeys.RENEW_DELEGATION_TOKEN,
                    ApiKeys.EXPIRE_DELEGATION_TOKEN,
                    ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                    // No transactions and no new group protocol yet.
                    ApiKeys.ADD_PARTITIONS_TO_TXN,
                    ApiKeys.ADD_OFFSETS_TO_TXN,
                    ApiKeys.END_TXN,
                    ApiKeys.WRITE_TXN_MARKERS,
                    ApiKeys.TXN_OFFSET_COMMIT,
                    ApiKeys.DESCRIBE_PRODUCERS,
                    ApiKeys.DESCRIBE_TRANSACTIONS,
                    ApiKeys.LIST_TRANSACTIONS,
                    ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                    ApiKeys.CONSUMER_GROUP_DESCRIBE,
                    // A broker has one log directory; KRaft is Kafka's own.
                    ApiKeys.ALTER_REPLICA_LOG_DIRS,
                    ApiKeys.DESCRIBE_QUORUM,
                    ApiKeys.UPDATE_FEATURES,
                    ApiKeys.UNREGISTER_BROKER,
                    ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                    ApiKeys.PUSH_TELEMETRY,
                    ApiKeys.LIST_CONFIG_RESOURCES);

    private static void keys(SideBySide both) throws IOException {
        for (int version = 0; version <= 4; version++) {
            both.ask(
                    "keys",
                    ApiKeys.API_VERSIONS,
                    version,
                    side ->
                            new ApiVersionsRequestData()
                                    .setClientSoftwareName("differential")
                                    .setClientSoftwareVersion("1"),
                    ApiVersionsResponseData.class,
                    (side, answer) -> {
                        if (isKafka(side, both)) {
                            KAFKAS_OWN.forEach(
                                    key -> answer.apiKeys().remove(answer.apiKeys().find(key.id)));
                        }
                        withoutFeatures(answer);
                    });
        }
    }

    @SuppressWarnings("ReferenceEquality") // there are two sides
    private static boolean isKafka(Side side, SideBySide both) {
        return side == both.theirs();
    }

    /** They number Kafka's own formats of metadata, of which we have none. */
    private static void withoutFeatures(ApiVersionsResponseData answer) {
        answer.setSupportedFeatures(new ApiVersionsResponseData.SupportedFeatureKeyCollection());
        answer.setFinalizedFeatures(new ApiVersionsResponseData.FinalizedFeatureKeyCollection());
        answer.setFinalizedFeaturesEpoch(-1);
        List<ApiVersionsResponseData.ApiVersion> keys = new ArrayList<>();
        answer.apiKeys().forEach(key -> keys.add(key.duplicate()));
        keys.removeIf(key -> key.apiKey() > COMMON_MAX);
        keys.sort(Comparator.comparingInt(ApiVersionsResponseData.ApiVersion::apiKey));
        ApiVersionsResponseData.ApiVersionCollection sorted =
                new ApiVersionsResponseData.ApiVersionCollection();
        sorted.addAll(keys);
        answer.setApiKeys(sorted);
    }

    private static void clientNames(SideBySide both) throws IOException {
        for (String name : List.of("", "a b", "-a", "a-")) {
            both.ask(
                    "client named '" + name + "'",
                    ApiKeys.API_VERSIONS,
                    3,
                    side ->
                            new ApiVersionsRequestData()
                                    .setClientSoftwareName(name)
                                    .setClientSoftwareVersion("1"),
                    ApiVersionsResponseData.class,
                    (side, answer) ->
                            answer.setApiKeys(new ApiVersionsResponseData.ApiVersionCollection()));
        }
    }

    private static void metadata(SideBySide both) throws IOException {
        for (String topic : List.of("one", "three", "absent", "bad/name", "", "x".repeat(250))) {
            both.askAll(
                    "topic " + (topic.length() > 20 ? "with a long name" : topic),
                    ApiKeys.METADATA,
                    side -> named(topic));
        }
        both.askAll(
                "two, one of them absent",
                ApiKeys.METADATA,
                side ->
                        new MetadataRequestData()
                                .setTopics(
                                        List.of(
                                                new MetadataRequestData.MetadataRequestTopic()
                                                        .setName("absent"),
                                                new MetadataRequestData.MetadataRequestTopic()
                                                        .setName("one"))));
        both.askFrom(
                1,
                "no topic",
                ApiKeys.METADATA,
                side -> new MetadataRequestData().setTopics(List.of()));
        both.askFrom(
                12, "by id", ApiKeys.METADATA, side -> byId(side.value("id of one", Uuid.class)));
        both.askFrom(12, "by unknown id", ApiKeys.METADATA, side -> byId(UNKNOWN_ID));
        both.askFrom(
                12,
                "by id and name",
                ApiKeys.METADATA,
                side ->
                        new MetadataRequestData()
                                .setTopics(
                                        List.of(
                                                new MetadataRequestData.MetadataRequestTopic()
                                                        .setTopicId(UNKNOWN_ID)
                                                        .setName("one"))));
        both.askFrom(
                12,
                "neither id nor name",
                ApiKeys.METADATA,
                side ->
                        new MetadataRequestData()
                                .setTopics(
                                        List.of(
                                                new MetadataRequestData.MetadataRequestTopic()
                                                        .setName(null))));
    }

    private static void allTopics(SideBySide both) throws IOException {
        for (int version = 0; version <= 13; version++) {
            int thisVersion = version;
            both.ask(
                    "all topics",
                    ApiKeys.METADATA,
                    version,
                    side ->
                            new MetadataRequestData()
                                    .setTopics(thisVersion == 0 ? List.of() : null),
                    MetadataResponseData.class,
                    (side, answer) -> sort(side, answer));
        }
        for (int version = 8; version <= 13; version++) {
            int thisVersion = version;
            both.ask(
                    "what is allowed",
                    ApiKeys.METADATA,
                    version,
                    side ->
                            ((MetadataRequestData) named("one"))
                                    .setIncludeTopicAuthorizedOperations(true)
                                    .setIncludeClusterAuthorizedOperations(thisVersion <= 10));
        }
    }

    /** Of the internal ones each makes those that it needs. */
    private static void sort(Side side, MetadataResponseData answer) {
        List<MetadataResponseData.MetadataResponseTopic> topics = new ArrayList<>();
        answer.topics().forEach(topic -> topics.add(topic.duplicate()));
        topics.removeIf(MetadataResponseData.MetadataResponseTopic::isInternal);
        topics.removeIf(topic -> topic.name().startsWith("__"));
        for (MetadataResponseData.MetadataResponseTopic topic : topics) {
            if (!topic.topicId().equals(side.topicId(topic.name()))) {
                topic.setTopicId(Uuid.ZERO_UUID); // nobody was told when it was made
            }
        }
        topics.sort(Comparator.comparing(MetadataResponseData.MetadataResponseTopic::name));
        MetadataResponseData.MetadataResponseTopicCollection sorted =
                new MetadataResponseData.MetadataResponseTopicCollection();
        sorted.addAll(topics);
        answer.setTopics(sorted);
    }

    private static ApiMessage named(String topic) {
        return new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)));
    }

    private static ApiMessage byId(Uuid id) {
        return new MetadataRequestData()
                .setTopics(
                        List.of(
                                new MetadataRequestData.MetadataRequestTopic()
                                        .setTopicId(id)
                                        .setName(null)));
    }

    private static void creation(SideBySide both) throws IOException {
        refused(both, "exists", topic("one"));
        refused(both, "no partitions", topic("new").setNumPartitions(0));
        refused(both, "negative partitions", topic("new").setNumPartitions(-2));
        refused(both, "no replicas", topic("new").setReplicationFactor((short) 0));
        refused(both, "two replicas of one broker", topic("new").setReplicationFactor((short) 2));
        for (String name : List.of("", ".", "..", "a b", "a/b", "ü", "x".repeat(250))) {
            refused(both, "named '" + (name.length() > 20 ? "long" : name) + "'", topic(name));
        }
        refused(both, "unknown setting", topic("new").setConfigs(config("retention.mss", "1")));
        refused(both, "setting no number", topic("new").setConfigs(config("retention.ms", "soon")));
        refused(both, "setting too small", topic("new").setConfigs(config("segment.bytes", "-1")));
        refused(both, "bad policy", topic("new").setConfigs(config("cleanup.policy", "burn")));
        refused(both, "null setting", topic("new").setConfigs(config("retention.ms", null)));
        refused(
                both,
                "assignment and count",
                topic("new").setAssignments(assignment(0, List.of(1))));
        refused(both, "assignment with a gap", assigned(assignment(1, List.of(1))));
        refused(both, "assignment to nobody", assigned(assignment(0, List.of(99))));
        refused(both, "assignment to one twice", assigned(assignment(0, List.of(1, 1))));
        refused(both, "empty assignment", assigned(assignment(0, List.of())));
        twice(both);
        for (int version = 2; version <= 7; version++) {
            int thisVersion = version;
            both.ask(
                    "only validated",
                    ApiKeys.CREATE_TOPICS,
                    version,
                    side -> request(topic("validated")).setValidateOnly(true),
                    CreateTopicsResponseData.class,
                    (side, answer) -> withoutConfigs(answer));
            both.ask(
                    "made",
                    ApiKeys.CREATE_TOPICS,
                    version,
                    side -> request(topic("made-" + thisVersion)),
                    CreateTopicsResponseData.class,
                    (side, answer) -> {
                        withoutConfigs(answer);
                        Uuid id = answer.topics().find("made-" + thisVersion).topicId();
                        if (!id.equals(Uuid.ZERO_UUID)) {
                            side.name("id of made-" + thisVersion, id);
                        }
                    });
            both.ask("now there", ApiKeys.METADATA, 9, side -> named("made-" + thisVersion));
        }
        both.ask(
                "default partitions and replicas",
                ApiKeys.CREATE_TOPICS,
                7,
                side ->
                        request(
                                topic("defaults")
                                        .setNumPartitions(-1)
                                        .setReplicationFactor((short) -1)),
                CreateTopicsResponseData.class,
                (side, answer) -> {
                    withoutConfigs(answer);
                    side.name("id of defaults", answer.topics().find("defaults").topicId());
                });
    }

    private static void colliding(SideBySide both) throws IOException {
        both.ask(
                "with a dot",
                ApiKeys.CREATE_TOPICS,
                7,
                side -> request(topic("dot.and_dash")),
                CreateTopicsResponseData.class,
                (side, answer) -> {
                    withoutConfigs(answer);
                    side.name("id of dot.and_dash", answer.topics().find("dot.and_dash").topicId());
                });
        refused(both, "collides", topic("dot_and.dash"));
        refused(both, "exists, and collides with itself", topic("dot.and_dash"));
        both.askAll(
                "two that collide",
                ApiKeys.CREATE_TOPICS,
                side -> {
                    CreateTopicsRequestData request = request(topic("x.y").setNumPartitions(0));
                    request.topics().add(topic("x_y").setNumPartitions(0));
                    return request;
                });
    }

    private static void configured(SideBySide both) throws IOException {
        for (int version = 5; version <= 7; version++) {
            int thisVersion = version;
            both.ask(
                    "with settings",
                    ApiKeys.CREATE_TOPICS,
                    version,
                    side ->
                            request(
                                    topic("configured-" + thisVersion)
                                            .setConfigs(config("retention.ms", "1234567"))),
                    CreateTopicsResponseData.class,
                    (side, answer) -> {
                        var made = answer.topics().find("configured-" + thisVersion);
                        made.configs().removeIf(config -> OWN_SETTINGS.contains(config.name()));
                        made.configs()
                                .sort(
                                        Comparator.comparing(
                                                CreateTopicsResponseData.CreatableTopicConfigs
                                                        ::name));
                        if (!made.topicId().equals(Uuid.ZERO_UUID)) {
                            side.name("id of configured-" + thisVersion, made.topicId());
                        }
                    });
            both.ask(
                    "deleted again",
                    ApiKeys.DELETE_TOPICS,
                    5,
                    side -> deleted("configured-" + thisVersion));
        }
    }

    /** What only one of the two has, and the one whose default Kafka stores for all brokers. */
    private static final Set<String> OWN_SETTINGS =
            Set.of(
                    "flush.on.ack",
                    "compression.gzip.level",
                    "compression.lz4.level",
                    "compression.zstd.level",
                    "local.retention.bytes",
                    "local.retention.ms",
                    "preallocate",
                    "remote.log.copy.disable",
                    "remote.log.delete.on.disable",
                    "remote.storage.enable",
                    "min.insync.replicas");

    static void make(SideBySide both, String name) throws IOException {
        both.ask(
                "for a while",
                ApiKeys.CREATE_TOPICS,
                7,
                side -> request(topic(name)),
                CreateTopicsResponseData.class,
                (side, answer) -> {
                    withoutConfigs(answer);
                    side.name("id of " + name, answer.topics().find(name).topicId());
                });
    }

    static void delete(SideBySide both, String name) throws IOException {
        both.ask("for ever", ApiKeys.DELETE_TOPICS, 5, side -> deleted(name));
    }

    private static void refused(SideBySide both, String why, CreatableTopic topic)
            throws IOException {
        both.askAll(why, ApiKeys.CREATE_TOPICS, side -> request(topic.duplicate()));
    }

    private static void twice(SideBySide both) throws IOException {
        both.askAll(
                "the same twice",
                ApiKeys.CREATE_TOPICS,
                side -> {
                    CreateTopicsRequestData request = request(topic("twice"));
                    request.topics().add(topic("twice"));
                    return request;
                });
    }

    /** The settings of a new topic are compared one by one elsewhere. */
    static void withoutConfigs(CreateTopicsResponseData answer) {
        answer.topics().forEach(topic -> topic.setConfigs(List.of()));
    }

    private static CreateTopicsRequestData request(CreatableTopic topic) {
        CreateTopicsRequestData.CreatableTopicCollection topics =
                new CreateTopicsRequestData.CreatableTopicCollection();
        topics.add(topic);
        return new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(30_000);
    }

    private static CreatableTopic topic(String name) {
        return new CreatableTopic()
                .setName(name)
                .setNumPartitions(1)
                .setReplicationFactor((short) 1);
    }

    private static CreatableTopic assigned(
            CreateTopicsRequestData.CreatableReplicaAssignmentCollection assignment) {
        return new CreatableTopic()
                .setName("assigned")
                .setNumPartitions(-1)
                .setReplicationFactor((short) -1)
                .setAssignments(assignment);
    }

    private static CreateTopicsRequestData.CreatableReplicaAssignmentCollection assignment(
            int partition, List<Integer> brokers) {
        CreateTopicsRequestData.CreatableReplicaAssignmentCollection all =
                new CreateTopicsRequestData.CreatableReplicaAssignmentCollection();
        all.add(
                new CreatableReplicaAssignment()
                        .setPartitionIndex(partition)
                        .setBrokerIds(brokers));
        return all;
    }

    private static CreateTopicsRequestData.CreatableTopicConfigCollection config(
            String name, String value) {
        CreateTopicsRequestData.CreatableTopicConfigCollection all =
                new CreateTopicsRequestData.CreatableTopicConfigCollection();
        all.add(new CreatableTopicConfig().setName(name).setValue(value));
        return all;
    }

    private static void partitions(SideBySide both) throws IOException {
        both.askAll("fewer", ApiKeys.CREATE_PARTITIONS, side -> grown("three", 2));
        both.askAll("as many", ApiKeys.CREATE_PARTITIONS, side -> grown("three", 3));
        both.askAll("none", ApiKeys.CREATE_PARTITIONS, side -> grown("three", 0));
        both.askAll("negative", ApiKeys.CREATE_PARTITIONS, side -> grown("three", -5));
        both.askAll("absent", ApiKeys.CREATE_PARTITIONS, side -> grown("absent", 5));
        both.askAll(
                "only validated",
                ApiKeys.CREATE_PARTITIONS,
                side -> grown("three", 5).setValidateOnly(true));
        placed(both, "too few places", "three", 5, List.of(List.of(1)));
        placed(both, "too many places", "three", 4, List.of(List.of(1), List.of(1)));
        placed(both, "no places", "three", 4, List.of());
        placed(both, "places for fewer", "three", 2, List.of(List.of(1)));
        placed(both, "places for as many", "three", 3, List.of());
        placed(both, "a place at nobody", "three", 4, List.of(List.of(99)));
        placed(both, "a place at one twice", "three", 4, List.of(List.of(1, 1)));
        placed(both, "an empty place", "three", 4, List.of(List.of()));
        placed(both, "places, absent", "absent", 4, List.of(List.of(1)));
        both.ask(
                "a place",
                ApiKeys.CREATE_PARTITIONS,
                3,
                side -> placed(grown("made-6", 2), List.of(List.of(1))));
        both.ask("there is a place now", ApiKeys.METADATA, 9, side -> named("made-6"));
        both.ask("more", ApiKeys.CREATE_PARTITIONS, 3, side -> grown("made-7", 4));
        both.ask("there are more now", ApiKeys.METADATA, 9, side -> named("made-7"));
    }

    private static void placed(
            SideBySide both, String name, String topic, int count, List<List<Integer>> places)
            throws IOException {
        both.askAll(name, ApiKeys.CREATE_PARTITIONS, side -> placed(grown(topic, count), places));
    }

    private static CreatePartitionsRequestData placed(
            CreatePartitionsRequestData request, List<List<Integer>> places) {
        request.topics()
                .forEach(
                        topic ->
                                topic.setAssignments(
                                        places.stream()
                                                .map(
                                                        brokers ->
                                                                new CreatePartitionsRequestData
                                                                                .CreatePartitionsAssignment()
                                                                        .setBrokerIds(brokers))
                                                .toList()));
        return request;
    }

    private static CreatePartitionsRequestData grown(String topic, int count) {
        CreatePartitionsRequestData.CreatePartitionsTopicCollection topics =
                new CreatePartitionsRequestData.CreatePartitionsTopicCollection();
        topics.add(
                new CreatePartitionsRequestData.CreatePartitionsTopic()
                        .setName(topic)
                        .setCount(count)
                        .setAssignments(null));
        return new CreatePartitionsRequestData().setTopics(topics).setTimeoutMs(30_000);
    }

    private static void deletion(SideBySide both) throws IOException {
        for (int version = 1; version <= 5; version++) {
            both.ask("absent", ApiKeys.DELETE_TOPICS, version, side -> deleted("absent"));
            both.ask("made", ApiKeys.DELETE_TOPICS, version, side -> deleted("made-2"));
        }
        both.ask("gone", ApiKeys.METADATA, 9, side -> named("made-2"));
        both.ask("by unknown id", ApiKeys.DELETE_TOPICS, 6, side -> deleted(null, UNKNOWN_ID));
        both.ask(
                "by id",
                ApiKeys.DELETE_TOPICS,
                6,
                side -> deleted(null, side.value("id of made-7", Uuid.class)));
        both.ask(
                "by id again",
                ApiKeys.DELETE_TOPICS,
                6,
                side -> deleted(null, side.value("id of made-7", Uuid.class)));
        both.ask("by name", ApiKeys.DELETE_TOPICS, 6, side -> deleted("absent", Uuid.ZERO_UUID));
        both.ask("by neither", ApiKeys.DELETE_TOPICS, 6, side -> deleted(null, Uuid.ZERO_UUID));
        both.ask("by both", ApiKeys.DELETE_TOPICS, 6, side -> deleted("one", UNKNOWN_ID));
    }

    private static ApiMessage deleted(String name) {
        return new DeleteTopicsRequestData().setTopicNames(List.of(name)).setTimeoutMs(30_000);
    }

    private static ApiMessage deleted(String name, Uuid id) {
        return new DeleteTopicsRequestData()
                .setTopics(
                        List.of(
                                new DeleteTopicsRequestData.DeleteTopicState()
                                        .setName(name)
                                        .setTopicId(id)))
                .setTimeoutMs(30_000);
    }

    private static void topicPartitions(SideBySide both) throws IOException {
        for (int limit : List.of(1, 2, 2000)) {
            both.askAll(
                    "at most " + limit,
                    ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                    side -> described(limit, "three", "one", "absent"));
        }
        both.askAll(
                "from a place on",
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                side ->
                        described(2, "one", "three")
                                .setCursor(
                                        new DescribeTopicPartitionsRequestData.Cursor()
                                                .setTopicName("three")
                                                .setPartitionIndex(1)));
        both.askAll(
                "from a negative place on",
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                side ->
                        described(2, "one", "three")
                                .setCursor(
                                        new DescribeTopicPartitionsRequestData.Cursor()
                                                .setTopicName("three")
                                                .setPartitionIndex(-1)));
    }

    private static DescribeTopicPartitionsRequestData described(int limit, String... topics) {
        return new DescribeTopicPartitionsRequestData()
                .setTopics(
                        List.of(topics).stream()
                                .map(
                                        name ->
                                                new DescribeTopicPartitionsRequestData
                                                                .TopicRequest()
                                                        .setName(name))
                                .toList())
                .setResponsePartitionLimit(limit);
    }
}
