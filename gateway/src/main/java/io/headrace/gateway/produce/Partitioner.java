package io.headrace.gateway.produce;

import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Which partition a record goes to when its sender does not say.
 *
 * <p>With a key: as Kafka's default partitioner, murmur2 of the key's bytes, so that records of one
 * key share a partition whatever client wrote them. Without one: a random partition per request
 * that has a leader; all such records of the request go to the same one and form one batch.
 */
public final class Partitioner {

    private static final int SEED = 0x9747b28c;
    private static final int M = 0x5bd1e995;
    private static final int R = 24;

    private final IntUnaryOperator random;

    /**
     * @param random gives a number from 0 to the bound, exclusive
     */
    public Partitioner(IntUnaryOperator random) {
        this.random = random;
    }

    static int ofKey(byte[] key, int from, int length, int partitionCount) {
        return (murmur2(key, from, length) & Integer.MAX_VALUE) % partitionCount;
    }

    /** A partition for the records of one request that have no key. */
    int ofRequest(TopicImage topic) {
        List<PartitionState> states = topic.states();
        int count = states.size();
        int start = count == 1 ? 0 : random.applyAsInt(count);
        for (int i = 0; i < count; i++) {
            int partition = (start + i) % count;
            if (states.get(partition).hasLeader()) {
                return partition;
            }
        }
        return start;
    }

    /** MurmurHash2, 32 bits, as Kafka's clients compute it. */
    static int murmur2(byte[] data, int from, int length) {
        int hash = SEED ^ length;
        int at = from;
        for (int words = length >> 2; words > 0; words--) {
            int k =
                    (data[at] & 0xff)
                            | (data[at + 1] & 0xff) << 8
                            | (data[at + 2] & 0xff) << 16
                            | (data[at + 3] & 0xff) << 24;
            k *= M;
            k ^= k >>> R;
            k *= M;
            hash = hash * M ^ k;
            at += 4;
        }
        int tail = length & 3;
        if (tail == 3) {
            hash ^= (data[at + 2] & 0xff) << 16;
        }
        if (tail >= 2) {
            hash ^= (data[at + 1] & 0xff) << 8;
        }
        if (tail >= 1) {
            hash ^= data[at] & 0xff;
            hash *= M;
        }
        hash ^= hash >>> 13;
        hash *= M;
        hash ^= hash >>> 15;
        return hash;
    }
}
