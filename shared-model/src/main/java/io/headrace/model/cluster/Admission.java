package io.headrace.model.cluster;

import java.util.Map;

/**
 * Which registrations of brokers the controller has admitted: elections have seen them. A leader
 * may add a replica to an ISR only when the replica fetched with the broker epoch that stands here,
 * and its write checks the version, so that it cannot slip past an election that removed the
 * replica.
 *
 * @param version of the znode {@code /controller/brokers}; {@link #NONE} has -1
 * @param epochs broker epoch by broker id
 */
public record Admission(int version, Map<Integer, Long> epochs) {

    /** Nobody is admitted; no election was ever held. */
    public static final Admission NONE = new Admission(-1, Map.of());

    public Admission {
        epochs = Map.copyOf(epochs);
    }

    public boolean isAdmitted(int brokerId, long brokerEpoch) {
        Long admitted = epochs.get(brokerId);
        return admitted != null && admitted == brokerEpoch;
    }
}
