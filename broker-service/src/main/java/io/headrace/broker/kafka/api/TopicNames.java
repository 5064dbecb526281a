package io.headrace.broker.kafka.api;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;

/**
 * From topic ids to topics of the newest image.
 *
 * <p>Owner: any thread; the map of one image is made by the first who asks, and replaced whole.
 */
final class TopicNames {

    private record Known(ClusterImage image, Map<Uuid, TopicImage> byId) {}

    private final Supplier<ClusterImage> image;
    private volatile Optional<Known> known = Optional.empty();

    TopicNames(Supplier<ClusterImage> image) {
        this.image = image;
    }

    Optional<TopicImage> find(Uuid id) {
        ClusterImage now = image.get();
        Known usable =
                known.filter(k -> k.image().version() == now.version()).orElseGet(() -> read(now));
        return Optional.ofNullable(usable.byId().get(id));
    }

    private Known read(ClusterImage now) {
        Map<Uuid, TopicImage> byId = HashMap.newHashMap(now.topics().size());
        now.topics().values().forEach(topic -> byId.put(uuid(topic.id()), topic));
        Known read = new Known(now, byId);
        known = Optional.of(read);
        return read;
    }

    static Uuid uuid(TopicId id) {
        return new Uuid(id.mostSignificantBits(), id.leastSignificantBits());
    }
}
