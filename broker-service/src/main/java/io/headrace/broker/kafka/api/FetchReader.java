package io.headrace.broker.kafka.api;

import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Who fetches.
 *
 * @param replicaId broker id of a follower; negative for a consumer
 * @param brokerEpoch of the follower's registration, -1 where it is not said
 * @param rack of a consumer; empty where it does not say
 * @param mayReadFollowers whether it accepts records from a broker that does not lead (KIP-392)
 */
record FetchReader(int replicaId, long brokerEpoch, String rack, boolean mayReadFollowers) {

    private static final int WITH_RACK = 11;

    static FetchReader of(FetchRequestData request, short version) {
        int replicaId = FetchRequest.replicaId(request);
        boolean isFollower = replicaId >= 0;
        return new FetchReader(
                replicaId,
                request.replicaState().replicaEpoch(),
                isFollower ? "" : request.rackId(),
                !isFollower && version >= WITH_RACK);
    }

    boolean isFollower() {
        return replicaId >= 0;
    }
}
