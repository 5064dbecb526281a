package io.headrace.admin.broker;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.TopicImage;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * HeadraceDrain: what is left on a broker.
 *
 * @param replicasLeft that it holds
 * @param moving of these, those that are on their way off
 * @param leaders partitions that it leads now
 * @param withoutPlace replicas that no other broker can take over, as things are
 * @param withoutLeader replicas that wait for a leader of their partition, before they can move
 * @param obstacle why the drain stands still; absent while it goes on
 */
record DrainView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("broker_id") int brokerId,
        @JsonProperty("is_live") boolean isLive,
        @JsonProperty("is_cordoned") boolean isCordoned,
        @JsonProperty("is_draining") boolean isDraining,
        @JsonProperty("is_drained") boolean isDrained,
        @JsonProperty("cordoned_since_ms") @Nullable Long sinceMs,
        @JsonProperty("replicas_left") int replicasLeft,
        int moving,
        int leaders,
        @JsonProperty("without_place") int withoutPlace,
        @JsonProperty("without_leader") int withoutLeader,
        @Nullable String obstacle) {

    static DrainView of(V3Links links, ClusterImage image, int broker) {
        Optional<Cordon> cordon = Optional.ofNullable(image.cordons().get(broker));
        int replicasLeft = 0;
        int moving = 0;
        int leaders = 0;
        int withoutPlace = 0;
        int withoutLeader = 0;
        Set<Integer> takers = takers(image, broker);
        boolean isKnown = cordon.isPresent() || image.brokers().containsKey(broker);
        for (TopicImage topic : image.topics().values()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                boolean isAssigned = topic.assignments().get(p).contains(broker);
                isKnown |= isAssigned;
                boolean isTarget = topic.target(p).contains(broker);
                replicasLeft += isAssigned ? 1 : 0;
                moving += isAssigned && !isTarget ? 1 : 0;
                withoutPlace += isTarget && topic.target(p).containsAll(takers) ? 1 : 0;
                withoutLeader += isAssigned && !topic.states().get(p).hasLeader() ? 1 : 0;
                leaders += topic.states().get(p).leader() == broker ? 1 : 0;
            }
        }
        if (!isKnown) {
            throw V3Exception.notFound(
                    "there is no live broker with id " + broker + ", nor a replica on it");
        }
        return new DrainView(
                "HeadraceDrain",
                links.metadata(links.url("brokers", broker, "drain"), "broker", broker),
                links.clusterId(),
                broker,
                image.brokers().containsKey(broker),
                cordon.isPresent(),
                cordon.map(Cordon::isDraining).orElse(false),
                replicasLeft == 0,
                cordon.map(Cordon::sinceMs).orElse(null),
                replicasLeft,
                moving,
                leaders,
                withoutPlace,
                withoutLeader,
                obstacle(withoutPlace, withoutLeader, takers.size()));
    }

    /** Who may get replicas that leave the broker. */
    private static Set<Integer> takers(ClusterImage image, int broker) {
        return image.brokers().values().stream()
                .filter(each -> !each.isStopping() && !image.cordons().containsKey(each.id()))
                .map(BrokerRegistration::id)
                .filter(id -> id != broker)
                .collect(Collectors.toSet());
    }

    private static @Nullable String obstacle(int withoutPlace, int withoutLeader, int takers) {
        if (withoutPlace > 0) {
            return "%d replicas have no broker to go to: each of the %d others that take replicas holds one of the same partition; add a broker, or end a cordon"
                    .formatted(withoutPlace, takers);
        }
        return withoutLeader == 0
                ? null
                : "%d replicas wait for a leader of their partition to copy from; bring its brokers back"
                        .formatted(withoutLeader);
    }
}
