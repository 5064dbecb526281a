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
 * The follower's side of Kafka's throttle for moves: the rate is a setting of the broker, the
 * replicas one of the topic. A replica in sync is never throttled: writes wait for it.
 */
final class ThrottledCopies implements CopyLimit {

    private static final String REPLICAS = "follower.replication.throttled.replicas";

    private final int brokerId;
    private final Supplier<ClusterImage> image;
    private final LongSupplier rate;
    private final ReplicationThrottle throttle;

    ThrottledCopies(int brokerId, Supplier<ClusterImage> image, LongSupplier nanoTime) {
        this.brokerId = brokerId;
        this.image = image;
        this.rate =
                () -> BrokerSetting.FOLLOWER_THROTTLED_RATE.bytesPerSecond(image.get(), brokerId);
        this.throttle = new ReplicationThrottle(rate, nanoTime);
    }

    @Override
    public boolean isExhausted() {
        return throttle.isExhausted();
    }

    @Override
    public boolean covers(TopicPartition partition) {
        TopicImage topic = image.get().topics().get(partition.topic());
        return topic != null
                && partition.partition() < topic.partitionCount()
                && ThrottledReplicas.contains(
                        topic.config().get(REPLICAS), partition.partition(), brokerId)
                && !topic.states().get(partition.partition()).isr().contains(brokerId);
    }

    @Override
    public void copied(TopicPartition partition, int bytes) {
        if (bytes > 0 && rate.getAsLong() != BrokerSetting.NO_LIMIT && covers(partition)) {
            throttle.spent(bytes);
        }
    }
}
