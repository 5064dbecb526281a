package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;

/** {@code Fetch}: resolves the session, then a {@link FetchRound} reads, waits and answers. */
final class FetchApi implements Api<FetchRequestData> {

    private static final int BY_TOPIC_ID = 13;

    private final ApiContext context;
    private final TopicNames names;
    private final FetchSessions sessions;

    FetchApi(ApiContext context, TopicNames names, FetchSessions sessions) {
        this.context = context;
        this.names = names;
        this.sessions = sessions;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.FETCH;
    }

    @Override
    public void handle(Exchange exchange, FetchRequestData request) {
        boolean isFollower = FetchRequest.replicaId(request) >= 0;
        exchange.isOfKind(isFollower ? "FetchFollower" : "FetchConsumer");
        if (isFollower) {
            exchange.isOfBroker();
        }
        boolean usesTopicIds = exchange.version() >= BY_TOPIC_ID;
        FetchSessions.Plan plan =
                sessions.plan(
                        request,
                        usesTopicIds,
                        isFollower
                                && context.mayUseCluster(exchange, Access.Operation.CLUSTER_ACTION),
                        targets(request),
                        forgotten(request, usesTopicIds));
        if (plan.error() != Errors.NONE) {
            exchange.answer(new FetchResponseData().setErrorCode(plan.error().code()));
            return;
        }
        new FetchRound(context, exchange, request, sessions, named(plan, usesTopicIds)).start();
    }

    private static List<FetchTarget> targets(FetchRequestData request) {
        List<FetchTarget> targets = new ArrayList<>();
        for (FetchTopic topic : request.topics()) {
            for (FetchPartition partition : topic.partitions()) {
                targets.add(
                        new FetchTarget(
                                topic.topic(),
                                topic.topicId(),
                                partition.partition(),
                                partition.fetchOffset(),
                                partition.partitionMaxBytes(),
                                partition.currentLeaderEpoch(),
                                partition.lastFetchedEpoch(),
                                partition.logStartOffset()));
            }
        }
        return targets;
    }

    private static List<FetchTarget.Key> forgotten(FetchRequestData request, boolean usesTopicIds) {
        List<FetchTarget.Key> keys = new ArrayList<>();
        for (ForgottenTopic topic : request.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                keys.add(
                        usesTopicIds
                                ? new FetchTarget.Key("", topic.topicId(), partition)
                                : new FetchTarget.Key(topic.topic(), Uuid.ZERO_UUID, partition));
            }
        }
        return keys;
    }

    /** An id that became known, or unknown, since the session began is seen here. */
    private FetchSessions.Plan named(FetchSessions.Plan plan, boolean usesTopicIds) {
        if (!usesTopicIds) {
            return plan;
        }
        List<FetchTarget> targets = new ArrayList<>(plan.targets().size());
        for (FetchTarget target : plan.targets()) {
            Optional<TopicImage> topic = names.find(target.topicId());
            targets.add(target.named(topic.map(TopicImage::name).orElse("")));
        }
        return new FetchSessions.Plan(plan.error(), plan.session(), plan.isIncremental(), targets);
    }
}
