package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the coordinator of a group in {@code __consumer_offsets}, and has the topic created when it
 * is missing.
 *
 * <p>Owner: any thread. Bounds: one creation is asked for at a time.
 */
final class OffsetsTopic {

    private static final Logger LOG = LoggerFactory.getLogger(OffsetsTopic.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String SEGMENT_BYTES = Integer.toString(100 << 20);

    private final ApiContext context;
    private final ControllerClient controller;
    private final OffsetsTopicSettings settings;
    private final AtomicBoolean isBeingCreated = new AtomicBoolean();

    OffsetsTopic(ApiContext context, ControllerClient controller, OffsetsTopicSettings settings) {
        this.context = context;
        this.controller = controller;
        this.settings = settings;
    }

    /**
     * The live broker that coordinates the group; empty while there is none, and then the topic is
     * on its way or being elected for.
     */
    Optional<BrokerRegistration> coordinator(String groupId) {
        ClusterImage now = context.image().get();
        Optional<TopicImage> topic = now.topic(GroupCoordinator.TOPIC);
        if (topic.isEmpty()) {
            create(now);
            return Optional.empty();
        }
        int partition = GroupCoordinator.partitionOf(groupId, topic.get().partitionCount());
        return now.leaderOf(new TopicPartition(GroupCoordinator.TOPIC, partition));
    }

    private void create(ClusterImage now) {
        if (!isBeingCreated.compareAndSet(false, true)) {
            return;
        }
        int replicas = Math.clamp(now.brokers().size(), 1, settings.replicationFactor());
        TopicCreation.Wanted wanted =
                new TopicCreation.Wanted(
                        GroupCoordinator.TOPIC,
                        settings.partitions(),
                        replicas,
                        null,
                        List.of(
                                new TopicCreation.Setting("cleanup.policy", "compact"),
                                new TopicCreation.Setting("compression.type", "producer"),
                                new TopicCreation.Setting("segment.bytes", SEGMENT_BYTES)),
                        false,
                        true);
        var _ =
                TopicCreation.create(context, controller, wanted, TIMEOUT)
                        .whenComplete(
                                (answer, failure) -> {
                                    isBeingCreated.set(false);
                                    if (failure != null) {
                                        LOG.atError()
                                                .setCause(failure)
                                                .addKeyValue("topic", GroupCoordinator.TOPIC)
                                                .log("The topic of the groups was not created");
                                    } else if (!answer.isDone()
                                            && answer.code() != ErrorCode.TOPIC_ALREADY_EXISTS) {
                                        LOG.atWarn()
                                                .addKeyValue("topic", GroupCoordinator.TOPIC)
                                                .log(
                                                        "The topic of the groups was not created:"
                                                                + " {} {}",
                                                        answer.code(),
                                                        answer.text());
                                    }
                                });
    }
}
