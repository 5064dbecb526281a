package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.broker.disk.RealDisk;
import io.headrace.broker.quota.Throttle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every API asks the throttle, and its answer carries the pause. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThrottledAnswersTest {

    private static final int PAUSE_MS = 1_234;

    /** What a client was counted for. */
    private record Use(Throttle.Kind kind, long amount) {}

    private static final Use ONE_REQUEST = new Use(Throttle.Kind.REQUESTS, 1);

    private final ConcurrentLinkedQueue<Use> uses = new ConcurrentLinkedQueue<>();
    private RunningBroker broker;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker =
                RunningBroker.start(
                        temp,
                        new RealDisk(),
                        (principal, clientId, kind, amount) -> {
                            uses.add(new Use(kind, amount));
                            return PAUSE_MS;
                        });
        broker.createTopic("two", 2, Map.of());
    }

    @AfterAll
    void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void forget() {
        uses.clear();
    }

    private ApiMessage ask(ApiKeys key, int version, ApiMessage request) throws Exception {
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(key, version, request);
            return socket.receive(key, version);
        }
    }

    private static int pauseMs(ApiKeys key, short version, ApiMessage answer) {
        return AbstractResponse.parseResponse(
                        key, MessageUtil.toByteBufferAccessor(answer, version), version)
                .throttleTimeMs();
    }

    private static ApiMessage request(ApiKeys key) {
        return switch (key) {
            case PRODUCE -> new ProduceRequestData().setAcks((short) 1);
            default -> key.messageType.newRequest();
        };
    }

    @Test
    void the_answer_of_every_api_carries_the_pause_in_every_version_that_can() throws Exception {
        var known =
                (ApiVersionsResponseData)
                        ask(ApiKeys.API_VERSIONS, 0, new ApiVersionsRequestData());
        assertThat(known.apiKeys()).hasSizeGreaterThan(30);
        for (var each : known.apiKeys()) {
            ApiKeys key = ApiKeys.forId(each.apiKey());
            for (short version = key.oldestVersion(); version <= each.maxVersion(); version++) {
                uses.clear();
                ApiMessage answer = ask(key, version, request(key));
                assertThat(uses).as(key.name).containsOnlyOnce(ONE_REQUEST);
                if (version == each.maxVersion()) {
                    assertThat(pauseMs(key, version, answer)).as(key.name).isEqualTo(PAUSE_MS);
                }
            }
        }
    }

    private static CreateTopicsRequestData create(boolean validateOnly) {
        var topics = new CreatableTopicCollection();
        topics.add(
                new CreatableTopic()
                        .setName("three")
                        .setNumPartitions(3)
                        .setReplicationFactor((short) 1));
        topics.add(
                new CreatableTopic()
                        .setName("default")
                        .setNumPartitions(-1)
                        .setReplicationFactor((short) -1));
        return new CreateTopicsRequestData().setTopics(topics).setValidateOnly(validateOnly);
    }

    private static CreatePartitionsRequestData add(int count, boolean validateOnly) {
        var topics = new CreatePartitionsTopicCollection();
        topics.add(new CreatePartitionsTopic().setName("two").setCount(count).setAssignments(null));
        return new CreatePartitionsRequestData().setTopics(topics).setValidateOnly(validateOnly);
    }

    private static Use mutations(int amount) {
        return new Use(Throttle.Kind.CONTROLLER_MUTATIONS, amount);
    }

    @Test
    void what_the_controller_has_to_do_counts_by_partition() throws Exception {
        var _ = ask(ApiKeys.CREATE_TOPICS, 7, create(false));
        assertThat(uses).containsExactly(mutations(3), mutations(1), ONE_REQUEST);
        uses.clear();
        var _ = ask(ApiKeys.CREATE_PARTITIONS, 3, add(5, false));
        assertThat(uses).containsExactly(mutations(3), ONE_REQUEST);
        uses.clear();
        var state = new DeleteTopicState().setName("two");
        var delete = new DeleteTopicsRequestData().setTopics(List.of(state));
        var _ = ask(ApiKeys.DELETE_TOPICS, 6, delete);
        assertThat(uses).containsExactly(mutations(2), ONE_REQUEST);
        uses.clear();
        var absent = List.of(new MetadataRequestTopic().setName("absent"));
        var _ = ask(ApiKeys.METADATA, 9, new MetadataRequestData().setTopics(absent));
        assertThat(uses).containsExactly(mutations(1), ONE_REQUEST);
    }

    @Test
    void what_is_only_validated_or_refused_is_a_request_and_nothing_more() throws Exception {
        var _ = ask(ApiKeys.CREATE_TOPICS, 7, create(true));
        var _ = ask(ApiKeys.CREATE_PARTITIONS, 3, add(5, true));
        var state = new DeleteTopicState().setName("absent");
        var delete = new DeleteTopicsRequestData().setTopics(List.of(state));
        var _ = ask(ApiKeys.DELETE_TOPICS, 6, delete);
        assertThat(uses).containsExactly(ONE_REQUEST, ONE_REQUEST, ONE_REQUEST);
    }

    @Test
    void a_follower_counts_for_nobody() throws Exception {
        var request = new FetchRequestData().setReplicaId(RunningBroker.ID);
        var answer = (FetchResponseData) ask(ApiKeys.FETCH, 11, request);
        assertThat(answer.throttleTimeMs()).isZero();
        assertThat(uses).isEmpty();
    }
}
