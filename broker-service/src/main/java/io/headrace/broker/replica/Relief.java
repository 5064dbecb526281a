package io.headrace.broker.replica;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who asks to be relieved, and need not wait for it any more: a stopping broker that leads nothing
 * which another one of an ISR could lead. Before that its leaderships move, and to write it out of
 * ISRs at the same time would delay what clients wait for, and make the controller decide anew.
 *
 * <p>Owner: any thread. Cost: one look at all partitions for each image with a stopping broker.
 */
final class Relief {

    /**
     * @param leading stopping brokers that still lead what others could
     */
    private record Known(ClusterImage image, Set<Integer> leading) {}

    private final int brokerId;
    private final Supplier<@Nullable ClusterImage> image;
    private volatile @Nullable Known known;

    Relief(int brokerId, Supplier<@Nullable ClusterImage> image) {
        this.brokerId = brokerId;
        this.image = image;
    }

    /** Whether this broker, unless it stops as well, is to lead without that one. */
    boolean isDue(int id) {
        ClusterImage now = image.get();
        return now != null
                && isStopping(now, id)
                && !isStopping(now, brokerId)
                && !leading(now).contains(id);
    }

    @SuppressWarnings("ReferenceEquality")
    private Set<Integer> leading(ClusterImage now) {
        Known last = known;
        if (last != null && last.image() == now) {
            return last.leading();
        }
        Set<Integer> leading = new HashSet<>();
        for (TopicImage topic : now.topics().values()) {
            for (PartitionState state : topic.states()) {
                int leader = state.leader();
                if (isStopping(now, leader) && hasSuccessor(now, state)) {
                    leading.add(leader);
                }
            }
        }
        known = new Known(now, Set.copyOf(leading));
        return leading;
    }

    private static boolean hasSuccessor(ClusterImage now, PartitionState state) {
        for (int id : state.isr()) {
            if (now.brokers().containsKey(id) && !isStopping(now, id)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isStopping(ClusterImage now, int id) {
        BrokerRegistration broker = now.brokers().get(id);
        return broker != null && broker.isStopping();
    }
}
