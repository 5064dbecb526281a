package io.headrace.broker.wiring;

import io.headrace.broker.cluster.Membership;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first part of a stop: says in the registration that this broker stops, and waits until the
 * image shows that it leads nothing that a live member of an ISR could lead instead, and is in no
 * ISR with others: whoever waited for its copy would wait for nothing.
 *
 * <p>Errors: whatever goes wrong is logged, and the stop goes on; the controller elects when the
 * registration is gone.
 */
final class HandOver {

    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

    private final int brokerId;
    private final Membership membership;

    HandOver(int brokerId, Membership membership) {
        this.brokerId = brokerId;
        this.membership = membership;
    }

    void run(Duration wait) {
        try {
            int before = count(membership.image(), brokerId);
            if (!membership.isRegistered() || before == 0 || isUngoverned(membership.image())) {
                return;
            }
            long start = System.nanoTime();
            membership.stopping();
            boolean isDone =
                    membership.await(
                            image -> count(image, brokerId) == 0 || isUngoverned(image), wait);
            (isDone ? LOG.atInfo() : LOG.atWarn())
                    .addKeyValue("brokerId", brokerId)
                    .log(
                            "Relieved of {} of {} partitions in {} ms",
                            before - count(membership.image(), brokerId),
                            before,
                            (System.nanoTime() - start) / 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("brokerId", brokerId)
                    .log("Leaderships are not handed over; the controller elects after the stop");
        }
    }

    /** Without an admin-service there is nobody to wait for. */
    private static boolean isUngoverned(ClusterImage image) {
        return image.admins().isEmpty();
    }

    /** Partitions whose ISR has the broker and another one that could do without it. */
    static int count(ClusterImage image, int brokerId) {
        int count = 0;
        for (TopicImage topic : image.topics().values()) {
            for (PartitionState state : topic.states()) {
                if (state.isr().contains(brokerId) && hasOther(image, state, brokerId)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static boolean hasOther(ClusterImage image, PartitionState state, int brokerId) {
        for (int id : state.isr()) {
            BrokerRegistration other = id == brokerId ? null : image.brokers().get(id);
            if (other != null && !other.isStopping()) {
                return true;
            }
        }
        return false;
    }
}
