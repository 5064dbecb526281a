package io.headrace.gateway.route;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.http.Target;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicName;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Topics by name, as the cluster image has them.
 *
 * <p>A topic that was created a moment ago may not be in this process's image yet, so an unknown
 * one is looked for again for a short while before it is called unknown.
 */
public final class Topics {

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final Supplier<ClusterImage> cluster;
    private final Duration unknownTopicWait;

    public Topics(Supplier<ClusterImage> cluster, Duration unknownTopicWait) {
        this.cluster = cluster;
        this.unknownTopicWait = unknownTopicWait;
    }

    public ClusterImage image() {
        return cluster.get();
    }

    /**
     * The topic; fails with 404 if there is none.
     *
     * @throws HttpFailure 400 if the name is not a legal one
     */
    public Mono<TopicImage> find(String name) {
        Optional<String> problem = TopicName.problem(name);
        if (problem.isPresent()) {
            throw HttpFailure.of(400, 40002, "Not a topic name: " + problem.get() + ".");
        }
        TopicImage topic = cluster.get().topics().get(name);
        return topic != null ? Mono.just(topic) : lookAgain(name);
    }

    private Mono<TopicImage> lookAgain(String name) {
        long looks = unknownTopicWait.dividedBy(LOOK_EVERY);
        return Flux.interval(LOOK_EVERY)
                .take(looks)
                .onBackpressureDrop()
                .mapNotNull(tick -> cluster.get().topics().get(name))
                .next()
                .switchIfEmpty(Mono.error(() -> HttpFailure.unknownTopic(name)));
    }

    /**
     * The partition named by a segment of the path.
     *
     * @throws HttpFailure 400 if it is not a number, 404 if the topic has no such partition
     */
    public static int partition(TopicImage topic, String segment) {
        int partition = (int) Target.number("partition", segment, 0, Integer.MAX_VALUE);
        if (partition >= topic.partitionCount()) {
            throw HttpFailure.unknownPartition(topic.name(), partition, topic.partitionCount());
        }
        return partition;
    }
}
