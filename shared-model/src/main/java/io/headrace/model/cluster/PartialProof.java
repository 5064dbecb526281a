package io.headrace.model.cluster;

import io.headrace.model.topic.TopicPartition;
import java.util.Optional;
import java.util.Set;

/**
 * What a broker proves whose last process stopped cleanly and which found some logs damaged since:
 * all the others have lost nothing.
 *
 * <p>Bounds: {@link #DAMAGED_MAX} damaged partitions; who has more of them proves nothing.
 *
 * @param epoch the broker epoch since which all but the damaged partitions have lost nothing
 * @param damaged of these anything may be lost
 */
public record PartialProof(long epoch, Set<TopicPartition> damaged) {

    /** With names of the greatest length these are 30 KB of a registration. */
    public static final int DAMAGED_MAX = 100;

    public PartialProof {
        damaged = Set.copyOf(damaged);
        if (epoch < 0 || damaged.isEmpty() || damaged.size() > DAMAGED_MAX) {
            throw new IllegalArgumentException(
                    "no partial proof: epoch " + epoch + ", " + damaged.size() + " are damaged");
        }
    }

    /** Empty where that would be no partial proof. */
    public static Optional<PartialProof> of(long epoch, Set<TopicPartition> damaged) {
        return epoch < 0 || damaged.isEmpty() || damaged.size() > DAMAGED_MAX
                ? Optional.empty()
                : Optional.of(new PartialProof(epoch, damaged));
    }
}
