package io.headrace.broker.log.producer;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many producers each log remembers; shared by the logs of a directory, for which it counts the
 * producers that had to make room.
 *
 * <p>Who goes is who wrote longest ago. A client whose producer went writes on as if nothing had
 * been: any sequence of a producer that is not known is in sequence, as after expiry. Only a batch
 * that it sends again, the acknowledgement of which it did not see before that many others wrote,
 * is stored twice.
 */
public final class ProducerBound {

    private final int countMax;
    private final LongAdder crowdedOut = new LongAdder();

    public ProducerBound(int countMax) {
        this.countMax = countMax;
    }

    int countMax() {
        return countMax;
    }

    void crowdedOut(int count) {
        crowdedOut.add(count);
    }

    /** Producers that were forgotten to make room for others. */
    public long crowdedOut() {
        return crowdedOut.sum();
    }
}
