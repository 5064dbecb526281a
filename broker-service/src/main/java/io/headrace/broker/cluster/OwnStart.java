package io.headrace.broker.cluster;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.util.OptionalLong;

/**
 * What images know of the start of this broker's process. Thread-safe.
 *
 * <p>Until the controller has held the elections that the start asks for, an image may show what
 * the process before this one led, whose last records a power cut has taken.
 */
final class OwnStart {

    private static final long NOBODY = -1;

    private final int brokerId;
    private final long epochBefore;
    private volatile long firstEpoch = NOBODY;
    private volatile boolean isAdmitted;

    /**
     * @param before the newest image before this process registers
     */
    OwnStart(int brokerId, ClusterImage before) {
        this.brokerId = brokerId;
        BrokerRegistration found = before.brokers().get(brokerId);
        this.epochBefore = found == null ? NOBODY : found.epoch();
    }

    /**
     * Looks at a newer image; whether the controller has admitted a registration of this process.
     */
    boolean isAdmitted(ClusterImage image) {
        BrokerRegistration own = image.brokers().get(brokerId);
        if (own != null && own.epoch() > epochBefore) {
            if (firstEpoch == NOBODY) {
                firstEpoch = own.epoch();
            }
            if (image.admission().isAdmitted(brokerId, own.epoch())) {
                isAdmitted = true;
            }
        }
        return isAdmitted;
    }

    /** Of the first registration that was seen, also when it is gone by now. */
    OptionalLong firstEpoch() {
        return firstEpoch == NOBODY ? OptionalLong.empty() : OptionalLong.of(firstEpoch);
    }
}
