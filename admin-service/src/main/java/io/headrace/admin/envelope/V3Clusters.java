package io.headrace.admin.envelope;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;

/** Looks up what a URL names in the newest cluster image, or refuses with the right 404. */
public final class V3Clusters {

    private final Supplier<ClusterImage> images;

    public V3Clusters(Supplier<ClusterImage> images) {
        this.images = images;
    }

    public ClusterImage image() {
        return images.get();
    }

    /** The links of an answer about this cluster. */
    public V3Links links(String clusterId, HttpServletRequest request) {
        if (!images.get().clusterId().equals(clusterId)) {
            throw V3Exception.notFound("Cluster " + clusterId + " cannot be found.");
        }
        return V3Links.of(request, clusterId);
    }

    public TopicImage topic(String name) {
        return images.get()
                .topic(name)
                .orElseThrow(
                        () ->
                                V3Exception.of(
                                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                        "there is no topic '" + name + "'"));
    }
}
