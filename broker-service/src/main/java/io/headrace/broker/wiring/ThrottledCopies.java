package io.headrace.broker.wiring;

import io.headrace.broker.quota.ReplicationThrottle;
import io.headrace.broker.quota.ThrottledReplicas;
import io.headrace.broker.replication.CopyLimit;
import io.headrace.model.cluster.BrokerSetting;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The follower's side of Kafka's throttle: replicas that a move adds, and those that the topic
 * names. A replica in sync is never throttled: writes wait for it.
 *
 * <pre>
 * rate of the broker     limits
 * set at run time        moves and named replicas together, to that rate
 * not set                moves, to the rate that this broker was started with
 * </pre>
 */
final class ThrottledCopies implements CopyLimit {

    private static final String REPLICAS = "follower.replication.throttled.replicas";

    private final int brokerId;
    private final Supplier<ClusterImage> image;
    private final long movesRate;
    private final ReplicationThrottle throttle;

    /**
     * @param movesRate bytes per second for moves while the broker has no rate; 0 for no limit
     */
    ThrottledCopies(
            int brokerId, Supplier<ClusterImage> image, long movesRate, LongSupplier nanoTime) {
        this.brokerId = brokerId;
        this.image = image;
        this.movesRate = movesRate == 0 ? BrokerSetting.NO_LIMIT : movesRate;
        this.throttle = new ReplicationThrottle(this::rate, nanoTime);
    }

    @Override
    public boolean isExhausted() {
        return throttle.isExhausted();
    }

    @Override
    public boolean covers(TopicPartition partition) {
        ClusterImage now = image.get();
        TopicImage topic = now.topics().get(partition.topic());
        int number = partition.partition();
        if (topic == null
                || number >= topic.partitionCount()
                || topic.states().get(number).isr().contains(brokerId)) {
            return false;
        }
        return topic.isMovingTo(number, brokerId)
                || (setRate(now) != BrokerSetting.NO_LIMIT
                        && ThrottledReplicas.contains(
                                topic.config().get(REPLICAS), number, brokerId));
    }

    @Override
    public void copied(TopicPartition partition, int bytes) {
        if (bytes > 0 && rate() != BrokerSetting.NO_LIMIT && covers(partition)) {
            throttle.spent(bytes);
        }
    }

    private long rate() {
        long set = setRate(image.get());
        return set == BrokerSetting.NO_LIMIT ? movesRate : set;
    }

    private long setRate(ClusterImage now) {
        return BrokerSetting.FOLLOWER_THROTTLED_RATE.bytesPerSecond(now, brokerId);
    }
}
