package io.headrace.broker.wiring;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;

/** What a broker that has started still has to catch up with, by an image. */
final class CatchUp {

    private CatchUp() {}

    /**
     * Partitions of the broker that somebody else leads, and of which it is not in sync. Those that
     * nobody alive leads, and those that are on their way here or off, are not waited for.
     */
    static int partitionsBehind(ClusterImage image, int brokerId) {
        int behind = 0;
        for (TopicImage topic : image.topics().values()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                if (isBehind(image, topic, p, brokerId)) {
                    behind++;
                }
            }
        }
        return behind;
    }

    private static boolean isBehind(ClusterImage image, TopicImage topic, int p, int brokerId) {
        PartitionState state = topic.states().get(p);
        return topic.target(p).contains(brokerId)
                && !topic.isMovingTo(p, brokerId)
                && !state.isr().contains(brokerId)
                && state.leader() != brokerId
                && image.brokers().containsKey(state.leader());
    }
}
